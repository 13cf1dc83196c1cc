// `redact`: what it writes, what it lists, and what it says where it cannot.
#include "server/cli/redact.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>

#include <csignal>
#include <fstream>

#include "server/app/archive.hpp"
#include "server/cli/plain_bytes.hpp"
#include "server/storage/state_dir.hpp"
#include "server/upstream/api_key.hpp"
#include "tests/fakes/state.hpp"
#include "tests/fakes/terminal.hpp"
#include "tests/policy/leak_tokens.hpp"

namespace tfy::redact_cli_test {

using namespace tfy::fakes;
using namespace tfy::leaks;
using namespace std::string_literals;

namespace {

const std::string token = opaque_token(1, 48);

std::string text_of(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

struct House {
    TempFolder folder;
    redaction::Redactor redactor = redactor_for({{"ci", token}});

    std::string put(const char* name, std::string_view text) const {
        std::ofstream(folder / name, std::ios::binary) << text;
        return (folder / name).string();
    }
    Ran run(const cli::RedactOptions& options, const std::string& to = {}) const {
        const auto file = to.empty() ? (folder / "out").string() : to;
        const storage::OpenFile out(
            ::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | (to.empty() ? O_TRUNC : 0), 0600));
        std::ostringstream err;
        const int code = cli::run_redact(redactor, options, out.get(), err);
        return {code, to.empty() ? text_of(file) : "", err.str()};
    }
};

}  // namespace

TEST_CASE("the filter writes marks for tokens and every other byte as it is") {
    const House house;
    const std::string kept = "one\r\n\xff\xfe\x00z \xc3\r\rgr\u00fc\u00df\u2028\t"s;
    const auto file = house.put("a.log", kept + token + kept + hex(token) + "\r\n");
    const auto ran = house.run({.files = {file}});
    CHECK(ran.code == 0);
    CHECK(ran.err.empty());
    CHECK(ran.out == kept + "[redacted:access-token ci]" + kept + "[redacted:access-token ci]\r\n");
}

TEST_CASE("files are written one after the other as one text: halves of a token in two of them are found") {
    const House house;
    const auto first = house.put("a", "a " + token.substr(0, 20));
    const auto second = house.put("b", token.substr(20) + " b\n");
    const auto ran = house.run({.files = {first, second}});
    CHECK(ran.code == 0);
    CHECK(ran.out == "a [redacted:access-token ci] b\n");
}

TEST_CASE("the check lists file, line, technique and name, and writes nothing of the text") {
    const House house;
    const auto clean = house.put("clean", "one\ntwo\n");
    const auto bad =
        house.put("bad", "one\n" + token + "\n\n  " + hex(token) + " tfy-aB3xY9_kQ7mZ2-pL5nR8wT1vC4s");
    const auto none = house.run({.files = {clean}, .check = true});
    CHECK(none.code == 0);
    CHECK(none.out.empty());
    const auto found = house.run({.files = {clean, bad}, .check = true});
    CHECK(found.code == 1);
    CHECK(found.err.empty());
    CHECK(found.out == bad + ":2: plain: ci\n" + bad + ":4: hex: ci\n" + bad + ":4: shape: access token\n");
}

TEST_CASE("the check as JSON lines") {
    const House house;
    const auto bad = house.put("bad", "one\n" + base64(hex(token)) + "\ntfy-aB3xY9_kQ7mZ2-pL5nR8wT1vC4s\n");
    const auto found = house.run({.files = {bad}, .check = true, .json = true});
    CHECK(found.code == 1);
    std::istringstream lines(found.out);
    std::string line;
    REQUIRE(std::getline(lines, line));
    CHECK(
        Json::parse(line) ==
        Json{{"file", bad}, {"line", 2}, {"searched", true}, {"technique", "base64, hex"}, {"token", "ci"}});
    REQUIRE(std::getline(lines, line));
    CHECK(Json::parse(line).at("token").is_null());
    CHECK(!std::getline(lines, line));
}

TEST_CASE("what could not be searched is a finding of its own, and is withheld by the filter") {
    const House house;
    const auto file = house.put("bomb", decoding_bomb(100'000));
    const auto found = house.run({.files = {file}, .check = true});
    CHECK(found.code == 1);
    CHECK(found.out == file + ":1: could not be searched: too much of it is encoded\n");
    const auto json = house.run({.files = {file}, .check = true, .json = true});
    CHECK(Json::parse(json.out) == Json{{"file", file}, {"line", 1}, {"searched", false}});
    CHECK(house.run({.files = {file}}).out == "[redacted:over-budget]");
}

TEST_CASE("a token in a file's name, or a line break in it, does not come out either") {
    const House house;
    const auto bad = house.put(("x" + token + "\ny").c_str(), token);
    const auto found = house.run({.files = {bad}, .check = true});
    CHECK(found.code == 1);
    CHECK(found.out.find(token) == std::string::npos);
    CHECK(std::ranges::count(found.out, '\n') == 1);
}

TEST_CASE("where a file cannot be read the filter writes nothing, and the check does the others") {
    const House house;
    const auto good = house.put("good", "a " + token);
    const auto missing = (house.folder / "missing").string();
    for (const auto& wrong : {missing, house.folder.path().string()}) {
        const auto filtered = house.run({.files = {good, wrong}});
        CHECK(filtered.code == 1);
        CHECK(filtered.out.empty());
        CHECK(holds(filtered.err, wrong + " cannot be read: "));
        CHECK(holds(filtered.err, "Nothing was written."));
        const auto checked = house.run({.files = {wrong, good}, .check = true});
        CHECK(checked.code == cli::check_trouble);
        CHECK(checked.out == good + ":1: plain: ci\n");
        CHECK(holds(checked.err, "not searched to the end"));
    }
    const auto only = house.run({.files = {missing}, .check = true});
    CHECK(only.code == cli::check_trouble);
}

TEST_CASE("a file that is the output, too, is refused and stays as it is") {
    const House house;
    const auto file = house.put("log", "a " + token);
    const auto ran = house.run({.files = {file}}, file);
    CHECK(ran.code == 1);
    CHECK(holds(ran.err, "it is the output, too"));
    CHECK(text_of(file) == "a " + token);
}

TEST_CASE("a full disk and a reader that has gone are said") {
    const House house;
    const auto file = house.put("log", "a " + token);
    for (const bool check : {false, true}) {
        const auto ran = house.run({.files = {file}, .check = check}, "/dev/full");
        CHECK(ran.code == (check ? cli::check_trouble : 1));
        CHECK(holds(ran.err, "The output cannot be written: No space left on device."));
        CHECK(holds(ran.err, check ? "Not all findings are listed." : "is incomplete"));
    }
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    ::close(ends[0]);
    const storage::OpenFile out(ends[1]);
    std::signal(SIGPIPE, SIG_IGN);
    std::ostringstream err;
    CHECK(cli::run_redact(house.redactor, {.files = {file}}, out.get(), err) == 1);
    CHECK(holds(err.str(), "Broken pipe"));
}

TEST_CASE("a state directory that was asked for must be there") {
    const TempFolder folder;
    config::Options options;
    options.state_dir = (folder / "missing").string();
    const auto missing = cli::known_tokens(options);
    REQUIRE(!missing.has_value());
    CHECK(holds(missing.error().message, "--state-dir"));
}

TEST_CASE("a token that is this server's own key, too, keeps its name, also where it is stored under both") {
    const TempFolder folder;
    const auto state = storage::StateDir::open(folder.path()).value();
    const auto key = state.fingerprint_key().value();
    const policy::Secret own{std::string(token)};
    const auto found_as = [&] {
        auto archive = app::Archive::open(folder.path()).value();
        return std::string(archive.sealer->seal_text(token).text());
    };
    {
        auto ledger = storage::Ledger::open(state.ledger()).value();
        REQUIRE(ledger->add_fingerprints(upstream::prints_of(own, key)).has_value());
        CHECK(found_as() == "[redacted:access-token TFY_API_KEY]");
        REQUIRE(ledger->add_fingerprints(redaction::fingerprint(token, "ci", key)).has_value());
    }
    CHECK(found_as() == "[redacted:access-token ci]");
    std::vector<redaction::TokenFingerprints> both = {
        upstream::prints_of(own, key), redaction::fingerprint(token, "ci", key),
        redaction::fingerprint(opaque_token(2, 48), "other", key)};
    upstream::name_once(both);
    REQUIRE(both.size() == 2);
    CHECK(both.front().name == "ci");
}

}  // namespace tfy::redact_cli_test
