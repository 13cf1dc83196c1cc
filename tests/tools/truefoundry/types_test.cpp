#include "tools/truefoundry/types.hpp"

#include <doctest/doctest.h>

namespace tfy::types_test {

using truefoundry::TokenId;
using truefoundry::TokenName;

TEST_CASE("what cannot be a token id is refused before anybody can send it") {
    const std::string refused[] = {"",
                                   "revoke/all",
                                   "revoke%2Fall",
                                   "..",
                                   ".",
                                   "%2e%2e",
                                   "a b",
                                   "a/b",
                                   "a?b",
                                   "a#b",
                                   "jq\n",
                                   "ünïcode",
                                   "a;b",
                                   "a:b",
                                   std::string(129, 'a'),
                                   std::string("a\0b", 3)};
    for (const auto& id : refused) {
        CAPTURE(id);
        const auto read = TokenId::read(id);
        REQUIRE_FALSE(read.has_value());
        CHECK(read.error().code == Errc::refused);
        CHECK(read.error().message.find("Nothing was done") != std::string::npos);
    }
    for (const std::string id : {"a", "jqfwg345gi25n5ju2yz5iz6m", "pat-abc", "A_b-9", "revoke"})
        CHECK(TokenId::read(id).value().text() == id);
    CHECK(TokenId::read(std::string(128, 'a')).has_value());
}

TEST_CASE(
    "a name has 3 to 36 lowercase letters, digits and hyphens, and begins and ends as TrueFoundry wants") {
    const std::string refused[] = {
        "",    "ab",        "Abc",   "1abc", "-abc",      "abc-",      "a_b",
        "a.b", "a b",       "abc\n", "аbc",  "abc\u202E", "a\u200Bbc", std::string(37, 'a'),
        "..",  "revoke/all"};
    for (const auto& name : refused) {
        CAPTURE(name);
        const auto read = TokenName::read(name);
        REQUIRE_FALSE(read.has_value());
        CHECK(read.error().code == Errc::refused);
    }
    for (const std::string name : {"abc", "a-9", "ci-pipeline", "a--b"})
        CHECK(TokenName::read(name).value().text() == name);
    CHECK(TokenName::read(std::string(36, 'a')).has_value());
}

}  // namespace tfy::types_test
