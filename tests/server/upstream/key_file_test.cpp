// The file with the server's own key, what a key says of itself, and how another one takes its place.
#include <doctest/doctest.h>
#include <sys/stat.h>

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <fstream>

#include "server/app/services.hpp"
#include "server/upstream/key_file_watch.hpp"
#include "tests/fakes/permits.hpp"
#include "tests/fakes/state.hpp"
#include "tests/fakes/variable.hpp"
#include "tools/sandbox/mint.hpp"

namespace tfy::key_file_test {

using namespace std::string_literals;
namespace fs = std::filesystem;

namespace {

policy::Secret secret(std::string text) { return policy::Secret(std::move(text)); }

void write(const fs::path& file, const std::string& text) { std::ofstream(file, std::ios::binary) << text; }

std::string cause_of(const Result<policy::Secret>& read) {
    REQUIRE_FALSE(read.has_value());
    return read.error().data.at("cause").get<std::string>();
}

const std::string first = "tfy-first-key-0123456789abcdef";
const std::string second = "tfy-second-key-0123456789abcdef";
const std::string marked = "[redacted:access-token TFY_API_KEY]";

/// A server with the first key, and the file that it came from.
struct Watched {
    fakes::TempFolder folder;
    fs::path file = folder.path() / "key";
    boost::asio::io_context loop;
    sealing::Sealer redaction{redaction::FingerprintKeyForTests::make(), {}};
    observability::Log log{redaction, observability::Log::Level::off};
    std::shared_ptr<upstream::OwnKey> key = std::make_shared<upstream::OwnKey>(secret(first));
    upstream::KeyFileWatch watch{{loop, redaction, log}, file, key};

    Watched() {
        write(file, first);
        ::chmod(file.c_str(), 0600);
        look(2);
    }
    void look(int times = 1) {
        for (; times > 0; --times) watch.look();
    }
    /// As tools that know how to do it: whole under another name, then renamed.
    void replace(const std::string& text) const {
        write(file.string() + ".new", text);
        ::chmod((file.string() + ".new").c_str(), 0600);
        fs::rename(file.string() + ".new", file);
    }
    bool uses(const std::string& value) const { return key->is(secret(value)); }
    bool hides(const std::string& value) const {
        return redaction.seal_text("a " + value + " b").text() == "a " + marked + " b";
    }
};

}  // namespace

TEST_CASE("a key file holds one word, with white space around it or none; all else is told apart") {
    const fakes::TempFolder folder;
    const auto file = (folder.path() / "key").string();
    CHECK(cause_of(upstream::read_key_file(file)) == "key_file_unreadable");
    CHECK(cause_of(upstream::read_key_file(folder.path().string())) == "key_file_unreadable");
    for (const auto& [text, cause] : std::vector<std::pair<std::string, std::string>>{
             {"", "key_file_empty"},
             {" \n\t\n", "key_file_empty"},
             {"two words", "key_file_unusable"},
             {"\"key\"\n", "key_file_unusable"},
             {"'key'", "key_file_unusable"},
             {"\"", "key_file_unusable"},
             {"key\"", "key_file_unusable"},
             {"\xff\xfek\0"s, "key_file_unusable"},
             {"\xfe\xff\0k"s, "key_file_unusable"},
             {"${TFY_API_KEY}", "key_placeholder"},
             {"two\nlines", "key_file_unusable"},
             {std::string("nul\0byte", 8), "key_file_unusable"},
             {std::string(16 * 1024 + 1, 'x'), "key_file_unusable"}}) {
        CAPTURE(cause);
        write(file, text);
        CHECK(cause_of(upstream::read_key_file(file)) == cause);
    }
    for (const auto* text : {"key", "key\n", "  key\r\n",
                             "\xef\xbb\xbf"
                             "key\n"}) {
        write(file, text);
        CHECK(upstream::OwnKey(secret("key")).is(upstream::read_key_file(file).value()));
    }
}

TEST_CASE("a key in the environment is taken as one in a file is: trimmed, one word, never repeated") {
    const fakes::Variable no_file("TFY_API_KEY_FILE", nullptr);
    for (const auto* text : {"key", " key\n", "\tkey\r\n "}) {
        const fakes::Variable set("TFY_API_KEY", text);
        CHECK(upstream::OwnKey(secret("key")).is(config::read_upstream().api_key));
    }
    for (const auto* text : {"two words", "two\nlines", "esc\x1b[0m", "\xc3\xbc"}) {
        const fakes::Variable set("TFY_API_KEY", text);
        const auto read = config::read_upstream();
        CHECK(read.api_key.empty());
        REQUIRE(read.key_problem.has_value());
        CHECK(read.key_problem->data.at("cause") == "key_unusable");
        CHECK(
            read.key_problem->message.starts_with("TFY_API_KEY in the environment contains more than a key"));
        CHECK(read.key_problem->message.find(text) == std::string::npos);
    }
}

TEST_CASE("a key in quotes is refused, with what to do, and is not repeated") {
    const fakes::Variable no_file("TFY_API_KEY_FILE", nullptr);
    for (const auto* text : {"\"tfy-key-1\"", " 'tfy-key-1'\n", "\"tfy-key-1"}) {
        CAPTURE(text);
        const fakes::Variable set("TFY_API_KEY", text);
        const auto read = config::read_upstream();
        CHECK(read.api_key.empty());
        REQUIRE(read.key_problem.has_value());
        CHECK(read.key_problem->message ==
              "TFY_API_KEY in the environment begins or ends with a quotation mark, which is no part of a "
              "key. Put only the key there, without quotes.");
    }
    const fakes::TempFolder folder;
    const auto file = (folder.path() / "key").string();
    write(file, "\"tfy-key-1\"\n");
    const auto read = upstream::read_key_file(file);
    REQUIRE_FALSE(read.has_value());
    CHECK(read.error().message.find("without quotes") != std::string::npos);
    CHECK(read.error().message.find("tfy-key-1") == std::string::npos);
}

TEST_CASE("of a key and a key file the key comes first, and that is said; white space is no key") {
    const fakes::TempFolder folder;
    const auto file = (folder.path() / "key").string();
    write(file, "of-the-file");
    ::chmod(file.c_str(), 0600);
    const fakes::Variable named("TFY_API_KEY_FILE", file.c_str());
    {
        const fakes::Variable set("TFY_API_KEY", "of-the-environment");
        const auto both = config::read_upstream();
        CHECK(upstream::OwnKey(secret("of-the-environment")).is(both.api_key));
        CHECK(both.key_warning ==
              "TFY_API_KEY_FILE in the environment is not read: TFY_API_KEY in the "
              "environment comes first. Set one of them only.");
        upstream::OwnKey key;
        auto upstream = config::read_upstream();  // the variable is gone from the environment now
        CHECK(upstream.key_from == "TFY_API_KEY_FILE in the environment");
    }
    const fakes::Variable blank("TFY_API_KEY", "  \n");
    auto by_file = config::read_upstream();
    CHECK(upstream::OwnKey(secret("of-the-file")).is(by_file.api_key));
    CHECK(by_file.key_warning.empty());
    upstream::OwnKey key;
    app::fill(key, by_file);
    CHECK(key.facts().from == "TFY_API_KEY_FILE in the environment");
    key.replace(secret("another"));
    CHECK(key.facts().from == "TFY_API_KEY_FILE in the environment");
}

TEST_CASE("a key file that others may read is named, with what to do") {
    const fakes::TempFolder folder;
    const auto file = (folder.path() / "key").string();
    CHECK(upstream::open_to_others(file).empty());
    write(file, "key");
    for (const auto& [mode, open] : {std::pair{0600, false}, {0400, false}, {0640, true}, {0604, true}}) {
        CAPTURE(mode);
        ::chmod(file.c_str(), static_cast<mode_t>(mode));
        CHECK(upstream::open_to_others(file).empty() == !open);
    }
    CHECK(upstream::open_to_others(file).find("chmod 600") != std::string::npos);
}

TEST_CASE("a JWT says whose it is, of which kind, and until when; nothing else says anything") {
    const policy::Time ends{std::chrono::sys_days{std::chrono::year{2027} / 1 / 2}};
    sandbox::StoredToken token;
    token.id = "tok1";
    token.jwt_id = "jwt1";
    token.owner = "dana@acme.example";
    token.expires = ends;
    const auto facts = upstream::read_claims(sandbox::mint_jwt(token));
    CHECK(facts.set);
    CHECK(facts.is_jwt);
    CHECK(facts.jwt_ids == std::vector<std::string>{"jwt1", "jwt1"});
    CHECK(facts.subject == "dana@acme.example");
    CHECK(facts.subject_type == "user");
    CHECK_FALSE(facts.of_virtual_account());
    CHECK(facts.expires == ends);
    for (const std::string text : {"tfy-opaque", "a.b.c", "..", "e30.e30.", "x.W10.y"}) {
        CAPTURE(text);
        const auto other = upstream::read_claims(text);
        CHECK(other.set);
        CHECK(other.jwt_ids.empty());
        CHECK_FALSE(other.expires);
    }
}

TEST_CASE("a key that was put in the file's place is used, and redacted as long as it is there") {
    Watched watched;
    CHECK(watched.uses(first));
    watched.replace(second);
    watched.look();
    CHECK(watched.uses(first));  // it may still be written
    watched.look();
    CHECK(watched.uses(second));
    CHECK(watched.key->authorization() == "Authorization: Bearer " + second);
    CHECK(watched.hides(second));
    watched.redaction.add(upstream::prints_of(secret(second), watched.redaction.key()));  // it was accepted
    watched.replace(first);
    watched.look(2);
    CHECK(watched.uses(first));
    CHECK(watched.hides(second));
    CHECK(watched.hides(first));
    watched.replace("third-key");
    watched.look(2);
    CHECK(watched.hides("third-key"));
    CHECK(watched.hides(second));
    CHECK_FALSE(watched.hides(first));  // never accepted: it may have been any word
}

TEST_CASE("the key of before stays where the file is gone, empty, unreadable or half written") {
    Watched watched;
    SUBCASE("gone") { fs::remove(watched.file); }
    SUBCASE("empty") { write(watched.file, ""); }
    SUBCASE("another file") { write(watched.file, "two words"); }
    SUBCASE("a folder") {
        fs::remove(watched.file);
        fs::create_directory(watched.file);
    }
    watched.look(3);
    CHECK(watched.uses(first));
    CHECK(watched.key->facts().warnings.at(0).ends_with("The previous key is still in use."));
    fs::remove_all(watched.file);
    watched.replace(second);
    watched.look(2);
    CHECK(watched.uses(second));
    CHECK(watched.key->facts().warnings.empty());
}

TEST_CASE("a file that is being written is left alone until it stays as it is") {
    Watched watched;
    for (std::size_t size = 1; size < second.size(); ++size) {
        write(watched.file, second.substr(0, size));
        watched.look();
        CHECK(watched.uses(first));
    }
    write(watched.file, second);
    watched.look(2);
    CHECK(watched.uses(second));
}

TEST_CASE("a server that had no key gets one from the file") {
    Watched watched;
    const auto key = std::make_shared<upstream::OwnKey>();
    key->report({Errc::storage, "it was not there", {{"cause", "key_file_unreadable"}}});
    CHECK_FALSE(key->facts().set);
    CHECK(key->facts().cause == "key_file_unreadable");
    CHECK(key->authorization().empty());
    upstream::KeyFileWatch watch{{watched.loop, watched.redaction, watched.log}, watched.file, key};
    for (int i = 0; i < 2; ++i) watch.look();
    CHECK(key->is(secret(first)));
    CHECK(key->facts().problem.empty());
}

}  // namespace tfy::key_file_test
