// The promise, technique by technique: no 24 characters in a row of a registered value can be read in what
// leaves.
#include <doctest/doctest.h>

#include "tests/policy/leak_techniques.hpp"
#include "tests/policy/leak_tokens.hpp"

namespace tfy::leaks_test {

using namespace tfy::leaks;

namespace {

/// All keys and strings of a message, a line each: what a reader of the decoded JSON sees.
void collect(const Json& value, std::string& out) {
    if (value.is_string()) out += value.get<std::string>() + "\n";
    for (const auto& [key, member] : value.items()) {
        if (value.is_object()) out += key + "\n";
        if (value.is_structured()) collect(member, out);
    }
}

std::string seen(const redaction::Redacted& sealed) {
    const auto message = Json::parse(sealed.text(), nullptr, false);
    REQUIRE(!message.is_discarded());
    std::string strings;
    collect(message, strings);
    return strings;
}

struct Carrier {
    std::string name;
    std::string (*carry)(const redaction::Redactor&, const std::string&);
};

const Carrier carriers[] = {
    {"a value", [](const redaction::Redactor& r,
                   const std::string& text) { return seen(r.seal({{"id", 7}, {"note", text}})); }},
    {"a key", [](const redaction::Redactor& r,
                 const std::string& text) { return seen(r.seal({{text, 1}, {"b", text}})); }},
    {"deep inside",
     [](const redaction::Redactor& r, const std::string& text) {
         return seen(
             r.seal({{"result", {{"content", {{{"type", "text"}, {"text", "It is: " + text + " ."}}}}}}}));
     }},
    {"plain text",
     [](const redaction::Redactor& r, const std::string& text) {
         return std::string(r.seal_text("first line\n12:00 INFO " + text + "\nlast line\n").text());
     }},
    {"JSON as text",
     [](const redaction::Redactor& r, const std::string& text) {
         const auto line = Json{{"log", text}}.dump(-1, ' ', true, Json::error_handler_t::replace);
         return std::string(r.seal_text(line).text());
     }},
};

}  // namespace

TEST_CASE("no technique carries a registered value out, in any place of a message") {
    const std::pair<std::string, std::string> tokens[] = {{"opaque", opaque_token()}, {"JWT", jwt_token()}};
    CHECK(techniques().size() >= 100);
    for (const auto& [name, token] : tokens) {
        const auto& kind = name;
        const auto redactor = redactor_for({{"ci-pipeline", token}, {"other", opaque_token(99)}});
        for (const auto& technique : techniques()) {
            CAPTURE(kind);
            CAPTURE(technique.name);
            const auto leak = technique.write(token);
            // The reader must be able to read the leak, else the test would show nothing.
            CHECK(!readable_piece(leak, secret_of(token), technique.read).empty());
            for (const auto& carrier : carriers) {
                CAPTURE(carrier.name);
                const auto out = carrier.carry(redactor, leak);
                CHECK(readable_piece(out, secret_of(token), technique.read) == "");
            }
        }
    }
}

TEST_CASE("what is beside a leak stays readable") {
    const auto token = opaque_token();
    const auto redactor = redactor_for({{"ci", token}});
    for (const auto& technique : techniques()) {
        CAPTURE(technique.name);
        const auto out =
            std::string(redactor.seal_text("Mark my words: " + technique.write(token) + " !").text());
        CHECK(out.starts_with("Mark my words: "));
        CHECK(out.ends_with(" !"));
    }
}

TEST_CASE("pieces of a token with hyphens between them are found where the token has none of its own") {
    const auto token = opaque_token();
    const auto redactor = redactor_for({{"ci", token}});
    for (const std::size_t every : {1U, 4U, 5U})
        CHECK(readable_piece(std::string(redactor.seal_text(between(token, "-", every)).text()), token,
                             {undotted}) == "");
}

TEST_CASE("every piece of 24 characters is found, wherever it was cut") {
    for (const auto& token : {opaque_token(3, 57), jwt_token(3)}) {
        const auto redactor = redactor_for({{"ci", token}});
        const auto secret = secret_of(token);
        for (std::size_t at = 0; at + 24 <= secret.size(); ++at) {
            CAPTURE(at);
            const auto out = std::string(redactor.seal_text("x: " + secret.substr(at, 24) + ";").text());
            CHECK(out.find(secret.substr(at, 24)) == std::string::npos);
            CHECK(out.starts_with("x: "));
            CHECK(out.ends_with(";"));
        }
    }
}

TEST_CASE("any two encodings, one inside the other, are looked through") {
    const auto token = opaque_token(5);
    const auto redactor = redactor_for({{"ci", token}});
    struct Code {
        std::string name;
        std::string (*write)(const std::string&);
        Reader read;
    };
    const Code codes[] = {
        {"base64", [](const std::string& t) { return base64(t); }, unbase64},
        {"hex", [](const std::string& t) { return hex(t); }, unhex},
        {"percent", [](const std::string& t) { return as(t, "%%%02x"); }, unpercent},
        {"JSON", [](const std::string& t) { return as_characters(t, "\\u%04x"); }, unjson},
        {"HTML", [](const std::string& t) { return as_characters(t, "&#%u;"); }, unhtml},
        {"quoted-printable", [](const std::string& t) { return as(t, "=%02X"); }, unquoted_printable},
        {"base32", [](const std::string& t) { return base32(t); }, unbase32},
        {"zero-width", [](const std::string& t) { return between(t, "\u200b", 3); }, ascii_only},
    };
    // Invisible characters go between characters, not between the bytes of one.
    const auto cuts = [](const Code& code, const std::string& text) {
        return code.read == ascii_only && ascii_only(text) != text;
    };
    for (const auto& first : codes)
        for (const auto& second : codes)
            for (const auto& third : codes) {
                CAPTURE(first.name);
                CAPTURE(second.name);
                CAPTURE(third.name);
                const auto once = first.write(token);
                const auto twice = second.write(once);
                if (cuts(second, once) || cuts(third, twice)) continue;
                const auto out = std::string(redactor.seal_text(third.write(twice)).text());
                CHECK(readable_piece(out, token, {third.read, second.read, first.read}) == "");
                CHECK(out.find("[redacted:access-token ci]") != std::string::npos);
            }
}

}  // namespace tfy::leaks_test
