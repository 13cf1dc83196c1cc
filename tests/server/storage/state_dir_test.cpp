// Keys that processes agree on, and who is still alive.
#include "server/storage/state_dir.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <barrier>
#include <cerrno>
#include <csignal>
#include <fstream>
#include <set>
#include <system_error>
#include <thread>

#include "server/storage/key_files.hpp"
#include "server/storage/private_files.hpp"
#include "server/storage/state_use.hpp"
#include "tests/fakes/state.hpp"

namespace tfy::state_dir_test {

using namespace tfy::fakes;

namespace {

bool says(const Error& error, std::string_view words) {
    return error.message.find(words) != std::string::npos;
}

storage::StateDir open_state(const std::filesystem::path& root) {
    auto state = storage::StateDir::open(root);
    if (!state) throw std::runtime_error(state.error().message);
    return std::move(*state);
}

}  // namespace

TEST_CASE("the state directory is made with what is missing above it, closed to others, and used again") {
    const TempFolder folder;
    const auto root = folder / "share/tfy-pat-mcp";
    CHECK(open_state(root).root() == root);
    CHECK(mode_of(root) == 0700);
    CHECK(open_state(root / "").ledger() == root / "ledger.db");
    CHECK_FALSE(storage::StateDir::open("").has_value());
    std::ofstream(folder / "file") << "x";
    CHECK(storage::StateDir::open(folder / "file").error().code == Errc::storage);
    CHECK(storage::StateDir::open(folder / "file/below").error().code == Errc::storage);
}

TEST_CASE("what cannot be written says why, that nothing was run, and what helps") {
    struct Row {
        int why;
        const char* todo;
    };
    for (const auto& row :
         {Row{EROFS, "Use another --state-dir, or mount that disk so that it can be written."},
          Row{ENOENT, "Give a folder that can be written with --state-dir."},
          Row{ENOSPC, "Free some space on its disk, or use another --state-dir."},
          Row{EACCES,
              "Check that this user owns the state directory and may read and write all of it, or use "
              "another --state-dir."}}) {
        const auto error = storage::not_written("Cannot write /x", row.why);
        CHECK(error.code == Errc::storage);
        CHECK(error.message == "Cannot write /x (" + std::generic_category().message(row.why) +
                                   "). Nothing was run. " + row.todo);
    }
    CHECK(storage::not_written("Cannot write /x", ELOOP).message.ends_with("Nothing was run."));
}

TEST_CASE("a state directory of another user is refused, and left as it is") {
    const TempFolder folder;
    const bool root = ::geteuid() == 0;
    if (root) REQUIRE(::chown(folder.path().c_str(), 65534, 65534) == 0);
    const auto opened = storage::StateDir::open(root ? folder.path() : std::filesystem::path("/"));
    REQUIRE_FALSE(opened.has_value());
    CHECK(opened.error().code == Errc::storage);
    CHECK(opened.error().message.find("belongs to another user") != std::string::npos);
    if (root) CHECK(::chown(folder.path().c_str(), 0, 0) == 0);
}

TEST_CASE("a key is made once, differs from the other one, and only its owner may read it") {
    const TempFolder folder;
    const auto state = open_state(folder.path());
    const auto first = state.fingerprint_key().value();
    CHECK(first.bytes() == open_state(folder.path()).fingerprint_key()->bytes());
    CHECK(first.bytes() != state.seal_key()->bytes);
    CHECK(std::set<int>(first.bytes().begin(), first.bytes().end()).size() > 8);
    CHECK(mode_of(folder / "keys") == 0700);
    CHECK(mode_of(folder / "keys/fingerprint.key") == 0600);
    CHECK(std::distance(std::filesystem::directory_iterator(folder / "keys"), {}) == 2);
}

TEST_CASE("a key that tokens are known by is never made anew, nor taken for another") {
    const TempFolder folder;
    const auto state = open_state(folder.path());
    const auto key = state.fingerprint_key_for(false).value();
    CHECK(state.fingerprint_key_for(true)->bytes() == key.bytes());
    CHECK(mode_of(folder / "keys/fingerprint.check") == 0600);

    std::filesystem::remove(folder / "keys/fingerprint.key");
    const auto gone = state.fingerprint_key_for(true);
    REQUIRE(gone.has_error());
    CHECK(gone.error().message.find("is gone") != std::string::npos);
    CHECK_FALSE(std::filesystem::exists(folder / "keys/fingerprint.key"));

    const auto other = state.fingerprint_key().value();  // as another state directory's would be
    CHECK(other.bytes() != key.bytes());
    const auto foreign = state.fingerprint_key_for(true);
    REQUIRE(foreign.has_error());
    CHECK(foreign.error().message.find("not the same as before") != std::string::npos);
    CHECK(state.fingerprint_key_for(false)->bytes() == other.bytes());  // nothing is known by the old one
    CHECK(state.fingerprint_key_for(true)->bytes() == other.bytes());
}

TEST_CASE("those who need a key at the same moment get the same one") {
    constexpr std::size_t rivals = 8;
    using Keys = std::array<std::array<unsigned char, 32>, rivals>;
    for (int round = 0; round < 300; ++round) {
        const TempFolder folder;
        REQUIRE(open_state(folder.path()).fingerprint_key().has_value());  // the folder for keys is there
        std::barrier together(static_cast<std::ptrdiff_t>(rivals));
        Keys keys{};
        std::vector<std::thread> threads;
        for (std::size_t i = 0; i < rivals; ++i)
            threads.emplace_back([&, i] {
                const auto state = open_state(folder.path());
                together.arrive_and_wait();
                if (const auto key = state.seal_key()) keys[i] = key->bytes;
            });
        for (auto& thread : threads) thread.join();
        REQUIRE(keys[0] != Keys::value_type{});
        for (const auto& key : keys) REQUIRE(key == keys[0]);
    }
}

TEST_CASE("a key that others may read, or that is no key, is refused in words that say what to do") {
    struct Row {
        const char* name;
        std::string content;
        unsigned mode;
        const char* words;
    };
    const std::string key(32, 'k');
    const Row rows[] = {{"readable by the group", key, 0640, "chmod 600"},
                        {"readable by all", key, 0604, "chmod 600"},
                        {"too short", key.substr(1), 0600, "damaged"},
                        {"too long", key + "k", 0600, "damaged"},
                        {"empty", "", 0600, "damaged"}};
    for (const auto& row : rows) {
        CAPTURE(row.name);
        const TempFolder folder;
        const auto state = open_state(folder.path());
        REQUIRE(state.seal_key().has_value());
        std::ofstream(folder / "keys/seal.key", std::ios::trunc) << row.content;
        ::chmod((folder / "keys/seal.key").c_str(), row.mode);
        const auto refused = state.seal_key();
        REQUIRE_FALSE(refused.has_value());
        CHECK(refused.error().code == Errc::storage);
        CHECK(says(refused.error(), row.words));
    }
}

TEST_CASE("a key that is damaged is told with what becomes of the state directory without it") {
    struct Row {
        const char* name;
        const char* words;
    };
    const Row rows[] = {
        {"fingerprint.key", "does not recognize the tokens that it has seen"},
        {"journal.key", "nothing shows whether records were cut off the end of the journal"},
        {"own_keys.key", "they enter them again on the approvals page"},
        {"seal.key", "or delete it. The next start makes another one"},
        {"sessions.key", "people have to sign in to the approvals page again"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        const TempFolder folder;
        const auto state = open_state(folder.path());
        CHECK(storage::check_key_files(folder.path())
                  .has_value());  // those that are not there yet are not missing
        const auto file = folder / "keys" / row.name;
        REQUIRE(storage::load_or_create_key(file).has_value());
        CHECK(storage::check_key_files(folder.path()).has_value());
        std::filesystem::resize_file(file, 31);
        const auto damaged = storage::check_key_files(folder.path());
        REQUIRE_FALSE(damaged.has_value());
        CHECK(says(damaged.error(), file.string() + " is damaged: a key has 32 bytes. Nothing was run. "));
        CHECK(says(damaged.error(), row.words));
        std::filesystem::resize_file(file, 32);
        ::chmod(file.c_str(), 0644);
        CHECK(says(storage::check_key_files(folder.path()).error(), "mode 0644"));
    }
}

TEST_CASE("a key is never read through a link") {
    const TempFolder folder;
    const auto state = open_state(folder.path());
    REQUIRE(state.fingerprint_key().has_value());
    std::filesystem::create_symlink(folder / "keys/fingerprint.key", folder / "keys/seal.key");
    CHECK(state.seal_key().error().code == Errc::storage);
}

TEST_CASE("an instance is alive while it is held, and its file goes with it") {
    const TempFolder folder;
    const auto state = open_state(folder.path());
    CHECK_FALSE(storage::alive(folder.path(), "i1"));
    {
        auto held = storage::Instance::hold(state, "i1");
        REQUIRE(held.has_value());
        const storage::Instance moved = std::move(*held);
        CHECK(storage::alive(folder.path(), "i1"));
        CHECK(storage::alive(folder.path(), "i1"));
        CHECK(storage::Instance::hold(state, "i1").error().code == Errc::conflict);
        CHECK(storage::Instance::hold(state, "i2").has_value());
        CHECK(storage::alive(folder.path(), "i1"));
    }
    CHECK_FALSE(storage::alive(folder.path(), "i1"));
    CHECK(std::filesystem::is_empty(folder / "instances"));
}

TEST_CASE("a process that was killed is not alive, and its file is cleared away") {
    const TempFolder folder;
    const auto state = open_state(folder.path());
    int ready[2];
    REQUIRE(::pipe(ready) == 0);
    const auto child = ::fork();
    if (child == 0) {
        const auto held = storage::Instance::hold(state, "child");
        ::_exit(::write(ready[1], held ? "y" : "n", 1) == 1 && ::pause() == 0 ? 0 : 1);
    }
    char answer = 0;
    REQUIRE(::read(ready[0], &answer, 1) == 1);
    CHECK(answer == 'y');
    CHECK(storage::alive(folder.path(), "child"));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    CHECK(std::filesystem::exists(folder / "instances/child.lock"));
    CHECK(storage::Instance::hold(state, "next").has_value());
    CHECK_FALSE(std::filesystem::exists(folder / "instances/child.lock"));
    CHECK_FALSE(storage::alive(folder.path(), "child"));
}

TEST_CASE("who asks about a dead instance is not taken for the owner by the next who asks") {
    const TempFolder folder;
    REQUIRE(storage::Instance::hold(open_state(folder.path()), "x").has_value());
    const auto file = folder / "instances/dead.lock";
    const storage::OpenFile asking(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    REQUIRE(::flock(asking.get(), LOCK_SH) == 0);
    CHECK_FALSE(storage::alive(folder.path(), "dead"));
}

TEST_CASE("an id that could name another file is nobody's") {
    const TempFolder folder;
    const auto state = open_state(folder.path());
    for (const auto* id : {"", "..", "../keys/seal", "a/b", "a.b", "a\n", "ä"}) {
        CAPTURE(id);
        CHECK_FALSE(storage::alive(folder.path(), id));
        CHECK(storage::Instance::hold(state, id).error().code == Errc::refused);
    }
    REQUIRE(storage::Instance::hold(state, "i1").has_value());
    std::ofstream(folder / "other.lock") << "";
    CHECK_FALSE(storage::alive(folder.path(), "../other"));
    CHECK(std::filesystem::exists(folder / "other.lock"));
}

TEST_CASE("a directory is a sandbox's or TrueFoundry's: by its note, its requests, or its tokens") {
    constexpr auto real = "https://tfy.example.com", played = "sandbox:";
    struct Row {
        const char* name;
        std::vector<std::string> asked;  // where its requests went, oldest first
        bool token;
        bool as_sandbox, as_real;  // whether the first start may be one
    };
    const Row rows[] = {
        {"a new one", {}, false, true, true},
        {"a sandbox's", {played, played}, true, true, false},
        {"TrueFoundry's", {real}, true, false, true},
        {"both, of an earlier version", {real, played}, true, false, true},
        {"one that only read", {}, true, false, true},
    };
    for (const auto& row : rows)
        for (const bool sandbox : {true, false}) {
            CAPTURE(row.name);
            CAPTURE(sandbox);
            TempFolder folder;
            const auto state = open_state(folder.path());
            const auto ledger = open_ledger(state.ledger());
            for (const auto& base_url : row.asked) {
                const auto number = std::to_string(&base_url - row.asked.data());
                auto asked = approval("apr_" + number, "token-" + number);
                asked.call.base_url = base_url;
                policy::ApprovalForTests::digest(asked) = policy::digest(asked.call);
                REQUIRE(ledger->open_request(asked, {100, 100}, entry("requested", asked.id)).has_value());
            }
            if (row.token) REQUIRE(ledger->add_fingerprints({.name = "ci"}).has_value());
            const bool may = sandbox ? row.as_sandbox : row.as_real;
            for (int start = 0; start < 2; ++start) {
                const auto kept = storage::keep_state_use(state, *ledger, sandbox);
                CHECK(kept.has_value() == may);
                if (!may) CHECK(says(kept.error(), "Give another --state-dir. Nothing was run."));
            }
            if (may) CHECK(storage::keep_state_use(state, *ledger, !sandbox).has_error());
        }
}

TEST_CASE("a note of what a directory belongs to that says neither is called damaged, and stays as it is") {
    TempFolder folder;
    const auto state = open_state(folder.path());
    const auto ledger = open_ledger(state.ledger());
    const auto file = folder.path() / "use";
    for (const bool sandbox : {true, false}) {
        std::ofstream(file) << "truefoundryx\n";
        const auto kept = storage::keep_state_use(state, *ledger, sandbox);
        REQUIRE(kept.has_error());
        CHECK(says(kept.error(), file.string() + " is damaged"));
        CHECK_FALSE(says(kept.error(), "belongs to a server that uses TrueFoundry"));
        CHECK(storage::text_in(file) == "truefoundryx\n");
    }
    std::filesystem::remove(file);
    CHECK(storage::keep_state_use(state, *ledger, false).has_value());
    CHECK(storage::check_state_use(folder.path(), nullptr, true).has_error());
    CHECK(storage::check_state_use(folder.path(), nullptr, false).has_value());
}

}  // namespace tfy::state_dir_test
