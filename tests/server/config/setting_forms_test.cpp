// Settings as people and hosts write them: placeholders, paths, lines of .env.
#include <doctest/doctest.h>

#include <random>

#include "server/config/config.hpp"
#include "server/config/dotenv.hpp"
#include "server/config/path_text.hpp"
#include "server/upstream/placeholder.hpp"
#include "tests/fakes/variable.hpp"
#include "tests/policy/leak_tokens.hpp"
#include "tools/sandbox/mint.hpp"

namespace tfy::setting_forms_test {

using Place = upstream::Placeholder::Place;
using Pairs = std::vector<std::pair<std::string, std::string>>;

TEST_CASE("what a host did not fill in is told, with the variable's name where it can be shown") {
    struct Row {
        const char* text;
        const char* variable;
    };
    for (const auto& [text, variable] : std::vector<Row>{{"${TFY_API_KEY}", "TFY_API_KEY"},
                                                         {"  ${TFY_API_KEY}\n", "TFY_API_KEY"},
                                                         {"${TFY_API_KEY:-}", "TFY_API_KEY"},
                                                         {"${TFY_API_KEY:-none}", "TFY_API_KEY"},
                                                         {"${env:MY_KEY}", "MY_KEY"},
                                                         {"${input:key}", ""},
                                                         {"${KEY:-}", "KEY"},
                                                         {"tfy-${MY_KEY}", "MY_KEY"},
                                                         {"$TFY_API_KEY", "TFY_API_KEY"},
                                                         {"$env:TFY_API_KEY", "TFY_API_KEY"},
                                                         {"%TFY_API_KEY%", "TFY_API_KEY"},
                                                         {"{{TFY_API_KEY}}", "TFY_API_KEY"},
                                                         {"{{ env.TFY_API_KEY }}", "TFY_API_KEY"},
                                                         {"$tfyaB3xY9kQ7mZ2", ""}}) {
        CAPTURE(text);
        const auto found = upstream::read_placeholder(text);
        REQUIRE(found.has_value());
        CHECK(found->kind == upstream::Placeholder::Kind::variable);
        CHECK(found->variable == variable);
        CHECK(found->says("key", Place::environment).find("did not fill") != std::string::npos);
        CHECK(found->says("key", Place::file).find("Put the key in its place.") != std::string::npos);
    }
    for (const auto* text :
         {"<your-key>", "<your key>", "null", "undefined", "None", "YOUR_API_KEY", "your-key", "xxxx", "***",
          "...", "changeme", "REPLACE_ME", "TFY_API_KEY", "[object Object]"}) {
        CAPTURE(text);
        const auto found = upstream::read_placeholder(text);
        REQUIRE(found.has_value());
        CHECK(found->kind == upstream::Placeholder::Kind::words);
    }
    CHECK(upstream::read_placeholder("op://Private/TrueFoundry/key")->kind ==
          upstream::Placeholder::Kind::reference);
}

TEST_CASE("a variable is repeated as it was written, and nothing else of the value") {
    for (const auto& [text, written] : Pairs{{"$MY_KEY", "$MY_KEY"},
                                             {"%MY_KEY%", "%MY_KEY%"},
                                             {"{{ MY_KEY }}", "{{MY_KEY}}"},
                                             {"${MY_KEY:-secret}", "${MY_KEY}"}}) {
        CAPTURE(text);
        const auto said = upstream::read_placeholder(text)->says("key", Place::environment);
        CHECK(said.starts_with("holds " + written + " and no key"));
    }
}

TEST_CASE("a key is never taken for a placeholder") {
    for (unsigned seed = 0; seed < 2'000; ++seed) {
        const auto key = leaks::opaque_token(seed, 16 + seed % 80);
        CHECK_MESSAGE(!upstream::read_placeholder(key), key);
    }
    sandbox::StoredToken token;
    token.id = "tok1";
    token.owner = "dana@acme.example";
    CHECK_FALSE(upstream::read_placeholder(sandbox::mint_jwt(token)).has_value());
    for (const auto* key :
         {"tfy-sandbox-key-0000-not-a-secret", "key", "TypeError", "nullable", "a.b.c", "yours-3kQ7mZ2",
          "your_3kQ7mZ2pL5nR8wT1vC4s", "AKIA==", "x", "xx", "env", "%41", "-", "None-of-it", "tfy+/=~._-"})
        CHECK_MESSAGE(!upstream::read_placeholder(key), key);
}

TEST_CASE("an address with a placeholder in it is told; other addresses are none") {
    for (const auto* text :
         {"${TFY_BASE_URL}", "https://${HOST}/x", "https://$HOST", "https://your-org.truefoundry.cloud",
          "https://<org>.truefoundry.cloud", "your-company.truefoundry.cloud", "undefined"})
        CHECK_MESSAGE(upstream::read_url_placeholder(text).has_value(), text);
    for (const auto* text : {"https://acme.truefoundry.cloud", "http://127.0.0.1:8790",
                             "https://yours.example.com", "https://your-brand.example.com",
                             "https://a.example/%7Efolk", "ftp://acme.example", "http://[::1]:1"})
        CHECK_MESSAGE(!upstream::read_url_placeholder(text), text);
}

TEST_CASE("where the address is an example, its advice is not the example again") {
    const auto said = upstream::read_url_placeholder("https://your-org.truefoundry.cloud")
                          ->says("address", Place::environment);
    CHECK(said.find("no address of a control plane") != std::string::npos);
    CHECK(said.find("<your-key>") == std::string::npos);
}

TEST_CASE("~ and $HOME are filled in, and all else that a shell would fill in is refused without the value") {
    const fakes::Variable home("HOME", "/home/dana");
    for (const auto& [text, path] : Pairs{{"", ""},
                                          {"/a/b", "/a/b"},
                                          {"a b/c", "a b/c"},
                                          {"~", "/home/dana"},
                                          {"~/x", "/home/dana/x"},
                                          {"$HOME", "/home/dana"},
                                          {"$HOME/x", "/home/dana/x"},
                                          {"${HOME}/x", "/home/dana/x"},
                                          {"./~x", "./~x"},
                                          {"/a/~/b", "/a/~/b"},
                                          {"a$", "a$"},
                                          {"5%", "5%"}}) {
        CAPTURE(text);
        CHECK(config::expand_path(text, "--x").value() == path);
    }
    for (const auto* text : {"~dana/x", "$FOO", "$FOO/x", "/a/$FOO", "${x}/y", "$HOMES/x", "${HOME:-x}",
                             "%TEMP%/x", "{{x}}/y", "$(pwd)", "${env:HOME}"}) {
        CAPTURE(text);
        const auto refused = config::expand_path(text, "--state-dir");
        REQUIRE_FALSE(refused.has_value());
        CHECK(refused.error().code == Errc::invalid_params);
        CHECK(refused.error().message.starts_with("--state-dir holds a word"));
        CHECK(refused.error().message.find(text) == std::string::npos);
    }
}

TEST_CASE("lines of .env are read as dotenv's readers read them") {
    struct Row {
        const char* text;
        Pairs pairs;
    };
    for (const auto& [text, pairs] : std::vector<Row>{
             {"\xef\xbb\xbf"
              "A=1\n",
              {{"A", "1"}}},
             {"A=1\nB=2\nA=3", {{"B", "2"}, {"A", "3"}}},
             {"A=\nA=1", {{"A", "1"}}},
             {"A=1\nA=", {{"A", ""}}},
             {"A=1 # one\nB=2\t# two\nC=3#three\nD= # four\nE=#five",
              {{"A", "1"}, {"B", "2"}, {"C", "3#three"}, {"D", ""}, {"E", ""}}},
             {"A='1 # one' # two\nB=\"2\"# three\nC=`4`", {{"A", "1 # one"}, {"B", "2"}, {"C", "4"}}},
             {"export A=1\n  export\tB = 2 \r\n#C=3\n\n=4\nD", {{"A", "1"}, {"B", "2"}}},
             {"A=\"1\n2\" # rest\nB=3", {{"A", "1\n2"}, {"B", "3"}}},
             {"A=\"1\nB=2", {{"A", "\"1"}, {"B", "2"}}},
             {"A='it' is\nB=it's\nC=\"a\\\"b\"", {{"A", "'it' is"}, {"B", "it's"}, {"C", "a\\\"b"}}},
             {"", {}}}) {
        CAPTURE(text);
        CHECK(config::read_dotenv(text) == pairs);
    }
}

}  // namespace tfy::setting_forms_test
