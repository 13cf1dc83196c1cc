// The control plane in a world that a fault script bends.
#include "tests/lab/lab_plane.hpp"

#include <doctest/doctest.h>

#include <set>

#include "tests/tools/examples.hpp"
#include "tools/truefoundry/wire.hpp"

namespace tfy::lab_plane_test {

using namespace tfy::examples;
using sandbox::sandbox_key;

namespace {

struct Tenant {
    ManualClock clock{noon};
    lab::LabPlane plane{clock};

    std::string made(const Json& body) {
        const auto answer = plane.handle("POST", base, sandbox_key, body.dump());
        return Json::parse(answer.body).at("token").get<std::string>();
    }
};

}  // namespace

TEST_CASE("an answer has the date of a clock that is askew, for one request") {
    Tenant tenant;
    CHECK(tenant.plane.handle("GET", base, "nobody", "", {.skew = -13h}).date ==
          "Sun, 22 Nov 2026 23:00:00 GMT");
    CHECK(tenant.plane.handle("GET", base, "nobody", "").date == "Mon, 23 Nov 2026 12:00:00 GMT");
}

TEST_CASE("both kinds of manifest are served, and read alike") {
    Tenant tenant;
    for (int i = 0; i < 40; ++i)
        tenant.made({{"name", "token-" + std::to_string(i) + "x"},
                     {"expirationDate", "2027-02-21T00:00:00.000Z"},
                     {"teamName", "platform"}});
    const auto body = tenant.plane.handle("GET", base, sandbox_key, "", {.shape = lab::Shape::mixed}).body;
    std::set<std::string> kinds;
    const auto items = Json::parse(body).at("data");
    for (const auto& each : items) kinds.insert(each.at("manifest").at("type").get<std::string>());
    CHECK(kinds == std::set<std::string>{"pat", "virtual-account"});
    const auto tokens = truefoundry::wire::read_page(body).value().tokens;
    CHECK(tokens.size() == 40);
    for (const auto& token : tokens) {
        CHECK(token.type == "jwt");
        CHECK(token.owner == "platform");
        CHECK(token.expires == policy::read_time("2027-02-21"));
        CHECK_FALSE(token.jwt_ids.empty());
    }
}

TEST_CASE("the clock can be askew, and tokens can come and go before an answer") {
    Tenant tenant;
    tenant.made({{"name", "soon-gone"}, {"expirationDate", "2026-11-24"}});
    const lab::Circumstances later{.skew = 86400s, .shape = lab::Shape::virtual_account};
    const auto listed = Json::parse(tenant.plane.handle("GET", base, sandbox_key, "", later).body);
    CHECK(listed.at("data").at(0).at("isExpired") == true);

    const lab::Circumstances busy{.before = {{.name = "new-one"}, {.inserts = false, .name = "soon-gone"}}};
    const auto moved = Json::parse(tenant.plane.handle("GET", base, sandbox_key, "", busy).body);
    REQUIRE(moved.at("data").size() == 1);
    CHECK(moved.at("data").at(0).at("manifest").at("name") == "new-one");
    const lab::Circumstances wrong{.before = {{.inserts = false, .name = "never-was"}}};
    CHECK(tenant.plane.handle("GET", base, sandbox_key, "", wrong).status == 500);
}

TEST_CASE("every shape of a listed token is read by the client") {
    Tenant tenant;
    tenant.made({{"name", "dev-local"}, {"expirationDate", "2027-02-21"}, {"tokenType", "opaque"}});
    using lab::Shape;
    for (const auto shape : {Shape::mixed, Shape::pat, Shape::virtual_account, Shape::full, Shape::camel,
                             Shape::flat, Shape::required, Shape::nulls}) {
        CAPTURE(lab::name_of(shape));
        CHECK(lab::read_shape(lab::name_of(shape)) == shape);
        const auto body = tenant.plane.handle("GET", base, sandbox_key, "", {.shape = shape}).body;
        const auto page = truefoundry::wire::read_page(body);
        REQUIRE(page.has_value());
        REQUIRE(page->tokens.size() == 1);
        CHECK(page->tokens[0].name == "dev-local");
        CHECK(page->tokens[0].created == noon);
        const bool told = shape != Shape::flat && shape != Shape::required && shape != Shape::nulls;
        CHECK(page->tokens[0].expires.has_value() == told);
    }
}

}  // namespace tfy::lab_plane_test
