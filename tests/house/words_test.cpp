// How comments are written: as one would say it to a colleague. Words that are not, are counted, and may only
// get fewer.
#include <doctest/doctest.h>

#include <cstddef>
#include <iterator>
#include <regex>
#include <string>

#include "tests/house/sources.hpp"

namespace {

using namespace tfy::house;

std::size_t in_comment(const std::string& line, const std::regex& words) {
    const auto comment = line.substr(without_comment(line).size());
    const std::sregex_iterator first(comment.begin(), comment.end(), words);
    return static_cast<std::size_t>(std::distance(first, std::sregex_iterator()));
}

std::size_t in_comments(const std::regex& words) {
    std::size_t found = 0;
    for (const auto& source : rooms())
        for (const auto& line : source.lines) found += in_comment(line, words);
    return found;
}

const std::regex& stands() {
    static const std::regex words("\\b[Ss]tands\\b");
    return words;
}

/// "where" that may be an "if". Some of these are places.
const std::regex& where() {
    static const std::regex words(
        "\\b[Ww]here (a|an|any|anyone|it|its|no|none|nothing|someone|that|the|there|they|this)\\b");
    return words;
}

}  // namespace

// Lower the limit when you have made one better.
TEST_CASE("no more comments say \"stands\" for \"is\" than did on 2026-12-01") {
    CHECK(in_comments(stands()) <= 27);
}

TEST_CASE("no more comments say \"where\" for \"if\" than did on 2026-12-01") {
    CHECK(in_comments(where()) <= 320);
}

TEST_CASE("words are counted in comments alone, and each time") {
    CHECK(in_comment("int stands;  // the house stands, and so stands the rule", stands()) == 2);
    CHECK(in_comment("f();  // standstill, where Ada is", stands()) == 0);
    CHECK(in_comment("/// Where there is none, or where it is gone: where she is", where()) == 2);
}
