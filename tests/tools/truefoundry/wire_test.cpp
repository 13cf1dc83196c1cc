#include "tools/truefoundry/wire.hpp"

#include <doctest/doctest.h>

namespace tfy::wire_test {

using truefoundry::TokenId;
using truefoundry::TokenName;
namespace wire = truefoundry::wire;

namespace {

policy::Time at(std::string_view text) { return policy::read_time(text).value(); }

Json whole_pat() {
    return Json::parse(R"({
      "id": "jqfwg345gi25n5ju2yz5iz6m", "type": "pat", "tenantName": "acme",
      "manifest": {"name": "ci-pipeline", "type": "pat", "user_fqn": "u", "expiration_date": "2027-01-01",
                   "ownedBy": {"team": "platform", "account": "acme"}, "token_type": "jwt"},
      "jwtId": "jwt-0",
      "createdBySubject": {"subjectSlug": "alice@acme.com", "subjectDisplayName": "Alice"},
      "createdAt": "2026-08-25T09:30:00.000Z", "updatedAt": "2026-08-25T09:30:00.000Z",
      "lastAccessedAt": "2026-11-20T07:12:44.000Z", "isExpired": false,
      "jwts": [{"id": "jwt-1", "expiry": "2027-02-20T00:00:00.000Z"}, {"id": "jwt-2", "expiry": "2027-02-21T00:00:00.000Z"}],
      "accountId": "acc", "metadata": {}, "unheard_of": [1, 2]})");
}

truefoundry::AccessToken read_token(const Json& item) {
    return wire::read_token(protocol::PlainJson::of(item).root());
}

}  // namespace

TEST_CASE("a token is read from the shape that the PAT routes document") {
    const auto token = read_token(whole_pat());
    CHECK(token.id == "jqfwg345gi25n5ju2yz5iz6m");
    CHECK(token.name == "ci-pipeline");
    CHECK(token.type == "jwt");
    CHECK(token.owner == "platform");
    CHECK(token.created_by == "alice@acme.com");
    CHECK(token.created == at("2026-08-25T09:30:00Z"));
    CHECK(token.last_used == at("2026-11-20T07:12:44Z"));
    CHECK_FALSE(token.expired);
    CHECK(token.jwt_ids == std::vector<std::string>{"jwt-0", "jwt-1", "jwt-2"});
}

TEST_CASE("a token is read from the other manifest, the other spelling, and from the old flat shape") {
    const Json camel = {{"id", "a"},
                        {"manifest",
                         {{"name", "n"},
                          {"type", "virtual-account"},
                          {"tokenType", "opaque"},
                          {"expirationDate", "2027-01-01"},
                          {"owned_by", {{"account", "acme"}}}}}};
    const auto token = read_token(camel);
    CHECK(token.name == "n");
    CHECK(token.type == "opaque");
    CHECK(token.owner == "acme");
    CHECK(token.expires == at("2027-01-01"));
    CHECK(read_token({{"id", "a"}, {"name", "flat"}}).name == "flat");
}

TEST_CASE("null, absent or of a wrong type: every member but the id may be missing") {
    for (const Json& nothing : {Json(nullptr), Json(7), Json("text"), Json::array({1}), Json::object()}) {
        CAPTURE(nothing.dump());
        auto item = whole_pat();
        for (auto& [key, value] : item.items())
            if (key != "id") value = nothing;
        const auto token = read_token(item);
        CHECK(token.id == "jqfwg345gi25n5ju2yz5iz6m");
        CHECK_FALSE(token.expires);
        CHECK_FALSE(token.created);
        CHECK_FALSE(token.expired);
    }
    for (const Json& item : {Json(nullptr), Json(7), Json::array()}) CHECK(read_token(item).id.empty());
}

TEST_CASE("the expiry is the latest of the JWTs', else the manifest's, else none") {
    auto item = whole_pat();
    CHECK(read_token(item).expires == at("2027-02-21"));
    for (const auto* far : {"10000-01-01T00:00:00.000Z", "+010000-01-01T00:00:00Z",
                            "+275760-09-13T00:00:00.000Z", "9999-12-31T23:59:59-05:00"}) {
        CAPTURE(far);
        item["jwts"] = {{{"id", "j"}, {"expiry", far}}};
        CHECK(read_token(item).expires == at("9999-12-31T23:59:59.999Z"));
    }
    item["jwts"] = {{{"id", "j"}, {"expiry", nullptr}}};
    CHECK(read_token(item).expires == at("2027-01-01"));
    item["jwts"] = nullptr;
    CHECK(read_token(item).expires == at("2027-01-01"));
    item["manifest"]["expiration_date"] = "2027-01-01T12:30";
    CHECK(read_token(item).expires == at("2027-01-01T12:30:00Z"));
    item["manifest"]["expiration_date"] = "not a date";
    CHECK_FALSE(read_token(item).expires);
}

TEST_CASE("a body that is no list is a clear error and is not quoted") {
    const std::string bodies[] = {"",
                                  "<html><body>502 Bad Gateway SECRET-MARK</body></html>",
                                  R"({"data":[{"id":"a")",
                                  "null",
                                  "[]",
                                  "{}",
                                  R"({"data":null})",
                                  R"({"data":{"id":"SECRET-MARK"}})",
                                  "\xff\xfe{}",
                                  R"({"data":[]} {})"};
    for (const auto& body : bodies) {
        CAPTURE(body);
        const auto page = wire::read_page(body);
        REQUIRE_FALSE(page.has_value());
        CHECK(page.error().code == Errc::upstream);
        CHECK(page.error().message.find("SECRET-MARK") == std::string::npos);
        CHECK(page.error().message.find("Nothing was done") != std::string::npos);
    }
}

TEST_CASE("items without an id are left out, but the offset moves past them") {
    const auto page =
        wire::read_page(R"({"data":[{"id":"a"},{"name":"x"},null,7],"pagination":{"total":4}})");
    REQUIRE(page.has_value());
    CHECK(page->tokens.size() == 1);
    CHECK(page->items == 4);
    CHECK(page->total == 4);
    CHECK_FALSE(wire::read_page(R"({"data":[],"pagination":null})").value().total);
    CHECK_FALSE(wire::read_page(R"({"data":[],"pagination":{"total":"9"}})").value().total);
}

TEST_CASE("a page reads the same where it can be read in one pass and where it cannot") {
    const auto page = Json{{"data", Json::array({whole_pat(), whole_pat()})}, {"pagination", {{"total", 2}}}};
    auto escaped = page;
    escaped["unheard_of"] = "a\nb";
    const auto plain = wire::read_page(page.dump()).value();
    const auto other = wire::read_page(escaped.dump()).value();
    REQUIRE(protocol::PlainJson::read(page.dump()));
    REQUIRE_FALSE(protocol::PlainJson::read(escaped.dump()));
    CHECK(plain.tokens.size() == other.tokens.size());
    CHECK(plain.total == other.total);
    CHECK(plain.tokens.back().jwt_ids == other.tokens.back().jwt_ids);
    CHECK(plain.tokens.back().expires == other.tokens.back().expires);
    CHECK(plain.tokens.back().created_by == other.tokens.back().created_by);
}

TEST_CASE("targets are encoded, and only ids that were read can stand in them") {
    CHECK(wire::list_target(200, 100, "") == "/api/svc/v1/personal-access-tokens?limit=100&offset=200");
    CHECK(wire::list_target(0, 1, "a b/&=?%ä") ==
          "/api/svc/v1/personal-access-tokens?limit=1&offset=0&nameSearchQuery=a%20b%2F%26%3D%3F%25%C3%A4");
    CHECK(wire::token_target(*TokenId::read("pat-a")) == "/api/svc/v1/personal-access-tokens/pat-a");
}

TEST_CASE("a create sends what was given and leaves out what was not") {
    truefoundry::CreateRequest request{.name = *TokenName::read("dev-local")};
    CHECK(wire::write_create(request) == R"({"name":"dev-local"})");
    request.expiration_date = "2027-02-21T00:00:00.000Z";
    request.token_type = "opaque";
    request.team_name = "platform";
    request.account_name = "acme";
    CHECK(Json::parse(wire::write_create(request)) == Json{{"name", "dev-local"},
                                                           {"expirationDate", "2027-02-21T00:00:00.000Z"},
                                                           {"tokenType", "opaque"},
                                                           {"teamName", "platform"},
                                                           {"accountName", "acme"}});
}

TEST_CASE("the value is taken out of a create's answer, and the body is wiped") {
    const std::string value = "tfy-0123456789abcdefghijklmnopqrstuvwxyz";
    const std::string bodies[] = {"{\"token\":\"" + value + "\"}", " {\n \"token\" : \"" + value + "\" }\r\n",
                                  "{\"token\":\"" + value + "\",\"more\":[1]}",
                                  "{\"a\":1,\"token\":\"" + value + "\"}",
                                  "{\"token\":\"tfy\\u002d0123456789abcdefghijklmnopqrstuvwxyz\"}"};
    for (auto body : bodies) {
        CAPTURE(body);
        const auto taken = wire::take_value(body);
        REQUIRE(taken.has_value());
        CHECK(taken->reveal() == value);
        CHECK(body.empty());
    }
}

TEST_CASE("an answer without a value that can be kept is ambiguous, and the body is wiped all the same") {
    const std::string bodies[] = {"",
                                  "<html>",
                                  "{}",
                                  "null",
                                  "[\"a\"]",
                                  R"({"token":null})",
                                  R"({"token":""})",
                                  R"({"token":7})",
                                  R"({"token":"a b"})",
                                  R"({"token":"abcd"} {})",
                                  R"({"token":"abcd")",
                                  R"({"token":"abcd)",
                                  R"({"token":"abcd"}x)",
                                  R"({"token":"a\nb"})",
                                  "{\"token\":\"" + std::string(16 * 1024 + 1, 'a') + "\"}"};
    for (auto body : bodies) {
        CAPTURE(body.substr(0, 40));
        const auto value = wire::take_value(body);
        REQUIRE_FALSE(value.has_value());
        CHECK(value.error().code == Errc::ambiguous);
        CHECK(body.empty());
    }
}

}  // namespace tfy::wire_test
