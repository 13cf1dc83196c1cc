// The sandbox's answers, member by member, against what the official SDKs declare.
#include <doctest/doctest.h>

#include "tests/contract/declared.hpp"
#include "tests/lab/lab_plane.hpp"
#include "tests/tools/examples.hpp"
#include "tools/truefoundry/wire.hpp"

namespace tfy::declared_types_test {

using namespace tfy::examples;
using lab::Shape;
using Complaints = std::set<std::string>;

namespace {

/// Tokens of every kind: with an end and without, of a team and not, used and not, expired and not.
struct Tenant {
    ManualClock clock{noon};
    lab::LabPlane plane{clock};

    Tenant() {
        const Json bodies[] = {
            {{"name", "plain"}},
            {{"name", "opaque"}, {"tokenType", "opaque"}},
            {{"name", "ends"}, {"expirationDate", "2027-02-21T10:30:00Z"}},
            {{"name", "opaque-ends"}, {"tokenType", "opaque"}, {"expirationDate", "2027-02-21"}},
            {{"name", "over"}, {"expirationDate", "2026-11-24"}, {"teamName", "platform"}}};
        for (const auto& body : bodies) {
            const auto made = json(plane.handle("POST", base, sandbox::sandbox_key, body.dump()));
            plane.handle("GET", base, made.at("token").get<std::string>(), "");
        }
        plane.handle("POST", base, sandbox::sandbox_key, R"({"name":"unused"})");
        clock.advance(std::chrono::days{2});
    }
    static Json json(const sandbox::SandboxResponse& answer) { return Json::parse(answer.body); }
    Json listed(Shape shape) {
        return json(plane.handle("GET", base, sandbox::sandbox_key, "", {.shape = shape}));
    }
    Json asked(std::string_view method, const std::string& target, const std::string& body = {}) {
        return json(plane.handle(method, target, sandbox::sandbox_key, body));
    }
};

}  // namespace

TEST_CASE(
    "what is listed has the members, the types and the formats that the SDKs declare, in every shape but "
    "those "
    "that are there to be otherwise") {
    struct Row {
        Shape shape;
        Complaints complaints;
    };
    const Complaints pat = {
        "VirtualAccountManifest.permissions is missing", "VirtualAccountManifest.type is no =virtual-account",
        "VirtualAccountManifest.user_fqn is not known", "VirtualAccountManifest.expiration_date is no date"};
    const Row rows[] = {{Shape::virtual_account, {}},
                        {Shape::full, {}},
                        {Shape::required, {}},
                        {Shape::nulls, {}},
                        {Shape::camel,
                         {"VirtualAccountManifest.expirationDate is not known",
                          "VirtualAccountManifest.tokenType is not known"}},
                        {Shape::flat, {"VirtualAccount.name is not known"}},
                        {Shape::pat, pat}};
    Tenant tenant;
    contract::Declared declared;
    for (const auto& row : rows) {
        CAPTURE(lab::name_of(row.shape));
        const auto listed = tenant.listed(row.shape);
        CHECK(listed.at("data").size() == 6);
        CHECK(declared.complaints("List", listed) == row.complaints);
    }
    for (const auto* type : {"VirtualAccount", "VirtualAccountManifest", "Jwt", "Subject", "Pagination"})
        for (const auto& [written, _] : declared.members(type).items()) {
            if (!written.ends_with('?')) continue;
            const auto member = std::string(type) + "." + written.substr(0, written.size() - 1);
            CAPTURE(member);
            CHECK(declared.with_value.contains(member));
            CHECK((declared.without.contains(member) || std::string(type) == "Pagination"));
        }
}

TEST_CASE("a fresh sandbox lists as the SDKs expect it, without a fault script") {
    Tenant tenant;
    contract::Declared declared;
    CHECK(declared.complaints("List", tenant.asked("GET", base)) == Complaints{});
    CHECK(declared.complaints("List", tenant.asked("GET", base + "?limit=2&offset=9")) == Complaints{});
    CHECK(declared.complaints("List", tenant.asked("GET", "/api/svc/v1/workspaces?limit=1")) == Complaints{});
}

TEST_CASE("a PAT's own manifest has the members that the SDKs declare for it") {
    Tenant tenant;
    contract::Declared declared;
    for (const auto& each : tenant.listed(Shape::pat).at("data"))
        CHECK(declared.complaints("PersonalAccessTokenManifest", each.at("manifest")) == Complaints{});
}

TEST_CASE("a create, a delete and their errors are as declared; so is what our client sends") {
    Tenant tenant;
    contract::Declared declared;
    CHECK(declared.complaints("Created", tenant.asked("POST", base, R"({"name":"new-one"})")) ==
          Complaints{});
    CHECK(declared.complaints("Error", tenant.asked("POST", base, R"({"name":"new-one"})")) == Complaints{});
    CHECK(declared.complaints("Error", tenant.asked("POST", base, "{")) == Complaints{});
    CHECK(declared.complaints("Error", tenant.asked("DELETE", base + "/none")) == Complaints{});
    const auto id = tenant.listed(Shape::required).at("data").at(0).at("id").get<std::string>();
    CHECK(declared.complaints("Deleted", tenant.asked("DELETE", base + "/" + id)) == Complaints{});
    truefoundry::CreateRequest all{.name = *truefoundry::TokenName::read("dev-local")};
    CHECK(declared.complaints("Create", Json::parse(truefoundry::wire::write_create(all))) == Complaints{});
    all.expiration_date = "2027-02-21T00:00:00.000Z";
    all.token_type = "opaque";
    all.team_name = all.account_name = "x";
    CHECK(declared.complaints("Create", Json::parse(truefoundry::wire::write_create(all))) == Complaints{});
}

}  // namespace tfy::declared_types_test
