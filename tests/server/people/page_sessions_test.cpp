// Codes open one session once; wrong ones are counted; sessions end.
#include "server/people/page_sessions.hpp"

#include <doctest/doctest.h>

#include <boost/asio/use_future.hpp>
#include <set>
#include <type_traits>

#include "server/people/client_form.hpp"
#include "tests/fakes/page.hpp"
#include "tests/fakes/sql.hpp"

namespace tfy::page_sessions_test {

using namespace tfy::fakes;
using namespace std::chrono_literals;

namespace {

constexpr const char* wrong = "2222-2222-2222";

std::string lower(std::string text) {
    for (auto& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return text;
}

std::string without_dashes(std::string text) {
    std::erase(text, '-');
    return text;
}

template <class Given>
concept opens = requires(people::PageSessions& sessions, Given given) { sessions.open(std::move(given)); };
template <class Given>
concept makes_a_person =
    requires(const people::PageSessions& sessions, const Given& given) { sessions.human(given); };
template <class Form>
concept decides_unasked = requires { Form::person(); };
template <class Form, class Given>
concept decides_by = requires(const Given& given) { Form::person(given); };

struct People : Page {
    people::PageSessions& channel = people;

    Result<std::string> sign_in(const std::string& typed) { return wait(channel.sign_in(typed)); }
    Errc code_of(const std::string& typed) {
        const auto result = sign_in(typed);
        return result ? Errc::internal : result.error().code;
    }
    std::optional<people::PageSessions::Session> session(const std::string& key, bool used = false) {
        return wait(channel.session(key, used)).value();
    }
    void sign_out(const std::string& key) { wait(channel.sign_out(key)).value(); }
};

}  // namespace

TEST_CASE("a code is three groups of four, without letters and digits that look alike") {
    People people;
    std::set<std::string> codes;
    for (int each = 0; each < 200; ++each) {
        const auto code = people.channel.issue_code("grace", 10min);
        REQUIRE(code.size() == 14);
        CHECK(code[4] == '-');
        CHECK(code[9] == '-');
        CHECK(without_dashes(code).find_first_not_of("23456789ABCDEFGHJKLMNPQRSTUVWXYZ") ==
              std::string::npos);
        codes.insert(code);
    }
    CHECK(codes.size() == 200);
}

TEST_CASE("a code is taken as people type it") {
    struct Row {
        const char* name;
        std::string (*typed)(std::string code);
        bool accepted;
    };
    const Row rows[] = {
        {"as printed", [](std::string code) { return code; }, true},
        {"in small letters", lower, true},
        {"without dashes", without_dashes, true},
        {"with white space around it", [](std::string code) { return "  " + code + " \n"; }, true},
        {"with one more character", [](std::string code) { return code + "2"; }, false},
        {"with a lot more", [](std::string code) { return code + std::string(100'000, '2'); }, false},
        {"with one less", [](std::string code) { return code.substr(0, 13); }, false},
        {"nothing", [](std::string) { return std::string{}; }, false},
        {"a null byte behind it", [](std::string code) { return code + '\0'; }, false},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        People people;
        const auto key = people.sign_in(row.typed(people.channel.issue_code("grace", 10min)));
        CHECK(key.has_value() == row.accepted);
        if (key) CHECK(people.session(*key)->person() == "grace");
    }
}

TEST_CASE("a code works once, in its time, and leaves the others alone") {
    People people;
    const auto first = people.channel.issue_code("grace", 10min);
    const auto second = people.channel.issue_code("ada", 20min);

    CHECK(people.sign_in(first).has_value());
    CHECK(people.code_of(first) == Errc::denied);

    people.clock.advance(20min - 1ms);
    const auto third = people.channel.issue_code("lin", 1min);
    const auto ada = people.sign_in(second);
    REQUIRE(ada.has_value());
    CHECK(people.session(*ada)->person() == "ada");

    people.clock.advance(1min);
    CHECK(people.code_of(third) == Errc::denied);
}

TEST_CASE("a code counts only while the server may hand codes out") {
    People people;
    bool may = true;
    people.channel.codes_count_while([&may] { return may; });
    const auto early = people.channel.issue_code("grace", 10min);
    const auto late = people.channel.issue_code("grace", 10min);
    CHECK(people.sign_in(early).has_value());
    may = false;
    CHECK(people.code_of(late) == Errc::denied);
}

TEST_CASE("the session of a guest ends when someone is enrolled, and its person is told that") {
    People people;
    people.Page::sign_in();
    const auto guest = people.key;
    const auto asked = people.ask(approval("apr_a"));
    REQUIRE(people.get("/approvals/api/rows").status() == 200);
    people.enrolled({"ada"});
    CHECK_FALSE(people.session(guest).has_value());
    const auto denied = people.post("/approvals/api/approvals/apr_a/deny", {{"reason", "not needed"}});
    CHECK(denied.status() == 401);
    CHECK(denied.text().find("Your session has ended. Nothing was decided; the request is still open.") !=
          std::string::npos);
    CHECK(people.wait(people.approvals.find(asked.id)).value().state() == policy::Approval::State::pending);
    people.Page::sign_in("ada");
    CHECK(people.get("/approvals/api/rows").status() == 200);
}

TEST_CASE("ten wrong codes in a minute slow guessing down, and lock nobody out who has the right one") {
    People people;
    const auto right = people.channel.issue_code("grace", 10min);
    for (int each = 0; each < 10; ++each) CHECK(people.code_of(wrong) == Errc::denied);
    CHECK(people.code_of(wrong) == Errc::rate_limited);
    CHECK(people.sign_in(right).has_value());
    people.clock.advance(1min);
    CHECK(people.code_of(wrong) == Errc::denied);
}

TEST_CASE("nine wrong codes do not lock anybody out, and are forgotten after a minute") {
    People people;
    const auto right = people.channel.issue_code("grace", 10min);
    for (int minute = 0; minute < 3; ++minute) {
        for (int each = 0; each < 9; ++each) CHECK(people.code_of(wrong) == Errc::denied);
        people.clock.advance(60s);
    }
    for (int each = 0; each < 9; ++each) CHECK(people.code_of(wrong) == Errc::denied);
    CHECK(people.sign_in(right).has_value());
}

TEST_CASE(
    "a session is known by its key until eight hours are over, an hour is without use, or it is signed out") {
    People people;
    const auto session = people.sign_in(people.channel.issue_code("grace", 10min));
    const auto other = people.sign_in(people.channel.issue_code("grace", 10min));
    REQUIRE(session.has_value());
    REQUIRE(other.has_value());
    CHECK(session->size() >= 52);
    CHECK(*session != *other);

    REQUIRE(people.session(*session).has_value());
    CHECK(people.session(*session)->person() == "grace");
    CHECK_FALSE(people.session("").has_value());
    CHECK_FALSE(people.session(session->substr(1)).has_value());

    people.sign_out("unknown");
    people.sign_out(*other);
    CHECK_FALSE(people.session(*other).has_value());

    for (int half_hours = 1; half_hours < 16; ++half_hours) {
        people.clock.advance(30min);
        REQUIRE(people.session(*session, true).has_value());
    }
    people.clock.advance(30min - 1ms);
    CHECK(people.session(*session).has_value());
    people.clock.advance(1ms);
    CHECK_FALSE(people.session(*session).has_value());

    const auto idle = people.sign_in(people.channel.issue_code("grace", 10min));
    people.clock.advance(1h - 1ms);
    CHECK(people.session(*idle).has_value());  // looked at, not used
    people.clock.advance(1ms);
    CHECK_FALSE(people.session(*idle).has_value());
}

TEST_CASE("a session outlives its server, is known to others, and a row that was slipped in is none") {
    ManualClock clock{noon};
    const TempFolder folder;
    const auto file = folder / "ledger.db";
    boost::asio::io_context loop;
    const auto run = [&](auto work) {
        auto result = boost::asio::co_spawn(loop, std::move(work), boost::asio::use_future);
        loop.restart();
        loop.run();
        return result.get();
    };
    std::string key;
    {
        const auto ledger = open_ledger(file);
        enrol(*ledger, {"ada", "bob"});
    }
    {
        storage::Store store{open_ledger(file)};
        people::PageSessions first{store, clock};
        key = run(sign_in_by_code(store, clock, first, "bob")).value();
    }
    storage::Store store{open_ledger(file)};
    people::PageSessions second{store, clock};
    const auto known = run(second.session(key, true)).value();
    REQUIRE(known.has_value());
    CHECK(known->person() == "bob");
    CHECK(known->decides());
    const auto other = run(sign_in_by_code(store, clock, second, "bob")).value();
    CHECK(run_sql(file, "UPDATE page_sessions SET person = 'ada'") == 0);
    CHECK_FALSE(run(second.session(key, true)).value().has_value());
    CHECK(run_sql(file, "UPDATE page_sessions SET person = 'bob'") == 0);
    CHECK(run(second.session(key, true)).value().has_value());
    open_ledger(file)->suspend_person("bob", "ada", noon).value();
    CHECK_FALSE(run(second.session(other, true)).value().has_value());
    CHECK_FALSE(run(second.session(key, true)).value().has_value());
}

TEST_CASE("who decides on the page is the person that the code was issued to, signed in") {
    People people;
    const auto key = people.sign_in(people.channel.issue_code("grace", 10min));
    REQUIRE(key.has_value());
    const auto session = people.session(*key);
    REQUIRE(session.has_value());
    const auto human = people.channel.human(*session);
    CHECK(human.name() == "grace");
    CHECK(human.assurance() == policy::Assurance::signed_in);
}

TEST_CASE("a session is opened by what someone showed of themselves, and no person comes of a name") {
    using people::SignInProof;
    using Session = people::PageSessions::Session;
    static_assert(opens<SignInProof>);
    static_assert(!opens<std::string> && !opens<const char*> && !opens<Session>);
    static_assert(!std::is_default_constructible_v<SignInProof> && !std::is_aggregate_v<SignInProof>);
    static_assert(!std::is_constructible_v<SignInProof, std::string>);
    static_assert(!std::is_convertible_v<std::string, SignInProof>);
    static_assert(!std::is_copy_constructible_v<SignInProof> && !std::is_copy_assignable_v<SignInProof>);
    static_assert(!std::is_default_constructible_v<Session> && !std::is_aggregate_v<Session>);
    static_assert(!std::is_constructible_v<Session, std::string, std::string, bool>);
    static_assert(makes_a_person<Session> && !makes_a_person<std::string> && !makes_a_person<SignInProof>);
    People people;
    people.enrolled({"ada"});
    people.sit_down("ada");
    CHECK(people.session(people.key)->person() == "ada");
}

TEST_CASE("the person behind a client comes of an answer to its form, and of nothing else") {
    using dialogue::Decide;
    using people::ClientForm;
    static_assert(!decides_unasked<ClientForm>);
    static_assert(decides_by<ClientForm, Decide>);
    static_assert(!decides_by<ClientForm, std::string> && !decides_by<ClientForm, policy::DecisionInput>);
    static_assert(!std::is_default_constructible_v<Decide> && !std::is_aggregate_v<Decide>);
    static_assert(!std::is_constructible_v<Decide, Decide::What>);
    static_assert(!std::is_constructible_v<Decide, Decide::What, policy::DecisionInput>);
    const Json said = {{"action", "decline"}, {"content", {{"reason", "not today"}}}};
    const auto read = dialogue::read_form(said, "sha256:00", {});
    REQUIRE(read.has_value());
    CHECK(read->what() == Decide::What::deny);
    CHECK(ClientForm::person(*read).assurance() == policy::Assurance::client);
}

}  // namespace tfy::page_sessions_test
