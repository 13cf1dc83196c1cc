#include "tools/sandbox/control_plane.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "protocol/parse.hpp"
#include "tests/fakes/redactor.hpp"
#include "tests/tools/examples.hpp"
#include "tools/truefoundry/wire.hpp"

namespace tfy::control_plane_test {

using namespace tfy::examples;
using sandbox::ControlPlane;
using sandbox::sandbox_key;
using truefoundry::TokenId;
using truefoundry::TokenName;

namespace {

class FullShelf final : public sandbox::TokenStore {
public:
    Result<Tokens> all() override { return std::make_shared<const std::deque<sandbox::StoredToken>>(); }
    Result<void> insert(const sandbox::StoredToken&) override { return Error{Errc::storage, "disk full"}; }
    Result<void> remove(const std::string&) override { return Error{Errc::storage, "disk full"}; }
    Result<void> touch(const std::string&, policy::Time) override {
        return Error{Errc::storage, "disk full"};
    }
};

struct Tenant {
    ManualClock clock{noon};
    ControlPlane plane{sandbox::make_memory_shelf(), clock};
    std::unique_ptr<truefoundry::Exchange> exchange = sandbox::make_sandbox_exchange(plane);
    truefoundry::Client client{*exchange, fakes::no_tokens()};

    sandbox::SandboxResponse send(std::string_view method, const std::string& target,
                                  std::string_view body = {}, std::string_view bearer = sandbox_key) {
        return plane.handle(method, target, bearer, body);
    }
    sandbox::SandboxResponse post(const Json& body) { return send("POST", base, body.dump()); }
    std::string made(const Json& body) { return Json::parse(post(body).body).at("token").get<std::string>(); }
    Json listed(const std::string& query = "") { return Json::parse(send("GET", base + query).body); }
    std::string id_of(const std::string& name) {
        return listed("?nameSearchQuery=" + name).at("data").at(0).at("id").get<std::string>();
    }
};

truefoundry::CreateRequest wanted(std::string_view name) { return {.name = *TokenName::read(name)}; }

}  // namespace

TEST_CASE("the client and the sandbox agree: create, list, find, delete") {
    Tenant tenant;
    auto request = wanted("dev-local");
    request.expiration_date = "2027-02-21T00:00:00.000Z";
    request.token_type = "opaque";
    request.team_name = "platform";
    const auto value = run(tenant.client.create(request));
    REQUIRE(value.has_value());
    CHECK(value->size() >= 44);

    const auto token = run(tenant.client.find_by_name(*TokenName::read("dev-local")));
    REQUIRE(token.has_value());
    CHECK(token->type == "opaque");
    CHECK(token->owner == "platform");
    CHECK(token->created == noon);
    CHECK(token->expires == policy::read_time("2027-02-21"));
    CHECK_FALSE(token->last_used);
    CHECK_FALSE(token->expired);

    const auto id = *TokenId::read(token->id);
    CHECK(run(tenant.client.find(id)).value().name == "dev-local");
    CHECK(run(tenant.client.remove(id)).has_value());
    CHECK(run(tenant.client.find(id)).error().code == Errc::not_found);
    CHECK(run(tenant.client.remove(id)).error().code == Errc::not_found);
    CHECK(run(tenant.client.probe()).has_value());
}

TEST_CASE("the client reads more tokens than fit one page") {
    Tenant tenant;
    for (int i = 0; i < 230; ++i)
        REQUIRE(tenant.post({{"name", "n-" + std::to_string(i) + "x"}, {"tokenType", "opaque"}}).status ==
                200);
    CHECK(run(tenant.client.list()).value().size() == 230);
    CHECK(run(tenant.client.list("n-22")).value().size() == 11);
}

TEST_CASE("listing knows limit, offset, nameSearchQuery and the total, newest first") {
    Tenant tenant;
    for (const auto* name : {"old-ci", "ci-pipeline", "dev-local"}) {
        tenant.made({{"name", name}});
        tenant.clock.advance(1min);
    }
    CHECK(tenant.listed().at("data").at(0).at("manifest").at("name") == "dev-local");
    CHECK(tenant.listed("?nameSearchQuery=ci").at("pagination").at("total") == 2);
    const auto second = tenant.listed("?limit=1&offset=1");
    CHECK(second.at("data").size() == 1);
    CHECK(second.at("data").at(0).at("manifest").at("name") == "ci-pipeline");
    CHECK(second.at("pagination") == Json{{"total", 3}, {"offset", 1}, {"limit", 1}});
    CHECK(tenant.listed("?offset=9").at("data").empty());
    for (const auto* query : {"?limit=0", "?limit=x", "?limit=-1", "?offset=", "?limit=1001"}) {
        CAPTURE(query);
        CHECK(tenant.send("GET", base + query).status == 400);
    }
}

TEST_CASE("a create that the real one would refuse is refused with an HttpError") {
    struct Row {
        const char* body;
        int status;
    };
    const Row rows[] = {
        {"", 400},
        {"{", 400},
        {"[]", 400},
        {R"({"name":7})", 400},
        {"{}", 400},
        {R"({"name":"AB"})", 400},
        {R"({"name":"revoke/all"})", 400},
        {R"({"name":"dev-local","tokenType":"magic"})", 400},
        {R"({"name":"dev-local","expirationDate":"soon"})", 400},
        {R"({"name":"dev-local","expirationDate":"2026-11-23T12:00:00Z"})", 400},
        {R"({"name":"dev-local","teamName":7})", 400},
        {R"({"name":"taken"})", 409},
        {R"({"name":"dev-local","expirationDate":null,"tokenType":null,"teamName":null})", 200}};
    Tenant tenant;
    tenant.made({{"name", "taken"}});
    for (const auto& row : rows) {
        CAPTURE(row.body);
        const auto answered = tenant.send("POST", base, row.body);
        CHECK(answered.status == row.status);
        CHECK(answered.content_type == "application/json");
        CHECK(answered.request_id.size() == 32);
        if (row.status == 200) continue;
        const auto error = Json::parse(answered.body);
        CHECK(error.at("statusCode") == row.status);
        CHECK(error.at("message").is_string());
    }
}

TEST_CASE(
    "values look like the real ones: a long JWT with TrueFoundry's claims by default, or an opaque one") {
    Tenant tenant;
    const auto jwt = tenant.made({{"name", "with-jwt"}});
    CHECK(jwt.size() > 600);
    CHECK(std::ranges::count(jwt, '.') == 2);
    CHECK(jwt.starts_with("eyJ"));
    const auto opaque = tenant.made({{"name", "with-opaque"}, {"tokenType", "opaque"}});
    CHECK(opaque.starts_with("tfy-"));
    CHECK(opaque.size() >= 44);
    CHECK(tenant.made({{"name", "another"}, {"tokenType", "opaque"}}) != opaque);
}

TEST_CASE("a value stands in the create's answer and nowhere else") {
    Tenant tenant;
    const auto value = tenant.made({{"name", "dev-local"}});
    CHECK(tenant.send("GET", base).body.find(value.substr(value.size() - 40)) == std::string::npos);
    CHECK(tenant.post({{"name", "dev-local"}}).body.find(value.substr(value.size() - 40)) ==
          std::string::npos);
}

TEST_CASE("only the sandbox's key and live tokens open the door; using a token is noted") {
    Tenant tenant;
    const auto value = tenant.made({{"name", "dev-local"}, {"expirationDate", "2026-11-24"}});
    for (const std::string wrong : {"", "x", "tfy-sandbox-key", "tfy-sandbox-key-0000-not-a-secret "})
        CHECK(tenant.send("GET", base, "", wrong).status == 401);
    CHECK(Json::parse(tenant.send("GET", base, "", "x").body).at("statusCode") == 401);

    tenant.clock.advance(1h);
    CHECK(tenant.send("GET", base, "", value).status == 200);
    CHECK(tenant.listed().at("data").at(0).at("lastAccessedAt") == "2026-11-23T13:00:00.000Z");

    tenant.clock.set(policy::read_time("2026-11-24").value());
    CHECK(tenant.send("GET", base, "", value).status == 401);
    CHECK(run(tenant.client.list()).value().at(0).id == tenant.id_of("dev-local"));
    tenant.clock.set(noon);
    CHECK(tenant.send("DELETE", base + "/" + tenant.id_of("dev-local")).status == 200);
    CHECK(tenant.send("GET", base, "", value).status == 401);
}

TEST_CASE("what must never be sent is a defect of the caller, however it is spelled, and does nothing") {
    Tenant tenant;
    tenant.made({{"name", "dev-local"}});
    const std::pair<const char*, std::string> rows[] = {
        {"GET", "/dev-local"},          {"GET", "/jqfwg345gi25n5ju2yz5iz6m"},
        {"GET", "/new-one?teamName=x"}, {"HEAD", "/dev-local"},
        {"DELETE", "/revoke/all"},      {"DELETE", "/revoke/all/"},
        {"POST", "/revoke/all"},        {"DELETE", "/revoke%2Fall"},
        {"DELETE", "/%72evoke/all"}};
    for (const auto& [method, rest] : rows) {
        CAPTURE(rest);
        CHECK(tenant.send(method, base + rest).status == 599);
    }
    CHECK(tenant.listed().at("pagination").at("total") == 1);
}

TEST_CASE("other routes are answered as the real one answers them") {
    Tenant tenant;
    CHECK(tenant.send("GET", "/api/svc/v1/workspaces?limit=1").status == 200);
    CHECK(Json::parse(tenant.send("GET", "/api/svc/v1/workspaces?limit=1").body).at("data").empty());
    CHECK(tenant.send("GET", base + "/dev-local/token").status == 403);
    for (const auto& [method, target] : {std::pair<const char*, std::string>{"GET", "/"},
                                         {"GET", "/api/svc/v1/personal-access-tokens-x"},
                                         {"PUT", base},
                                         {"PATCH", base + "/x"},
                                         {"DELETE", base + "/not-there"},
                                         {"DELETE", base + "/.."},
                                         {"GET", ""}})
        CHECK(tenant.send(method, target).status == 404);
}

TEST_CASE("a sandbox that cannot write says so with a 500, and gives out no value") {
    ManualClock clock;
    ControlPlane plane(std::make_unique<FullShelf>(), clock);
    const auto answered = plane.handle("POST", base, sandbox_key, R"({"name":"dev-local"})");
    CHECK(answered.status == 500);
    CHECK(answered.body.find("token") == std::string::npos);
}

TEST_CASE("a target is decoded once, as routers do") {
    Tenant tenant;
    tenant.made({{"name", "dev-local"}});
    const auto id = tenant.id_of("dev-local");
    CHECK(tenant.send("DELETE", base + "/" + id.substr(1) + "%253F").status == 404);
    auto encoded = id;
    encoded.replace(0, 1, "%25" + std::to_string(30 + id[0] % 10));
    CHECK(tenant.send("DELETE", base + "/" + encoded).status == 404);
    CHECK(tenant.send("DELETE", "http://localhost" + base + "/" + id).status == 200);
}

TEST_CASE("an answer has the control plane's own date") {
    Tenant tenant;
    CHECK(tenant.send("GET", base).date == "Mon, 23 Nov 2026 12:00:00 GMT");
    const auto response = run(tenant.exchange->send({.method = "GET", .target = base}));
    CHECK(response.value().date == noon);
}

TEST_CASE("every answer is strict JSON") {
    Tenant tenant;
    CHECK(protocol::parse(tenant.post({{"name", "dev-local"}}).body).has_value());
    CHECK(protocol::parse(tenant.send("GET", base).body).has_value());
    CHECK(protocol::parse(tenant.send("GET", base + "/\xff").body).has_value());
    CHECK(protocol::parse(tenant.send("DELETE", base + "/\xff").body).has_value());
}

TEST_CASE(
    "an account has tokens of its own: others neither see nor delete them, and may use the same names") {
    ManualClock clock{noon};
    const std::vector<sandbox::Account> accounts = {sandbox::read_account("alice").value(),
                                                    sandbox::read_account("bob").value()};
    ControlPlane plane(sandbox::make_memory_shelf(), clock, accounts);
    const auto alice = accounts[0].key;
    const auto bob = accounts[1].key;
    const auto made = plane.handle("POST", base, alice, R"({"name":"ci-pipeline"})");
    const auto value = Json::parse(made.body).at("token").get<std::string>();
    CHECK(made.account == "alice");

    const auto listed = [&](const std::string& key) {
        return Json::parse(plane.handle("GET", base, key, "").body);
    };
    REQUIRE(listed(alice).at("pagination").at("total") == 1);
    CHECK(listed(alice).at("data").at(0).at("createdBySubject").at("subjectSlug") == "alice@sandbox.example");
    CHECK(listed(value).at("pagination").at("total") == 1);
    CHECK(listed(bob).at("data").empty());
    CHECK(listed(std::string(sandbox_key)).at("data").empty());
    const auto id = listed(alice).at("data").at(0).at("id").get<std::string>();
    CHECK(plane.handle("DELETE", base + "/" + id, bob, "").status == 404);
    CHECK(plane.handle("POST", base, bob, R"({"name":"ci-pipeline"})").status == 200);
    CHECK(plane.handle("POST", base, alice, R"({"name":"ci-pipeline"})").status == 409);
    CHECK(plane.handle("DELETE", base + "/" + id, value, "").account == "alice");
    CHECK(plane.handle("GET", base, value, "").status == 401);
    CHECK(listed(bob).at("pagination").at("total") == 1);
}

TEST_CASE("a key without the permission is known, and refused with 403 on every token route") {
    ManualClock clock{noon};
    ControlPlane plane(sandbox::make_memory_shelf(), clock,
                       {sandbox::read_account("guest:forbidden").value()});
    const std::string guest = "tfy-sandbox-key-guest-not-a-secret";
    CHECK(plane.handle("GET", base, guest, "").status == 403);
    CHECK(plane.handle("POST", base, guest, R"({"name":"dev-local"})").status == 403);
    CHECK(plane.handle("DELETE", base + "/x", guest, "").status == 403);
    CHECK(plane.handle("GET", "/api/svc/v1/workspaces?limit=1", guest, "").status == 200);
}

TEST_CASE(
    "an account's name is short and plain, and nobody takes the place of the one that is always there") {
    CHECK(sandbox::read_account("alice").value().may_manage);
    CHECK_FALSE(sandbox::read_account("alice:forbidden").value().may_manage);
    for (const auto* wrong : {"", ":forbidden", "Alice", "a b", "dana", "alice:admin", "a@b"}) {
        CAPTURE(wrong);
        CHECK(sandbox::read_account(wrong).error().code == Errc::refused);
    }
}

TEST_CASE("only a key that is used is noted as used; to ask whose it is does not count") {
    Tenant tenant;
    const auto value = tenant.made({{"name", "dev-local"}});
    CHECK(tenant.plane.account_of(value) == "dana");
    CHECK(tenant.plane.account_of("x").empty());
    CHECK(tenant.listed().at("data").at(0).at("lastAccessedAt").is_null());
}

}  // namespace tfy::control_plane_test
