// The redactor: marks, keys, serialisation, and the one reveal.
#include "policy/redaction/redactor.hpp"

#include <doctest/doctest.h>

#include <set>

#include "policy/redaction/search.hpp"
#include "tests/fakes/permits.hpp"
#include "tests/fakes/redactor.hpp"
#include "tests/policy/leak_techniques.hpp"
#include "tests/policy/leak_tokens.hpp"

namespace tfy::redactor_test {

using namespace tfy::policy;
using namespace tfy::leaks;

namespace {

const std::string token = opaque_token();
const std::string jwt = jwt_token();

std::string sealed(const redaction::Redactor& redactor, const Json& message) {
    return std::string(redactor.seal(message).text());
}
std::string sealed_text(const redaction::Redactor& redactor, std::string_view text) {
    return std::string(redactor.seal_text(text).text());
}

}  // namespace

TEST_CASE("the mark stands where the value stood, with the token's name where it is known") {
    const auto redactor = redactor_for({{"ci-pipeline", token}, {"", jwt}});
    struct Row {
        const char* name;
        std::string text;
        std::string out;
    };
    const std::string ci = "[redacted:access-token ci-pipeline]";
    const std::string unnamed = "[redacted:access-token]";
    const Row rows[] = {
        {"alone", token, ci},
        {"at the start", token + " is it", ci + " is it"},
        {"at the end", "it is " + token, "it is " + ci},
        {"behind a key", "key=" + token + "&x=1", "key=" + ci + "&x=1"},
        {"glued", "abc" + token + "xyz", "abc" + ci + "xyz"},
        {"two in one string", token + " and " + jwt + ".", ci + " and " + unnamed + "."},
        {"two with nothing between", token + token, ci + ci},
        {"a JWT goes with its header", "Bearer " + jwt, "Bearer " + unnamed},
        {"a JWT's header alone is no secret", jwt.substr(0, jwt.find('.')), jwt.substr(0, jwt.find('.'))},
        {"a piece", "x " + token.substr(5, 24) + " y", "x " + ci + " y"},
        {"base64", "v: " + base64(token) + " !", "v: " + ci + "== !"},
        {"nothing", "no value here", "no value here"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        CHECK(sealed_text(redactor, row.text) == row.out);
        CHECK(sealed(redactor, row.text) == Json(row.out).dump());
    }
}

TEST_CASE("short values are found whole, in any case; values under 6 characters cannot be registered") {
    const auto redactor = redactor_for({{"pw", "hunter2-pw"}, {"six", "s3cret"}, {"tiny", "abc"}});
    CHECK(sealed_text(redactor, "it is hunter2-pw, HUNTER2-PW or hunter2 -pw") ==
          "it is [redacted:access-token pw], [redacted:access-token pw] or hunter2 -pw");
    CHECK(sealed_text(redactor, base64("hunter2-pw")).find("aHVudGVyMi") == std::string::npos);
    CHECK(sealed_text(redactor, "s3cret abc") == "[redacted:access-token six] abc");
}

TEST_CASE("names that could look like something else are left out of the mark") {
    for (const auto* name : {"a]b", "a\"b", "line\nbreak", "\u202e", "<b>"})
        CHECK(sealed_text(redactor_for({{name, token}}), token) == "[redacted:access-token]");
    CHECK(sealed_text(redactor_for({{std::string(65, 'n'), token}}), token) == "[redacted:access-token]");
}

TEST_CASE("a piece that two tokens have in common is redacted without a name") {
    const auto redactor = redactor_for({{"a", token + opaque_token(2)}, {"b", token + opaque_token(3)}});
    CHECK(sealed_text(redactor, token.substr(0, 32)) == "[redacted:access-token]");
    CHECK(sealed_text(redactor, token + opaque_token(3)) == "[redacted:access-token b]");
}

TEST_CASE("a redactor that learns more knows all of it, and who has what") {
    const auto other = opaque_token(2);
    const auto prints = [](const std::string& value, const char* name) {
        return redaction::fingerprint(value, name, a_key());
    };
    const auto first =
        redactor_for({{"old", token + opaque_token(7)}, {"odd", "a value, with commas: and more"}});
    const auto more = first.with(
        {prints(other, "new"), prints(token + opaque_token(8), "sibling"), prints("s3cret", "pw")});
    CHECK(sealed_text(more, token + opaque_token(7)) == "[redacted:access-token old]");
    CHECK(sealed_text(more, base64(other)) == "[redacted:access-token new]==");
    CHECK(sealed_text(more, "it is s3cret") == "it is [redacted:access-token pw]");
    CHECK(sealed_text(more, "a value, with commas: and more") == "[redacted:access-token odd]");
    CHECK(sealed_text(more, opaque_token(8)) == "[redacted:access-token sibling]");
    CHECK(sealed_text(more, token) == "[redacted:access-token]");  // of two
    CHECK(sealed_text(first, other) == other);
    CHECK(!first.knows(prints(other, "")));
    CHECK(more.knows(prints(other, "by another name")));
    CHECK(more.knows(prints(token + opaque_token(7), "")));
    CHECK(!more.knows(prints(opaque_token(9), "")));
}

TEST_CASE("keys are redacted, and no member is lost when they come out the same") {
    const auto redactor = redactor_for({{"ci", token}});
    const Json message = {
        {token, 1}, {"x " + token, 2}, {lower(token), 3}, {"[redacted:access-token ci]", 4}, {"ok", 5}};
    const auto out = Json::parse(sealed(redactor, message));
    CHECK(out.size() == message.size());
    std::multiset<int> values;
    for (const auto& [key, value] : out.items()) {
        CHECK(key.find(token) == std::string::npos);
        values.insert(value.get<int>());
    }
    CHECK(values == std::multiset<int>{1, 2, 3, 4, 5});
    CHECK(out.at("[redacted:access-token ci]") == 4);
    CHECK(out.at("ok") == 5);
}

TEST_CASE("numbers, booleans and nulls pass; the order and the spelling of the rest stay") {
    const auto redactor = redactor_for({{"ci", token}, {"digits", "1234567890123456789"}});
    const Json message = {
        {"n", 1234567890123456789}, {"f", 1.5}, {"t", true}, {"z", nullptr}, {"a", {1, "x"}},
        {"e", Json::object()}};
    CHECK(sealed(redactor, message) == message.dump());
    CHECK(sealed(redactor, {{"n", "1234567890123456789"}}) == R"({"n":"[redacted:access-token digits]"})");
}

TEST_CASE("members are in the order that is asked for; those of a message that is redacted are not") {
    const auto redactor = redactor_for({{"ci", token}});
    const protocol::MemberOrder order(
        R"({"tools":[{"name":"","gone":1,"in":{"b":0,"a":0}}],"list":[{"b":0,"a":0}],"text":0})");
    auto message = Json::parse(
        R"({"_meta":{"z":1,"a":2},"list":[{"b":1,"a":2},{"b":3,"a":4}],"text":"words",
            "tools":[{"also":null,"in":{"a":{"y":1,"b":2},"b":true},"name":"one"}]})");
    CHECK(redactor.seal(message, order).text() ==
          R"({"tools":[{"name":"one","in":{"b":true,"a":{"b":2,"y":1}},"also":null}],)"
          R"("list":[{"a":2,"b":1},{"a":4,"b":3}],"text":"words","_meta":{"a":2,"z":1}})");
    CHECK(redactor.seal(message, protocol::MemberOrder()).text() == sealed(redactor, message));

    message["text"] = token;
    CHECK(redactor.seal(message, order).text() == sealed(redactor, message));
    CHECK(redactor.withholding().seal(message, order).text() == sealed(redactor.withholding(), message));

    const auto odd = redactor_for({{"odd", R"(one","after":"two)"}});
    const Json apart = {{"after", "two, too"}, {"name", "it is one"}};
    CHECK(odd.seal(apart, protocol::MemberOrder(R"({"name":0,"after":0})")).text().find(R"(one","after)") ==
          std::string::npos);
}

TEST_CASE("each character of ASCII leaves as the JSON writer has it") {
    const auto redactor = redactor_for({{"ci", token}});
    for (int c = 0; c < 0x80; ++c) {
        const std::string character(1, static_cast<char>(c));
        for (const auto& text : {character, "a" + character + "b", character + character}) {
            CAPTURE(c);
            CHECK(redactor.seal({{text, text}}).text() == Json({{text, text}}).dump());
        }
    }
}

TEST_CASE("scrubbing gives the tree that sealing would write") {
    const auto redactor = redactor_for({{"ci", token}});
    const Json message = {{"a", {token, {{"b", "x " + token}}}}, {"c", 1}};
    CHECK(redactor.scrub(message).dump() == sealed(redactor, message));
    CHECK(redactor.scrub({{"plain", "text"}}) == Json{{"plain", "text"}});
}

TEST_CASE("serialisation spells no value across members") {
    const std::string tricky = R"(abcdefgh","ijklmnop","qrstuvwx":{"yz)";
    const auto redactor = redactor_for({{"ci", tricky}});
    const Json message = {{"list", {"abcdefgh", "ijklmnop", "qrstuvwx"}}};
    const auto out = sealed(redactor, message);
    CHECK(out.find(tricky.substr(0, 24)) == std::string::npos);
    CHECK(out.find('\n') == std::string::npos);
    CHECK(Json::parse(out) == message);
}

TEST_CASE("text that is no UTF-8 is repaired, and hides nothing") {
    const auto redactor = redactor_for({{"ci", token}});
    CHECK(sealed_text(redactor,
                      "a\xff"
                      "b\xc3") == "a\ufffdb\ufffd");
    CHECK(sealed(redactor, {{"k\xff", "v\xe2\x80"}}) == "{\"k\ufffd\":\"v\ufffd\ufffd\"}");
    CHECK(sealed_text(redactor, "\xff" + token + "\xff") == "\ufffd[redacted:access-token ci]\ufffd");
}

TEST_CASE("what nests deeper than anything that is ever parsed is cut, not crashed on") {
    Json message = token;
    for (int i = 0; i < 5000; ++i) message = Json::array({std::move(message)});
    const auto out = sealed(redactor_for({{"ci", token}}), message);
    CHECK(out.find("[redacted:too-deep]") != std::string::npos);
    CHECK(out.find(token) == std::string::npos);
}

TEST_CASE("where the budget does not last, the text is withheld") {
    const redaction::FingerprintKey key = a_key();
    const redaction::Index index(key, {redaction::fingerprint(token, "ci", key)});
    const std::string text = base64(base64("some harmless words, again and again: " + std::string(500, 'x')));
    CHECK(redaction::Search(index).run(text).has_value());
    CHECK(!redaction::Search(index).run(text, 100).has_value());

    // Text that is worth decoding in many ways, at every level: no one sends this in earnest.
    const auto redactor = redactor_for({{"ci", token}});
    std::string bomb;
    while (bomb.size() < 100'000) bomb += "=41%41&#65;\\u0041\u200b-_";
    const auto out = sealed_text(redactor, bomb);
    CHECK((out == bomb || out == "[redacted:over-budget]"));
}

TEST_CASE("a redactor without tokens still repairs and serialises, and knows shapes") {
    const auto redactor = redaction::RedactorForTests::make();
    CHECK(sealed(redactor, {{"a", token}}) == Json{{"a", token}}.dump());
    CHECK(sealed_text(redactor, "x " + jwt_token(1, "https://acme.truefoundry.cloud")) ==
          "x [redacted:access-token]");
}

TEST_CASE("the reveal puts its value in exactly where the placeholder stands, though it is registered") {
    const auto redactor = redactor_for({{"ci", token}});
    const Json message = {{"content", "Your token:\nPLACEHOLDER0123456789abcdef\nSave it. Not " + token}};
    const auto out = redactor.seal_reveal(
        message, redaction::RevealForTests::make(Secret(std::string(token)), "PLACEHOLDER0123456789abcdef"));
    const auto text = Json::parse(out.text()).at("content").get<std::string>();
    CHECK(text == "Your token:\n" + token + "\nSave it. Not [redacted:access-token ci]");
}

TEST_CASE("a revealed value is escaped as JSON wants it") {
    const std::string odd =
        "a\"b\\c\x01"
        "d/e";
    const auto out = redactor_for({}).seal_reveal(
        {{"v", "PLACEHOLDER"}}, redaction::RevealForTests::make(Secret(std::string(odd)), "PLACEHOLDER"));
    CHECK(Json::parse(out.text()).at("v") == odd);
    CHECK(out.text() == Json{{"v", odd}}.dump());
}

TEST_CASE("a value goes in once, or not at all") {
    const auto redactor = redactor_for({{"ci", token}});
    struct Row {
        const char* name;
        Json message;
        std::string out;
    };
    const Row rows[] = {
        {"no placeholder", {{"a", "x"}}, R"({"a":"x"})"},
        {"two placeholders",
         {{"a", "PLACEHOLDER"}, {"b", "-PLACEHOLDER-"}},
         R"({"a":"[withheld]","b":"-[withheld]-"})"},
        {"one in a key, one in a value", {{"PLACEHOLDER", "PLACEHOLDER"}}, R"({"[withheld]":"[withheld]"})"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        const auto out = redactor.seal_reveal(
            row.message, redaction::RevealForTests::make(Secret(std::string(token)), "PLACEHOLDER"));
        CHECK(out.text() == row.out);
    }
    // A value that no one registered and that is in the message already would leave twice.
    const auto twice = redactor_for({}).seal_reveal(
        {{"a", "PLACEHOLDER"}, {"b", token}},
        redaction::RevealForTests::make(Secret(std::string(token)), "PLACEHOLDER"));
    CHECK(Json::parse(twice.text()).at("a") == "[withheld]");
}

TEST_CASE("sealed text keeps its content when it is moved or copied") {
    const auto redactor = redactor_for({});
    auto first = redactor.seal_text("some text that is long enough for the heap");
    const auto copy = first;
    auto second = std::move(first);
    CHECK(second.text() == copy.text());
    auto third = redactor.seal_text("short");
    third = second;
    CHECK(third.text() == second.text());
    third = redactor.seal_text("other");
    CHECK(third.text() == "other");
    CHECK(second.text() == "some text that is long enough for the heap");
}

}  // namespace tfy::redactor_test
