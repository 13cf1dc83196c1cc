// Values that are words of our own messages: they break none.
#include "policy/redaction/own_words.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "tests/fakes/redactor.hpp"
#include "tests/policy/leak_tokens.hpp"

namespace tfy::own_words_test {

using namespace tfy::leaks;

namespace {

/// What the server has said in the transcripts.
std::vector<Json> recorded_messages() {
    std::vector<Json> all;
    for (const auto& file : std::filesystem::directory_iterator(TFY_SOURCE_DIR "/tests/transcripts")) {
        std::ifstream in(file.path());
        for (std::string line; std::getline(in, line);) {
            if (!line.starts_with("< {")) continue;
            auto message = Json::parse(line.substr(2), nullptr, false);
            if (message.is_object()) all.push_back(std::move(message));
        }
    }
    return all;
}

/// Keys, and the words that a client decides by: the `action` of a request is a sentence for people.
void collect_words(const Json& value, std::set<std::string>& words) {
    static const std::set<std::string> telling = {"method", "type",     "resultType",
                                                  "role",   "mimeType", "action"};
    if (!value.is_structured()) return;
    for (const auto& [key, member] : value.items()) {
        if (value.is_object()) words.insert(key);
        if (value.is_object() && telling.contains(key) && member.is_string() &&
            member.get_ref<const std::string&>().find(' ') == std::string::npos)
            words.insert(member.get<std::string>());
        collect_words(member, words);
    }
}

}  // namespace

TEST_CASE("a value that is a word of our messages, or a piece of one, changes none of them") {
    const auto messages = recorded_messages();
    REQUIRE(messages.size() > 100);
    std::set<std::string> words;
    for (const auto& message : messages) collect_words(message, words);
    REQUIRE(words.size() > 80);
    std::vector<redaction::TokenFingerprints> prints;
    for (const auto& word : words)
        for (const auto& value : {word, upper(word), word.substr(std::min<std::size_t>(1, word.size()))})
            prints.push_back(redaction::fingerprint(value, "odd", a_key()));
    const auto redactor = redaction::RedactorForTests::make(a_key(), prints);
    std::set<std::string> sealed_words;
    for (const auto& message : messages) {
        const auto sealed = Json::parse(redactor.seal(message).text());
        collect_words(sealed, sealed_words);
        CHECK(sealed.size() == message.size());
    }
    CHECK(sealed_words == words);
}

TEST_CASE("marks are no values either: what was sealed twice is as it was") {
    const auto token = opaque_token(3);
    const auto redactor =
        redactor_for({{"ci", token}, {"odd", "redacted"}, {"odd", "access-token"}, {"odd", "over-budget"}});
    const std::string once(redactor.seal_text("key " + token).text());
    CHECK(once == "key [redacted:access-token ci]");
    CHECK(redactor.seal_text(once).text() == once);
}

TEST_CASE("other words are values, and so are those that only hold one of ours") {
    for (const std::string value : {"hunter2", "jsonrpc2", "my-method-9", "Structured_Content"}) {
        const auto redactor = redactor_for({{"ci", value}});
        CHECK(redactor.seal_text("It is " + value + ".").text() == "It is [redacted:access-token ci].");
        CHECK(!redaction::is_own_word(value));
    }
    CHECK(redaction::is_own_word("JSONRPC"));
    CHECK(redaction::is_own_word("ools/cal"));
    CHECK(!redaction::is_own_word("method\nmessages"));
    for (unsigned seed = 0; seed < 200; ++seed)
        CHECK(redaction::fingerprint(opaque_token(seed, 48), "t", a_key()).windows.size() == 5);
}

}  // namespace tfy::own_words_test
