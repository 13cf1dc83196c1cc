// A value that holds its token's name: the name may be told, the secret may not.
#include "policy/redaction/named_value.hpp"

#include <doctest/doctest.h>

#include "policy/redaction/shapes.hpp"
#include "tests/fakes/redactor.hpp"
#include "tests/policy/leak_techniques.hpp"
#include "tests/policy/leak_tokens.hpp"

namespace tfy::named_value_test {

using namespace tfy::leaks;

namespace {

const std::string longest_name = "nightly-backup-of-the-ml-platform-01";  // 36 characters

}  // namespace

TEST_CASE("the name in a value ends at the last underscore behind small letters, digits and hyphens") {
    struct Row {
        const char* value;
        std::size_t name;
    };
    const Row rows[] = {{"tfy_pat_ci_Secret", 11},  {"tfy_va_ci_Secret", 10}, {"tfy_pat_my_ci_Secret", 14},
                        {"tfy_pat_ci_Sec_ret", 11}, {"tfy_pat_Secret", 0},    {"tfy_pat_", 0},
                        {"tfy_pat__Secret", 0},     {"tfy-ci_Secret", 0},     {"xtfy_pat_ci_Secret", 0},
                        {"tfy_pat_Name_Secret", 0}};
    for (const auto& row : rows) {
        CAPTURE(row.value);
        CHECK(redaction::name_part(row.value) == row.name);
    }
}

TEST_CASE("a token's name in our own lists stays, though the value holds it; the value goes whole") {
    REQUIRE(longest_name.size() == 36);
    for (const std::string prefix : {"tfy_pat_", "tfy_va_"})
        for (const auto& name : {longest_name, std::string("ci-pipeline")}) {
            const auto value = prefix + name + "_" + opaque_token(4, 32);
            const auto redactor = redactor_for({{name, value}});
            const auto listed = R"({"name":")" + name + R"(","prefix":")" + prefix + name + R"(_"})";
            CHECK(redactor.seal_text(listed).text() == listed);
            CHECK(redactor.seal_text("key " + value + ".").text() ==
                  "key [redacted:access-token " + name + "].");
            CHECK(redactor.seal_text("x" + value + "_").text() == "x[redacted:access-token " + name + "]_");
            for (const auto& technique : techniques()) {
                CAPTURE(technique.name);
                const auto out = std::string(redactor.seal_text(technique.write(value)).text());
                CHECK(readable_piece(out, secret_of(value), technique.read) == "");
            }
        }
}

TEST_CASE("values with a name in them are known by their shape") {
    const auto redactor = redaction::RedactorForTests::make();
    for (const std::string prefix : {"tfy_pat_", "tfy_va_"})
        for (const auto& secret : {opaque_token(1, 32), opaque_token(2, 48),
                                   std::string("9f3a7c51d2e84b60a1c7e5f2d8b4c6a09e7f5d3b")}) {
            const auto value = prefix + longest_name + "_" + secret;
            CHECK(redaction::looks_like_key(value));
            CHECK(redactor.seal_text("key: " + value + ", yes").text() ==
                  "key: [redacted:access-token], yes");
        }
    for (const auto* word :
         {"tfy_pat_mcp_approval_requests_total", "tfy_pat_mcp_http_request_duration_seconds_bucket",
          "tfy_va_documentation_of_the_virtual_accounts", "tfy_pat_nightly-backup-of-the-ml-platform-01_"})
        CHECK(!redaction::looks_like_key(word));
}

}  // namespace tfy::named_value_test
