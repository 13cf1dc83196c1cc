// What a process that holds values answers to those who ask for one over its socket.
#include <doctest/doctest.h>

#include <sys/socket.h>

#include "server/reveals/local_socket.hpp"
#include "server/reveals/reveal_socket.hpp"
#include "server/storage/state_dir.hpp"
#include "server/system/peer_account.hpp"
#include "tests/fakes/page.hpp"
#include "tests/fakes/people.hpp"
#include "tests/fakes/terminal.hpp"

namespace tfy::reveal_socket_test {

using namespace tfy::fakes;

namespace {

const auto& passphrase = their_passphrase;

struct Holder : Page {
    storage::Instance instance =
        storage::Instance::hold(storage::StateDir::open(state.path()).value(), "ins_1").value();
    reveals::RevealSocket door{{loop, reveals, passphrases, redaction, clock, log}, state.path(), "ins_1"};
    std::string id = hold();

    Holder() {
        enrolled({"grace", "bob"});
        door.start();
        REQUIRE(door.listens());
    }

    storage::OpenFile connect() {
        auto socket =
            reveals::connect_to(reveals::reveal_socket_of(state.path(), "ins_1"), std::chrono::seconds{10});
        REQUIRE(socket.has_value());
        return std::move(*socket);
    }
    static void say(const storage::OpenFile& socket, const std::string& text) {
        CHECK(::send(socket.get(), text.data(), text.size(), MSG_NOSIGNAL) == std::ssize(text));
    }
    std::string asking(const std::string& person, const std::string& typed) {
        return reveals::head_of_reveal_wish(id, person) + typed + "\n";
    }
    /// All that comes back, until the other side closes.
    std::string answer(const storage::OpenFile& socket) {
        std::string all;
        std::array<char, 4096> chunk{};
        for (;;) {
            const auto count = ::recv(socket.get(), chunk.data(), chunk.size(), MSG_DONTWAIT);
            if (count == 0) return all;
            if (count > 0)
                all.append(chunk.data(), static_cast<std::size_t>(count));
            else
                step();
        }
    }
    std::string ask(const std::string& text) {
        const auto socket = connect();
        say(socket, text);
        return answer(socket);
    }
    std::ptrdiff_t claims() {
        return std::ranges::count(journal(), "reveal_claimed", &journal::JournalRecord::kind);
    }
};

std::string code_in(const std::string& answer) {
    return Json::parse(answer).at("error").at("code").get<std::string>();
}

}  // namespace

TEST_CASE("a value goes over the socket once, to one who may see it and knows their passphrase") {
    Holder holder;
    CHECK(code_in(holder.ask(holder.asking("grace", "wrong horse"))) == "denied");
    CHECK(code_in(holder.ask(holder.asking("bob", passphrase))) == "refused");  // has not approved it
    CHECK(code_in(holder.ask(holder.asking("ada", passphrase))) == "denied");   // is not enrolled
    CHECK(code_in(holder.ask(holder.asking("../grace", passphrase))) == "denied");
    CHECK(code_in(holder.ask(reveals::head_of_reveal_wish("rev_other", "grace") + passphrase + "\n")) ==
          "not_found");
    CHECK(holder.claims() == 0);

    auto shown = reveals::read_reveal_answer(holder.ask(holder.asking("grace", passphrase)));
    REQUIRE(shown.has_value());
    CHECK(shown->reveal() == token_value);
    const auto records = holder.journal();
    CHECK(records.back().kind == "reveal_claimed");
    CHECK(records.back().body ==
          Json{{"token_name", "ci-pipeline"}, {"destination", "terminal"}, {"by", "grace"}});
    CHECK(code_in(holder.ask(holder.asking("grace", passphrase))) == "not_found");
    CHECK(holder.claims() == 1);
}

TEST_CASE("two terminals ask at the same moment: one has the value") {
    Holder holder;
    const auto one = holder.connect();
    const auto other = holder.connect();
    Holder::say(one, holder.asking("grace", passphrase));
    Holder::say(other, holder.asking("grace", passphrase));
    CHECK(reveals::read_reveal_answer(holder.answer(one)).has_value());
    CHECK(code_in(holder.answer(other)) == "not_found");
    CHECK(holder.claims() == 1);
}

TEST_CASE("who leaves while the passphrase is checked has not used the value up") {
    Holder holder;
    {
        const auto socket = holder.connect();
        Holder::say(socket, holder.asking("grace", passphrase));
    }
    CHECK(code_in(holder.ask(holder.asking("grace", "wrong horse"))) ==
          "denied");  // answered after the first
    CHECK(holder.claims() == 0);
    CHECK(reveals::read_reveal_answer(holder.ask(holder.asking("grace", passphrase))).has_value());
}

TEST_CASE("what is no question is refused, and the next one is still answered") {
    Holder holder;
    CHECK(code_in(holder.ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n\n")) == "invalid_request");
    CHECK(code_in(holder.ask(std::string(reveals::longest_reveal_wish, 'x'))) == "too_large");
    CHECK(code_in(holder.ask(holder.asking("grace", passphrase) + "more\n")) == "invalid_request");
    {
        const auto silent = holder.connect();
    }
    CHECK(holder.claims() == 0);
    CHECK(reveals::read_reveal_answer(holder.ask(holder.asking("grace", passphrase))).has_value());
}

TEST_CASE("five wrong passphrases, and for the rest of the minute none is looked at") {
    Holder holder;
    for (int i = 0; i < 5; ++i) CHECK(code_in(holder.ask(holder.asking("grace", "wrong horse"))) == "denied");
    CHECK(code_in(holder.ask(holder.asking("grace", passphrase))) == "rate_limited");
    CHECK(holder.claims() == 0);
    holder.clock.advance(std::chrono::minutes{1});
    CHECK(reveals::read_reveal_answer(holder.ask(holder.asking("grace", passphrase))).has_value());
}

TEST_CASE("the socket is for its user alone, and goes with its process") {
    Holder holder;
    const auto file = reveals::reveal_socket_of(holder.state.path(), "ins_1");
    CHECK(mode_of(file) == 0600);
    CHECK(system::is_of_own_account(holder.connect().get()));
    holder.door.close();
    CHECK_FALSE(std::filesystem::exists(file));
    CHECK(reveals::connect_to(file, std::chrono::seconds{1}).error().code == Errc::not_found);

    const auto left = reveals::reveal_socket_of(holder.state.path(), "ins_dead");
    CHECK(reveals::listen_at(left).has_value());  // closed at once; the file stays, as after kill -9
    CHECK(reveals::connect_to(left, std::chrono::seconds{1}).error().code == Errc::not_found);
    reveals::RevealSocket next{
        {holder.loop, holder.reveals, holder.passphrases, holder.redaction, holder.clock, holder.log},
        holder.state.path(),
        "ins_1"};
    next.start();
    CHECK(next.listens());
    CHECK_FALSE(std::filesystem::exists(left));
}

TEST_CASE("a path may be longer than a socket's address, and no link to it is left") {
    Holder holder;
    const auto folder = holder.state.path() / std::string(200, 'f');
    const auto links = holder.state.path() / "links";
    for (const auto& each : {folder, links}) std::filesystem::create_directory(each);
    ::setenv("TMPDIR", links.c_str(), 1);
    const auto listening = reveals::listen_at(folder / "a.sock");
    CHECK(listening.has_value());
    CHECK(mode_of(folder / "a.sock") == 0600);
    CHECK(reveals::connect_to(folder / "a.sock", std::chrono::seconds{1}).has_value());
    CHECK(std::filesystem::is_empty(links));
    CHECK(reveals::connect_to(folder / "b.sock", std::chrono::seconds{1}).error().code == Errc::not_found);
    ::setenv("TMPDIR", "/no/such/folder", 1);
    CHECK(reveals::connect_to(folder / "a.sock", std::chrono::seconds{1}).has_value());
    ::unsetenv("TMPDIR");
}

TEST_CASE("an answer that is not whole is no value") {
    CHECK(reveals::read_reveal_answer(R"({"value":"a\"b\\c"})")->reveal() == R"(a"b\c)");
    for (const auto* cut : {"", "{", R"({"value":"abc)", R"({"value":"abc")", "{}", "[]", R"({"error":1})"}) {
        CAPTURE(cut);
        const auto read = reveals::read_reveal_answer(cut);
        REQUIRE_FALSE(read.has_value());
        CHECK(read.error().code == Errc::closed);
    }
}

}  // namespace tfy::reveal_socket_test
