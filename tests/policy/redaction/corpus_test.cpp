// The promise as a score: each leak of the corpus through each thing that leaves, how many are stopped.
#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>

#include "policy/redaction/search.hpp"
#include "tests/policy/corpus_carriers.hpp"
#include "tests/policy/corpus_score.hpp"
#include "tests/policy/leak_tokens.hpp"

namespace tfy::corpus_test {

using namespace tfy::leaks;

namespace {

/// The first carrier that lets it through; empty if none does.
std::string leaking_carrier(const Leak& leak, const redaction::Redactor& redactor, const std::string& token) {
    const auto text = leak.write(token);
    if (leak.is_message) {
        const auto out = put_together(redactor.seal(Json::parse(text)).text());
        return can_be_read(out, secret_of(token), leak.read) ? "a message" : "";
    }
    for (const auto& carrier : carriers)
        if (!(carrier.encodes && leak.nested == redaction::most_nested) &&
            can_be_read(carrier.carry(redactor, text), secret_of(token), leak.read))
            return carrier.name;
    return {};
}

std::string written(const std::string& file) {
    std::ifstream in(std::string(TFY_SOURCE_DIR) + "/" + file);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

}  // namespace

TEST_CASE("each leak of the corpus is one: who reads it has the value") {
    const auto token = opaque_token(21, 48);
    std::map<std::string, int> names;
    for (const auto& leak : corpus()) {
        CAPTURE(leak.group);
        CAPTURE(leak.name);
        CHECK(++names[leak.group + leak.name] == 1);
        const auto text = leak.write(token);
        CHECK(can_be_read(leak.is_message ? put_together(text) : text, token, leak.read));
    }
    CHECK(names.size() >= 200);
}

TEST_CASE(
    "the score: all that is promised is stopped, in everything that leaves; docs/redaction_score.md quotes "
    "it") {
    const auto token = opaque_token(21, 48);
    const auto redactor = redactor_for({{"ci", token}, {"other", opaque_token(99)}});
    Board board;
    for (const auto& leak : corpus()) board.add(leak, leaking_carrier(leak, redactor, token));
    const auto table = board.table();
    if (std::getenv("TFY_SHOW_SCORE") != nullptr) std::cout << table;
    for (const auto& missed : board.missed()) {
        CAPTURE(missed);
        CHECK(missed.empty());
    }
    const bool is_quoted = written("docs/redaction_score.md").find(table) != std::string::npos;
    CAPTURE(table);
    CHECK(is_quoted);
}

}  // namespace tfy::corpus_test
