// JWTs that no one here has seen, known by the id that a listing tells.
#include <doctest/doctest.h>

#include "policy/redaction/jwt.hpp"
#include "tests/fakes/redactor.hpp"
#include "tests/policy/leak_tokens.hpp"

namespace tfy::jwt_id_test {

using namespace tfy::policy;
using namespace tfy::leaks;

namespace {

const std::string id = "cmdq7r1k2000108l4h3xv9z5t";

std::string jwt_with(const Json& claims) {
    return base64url(R"({"alg":"RS256","typ":"JWT"})") + "." + base64url(claims.dump()) + "." +
           opaque_token(9, 86);
}

redaction::Redactor listing(const std::string& name, std::vector<std::string> ids) {
    return redaction::RedactorForTests::make().with(
        {{.name = name, .windows = {}, .jwt_ids = std::move(ids)}});
}

}  // namespace

TEST_CASE("a JWT with a listed id is its token, by name, whatever its other claims say") {
    const auto redactor = listing("ci", {"another-id-of-a-token", id});
    for (const auto* claim : {"jti", "jwtId", "id"}) {
        CAPTURE(claim);
        const auto jwt = jwt_with({{"iss", "https://login.example.com"}, {"sub", "x"}, {claim, id}});
        CHECK(redactor.seal_text("key: " + jwt + ", yes").text() == "key: [redacted:access-token ci], yes");
        CHECK(redactor.seal_text(hex(jwt)).text() == "[redacted:access-token ci]");
        const auto findings = redactor.find(jwt);
        REQUIRE(findings->size() == 1);
        CHECK(findings->front().technique == "shape");
        CHECK(findings->front().token == "ci");
        CHECK(redaction::RedactorForTests::make().seal_text(jwt).text() == jwt);
    }
}

TEST_CASE(
    "JWTs of others stay byte for byte: other ids, short ids, ids in other claims, ids of another type") {
    const auto redactor = listing("ci", {id, "1234567", ""});
    for (const auto& claims :
         {Json{{"jti", id + "x"}}, Json{{"jti", "1234567"}}, Json{{"jti", ""}}, Json{{"sub", id}},
          Json{{"jti", {id}}}, Json{{"nested", {{"jti", id}}}}, Json{{"id", 1234567}}}) {
        const auto jwt = jwt_with(claims);
        CHECK(redactor.seal_text(jwt).text() == jwt);
    }
    const auto bare = "the id alone is no secret: " + id;
    CHECK(redactor.seal_text(bare).text() == bare);
}

TEST_CASE("claims are read as far as they can be") {
    const auto jwt =
        redaction::read_jwt(jwt_with({{"jti", "a"}, {"jwtId", "b"}, {"id", "c"}, {"tenantName", "acme"}}));
    REQUIRE(jwt.has_value());
    const auto claims = redaction::read_claims(*jwt);
    CHECK(claims.name_truefoundry);
    CHECK(claims.ids.size() == 3);
    const auto list = redaction::read_jwt(base64url(R"({"alg":"none"})") + "." + base64url("[1]") + ".abc");
    REQUIRE(list.has_value());
    CHECK(redaction::read_claims(*list).ids.empty());
}

}  // namespace tfy::jwt_id_test
