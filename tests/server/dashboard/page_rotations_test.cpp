// Old tokens that still may go, on the page: they are listed, and whoever is signed in may keep one.
#include <doctest/doctest.h>

#include "tests/fakes/page.hpp"

namespace tfy::page_rotations_test {

namespace {

using namespace tfy::fakes;

Json rotations(Page& page) { return page.get("/approvals/api/rotations").json().at("rotations"); }

std::string begin(Page& page) {
    const access_tokens::Successor made{"new2", "rev_1"};
    return page.wait(page.rotations.begin(order(), made)).value().id;
}

}  // namespace

TEST_CASE("a rotation is on the page until its old token is gone or kept") {
    Page page;
    page.sign_in();
    CHECK(rotations(page).empty());
    const auto id = begin(page);
    const auto listed = rotations(page);
    REQUIRE(listed.size() == 1);
    CHECK(listed[0].at("id") == id);
    CHECK(listed[0].at("old") == "ci-bot");
    CHECK(listed[0].at("new") == "ci-bot-2");
    CHECK(listed[0].at("due").is_null());  // no one has the new value yet
    CHECK(listed[0].at("may_keep") == true);

    const auto kept = page.post("/approvals/api/rotations/" + id + "/keep", Json::object());
    CHECK(kept.status() == 200);
    CHECK(kept.json().at("state") == "kept");
    CHECK(kept.json().at("may_keep") == false);
    CHECK(rotations(page).empty());
    const auto journal =
        page.wait(page.store.run([](storage::Ledger& ledger) { return ledger.journal(); })).value();
    CHECK(journal.back().body.dump().find("grace") != std::string::npos);

    const auto again = page.post("/approvals/api/rotations/" + id + "/keep", Json::object());
    CHECK(again.status() == 200);
    CHECK(again.json() == kept.json());
    CHECK(page.post("/approvals/api/rotations/rot_none/keep", Json::object()).status() == 404);
}

TEST_CASE("a rotation is kept by people who are signed in, from the open page") {
    Page page;
    const auto id = begin(page);
    const auto path = "/approvals/api/rotations/" + id + "/keep";
    CHECK(page.get("/approvals/api/rotations").status() == 401);
    CHECK(page.post(path, Json::object()).status() == 401);
    page.sign_in();
    const auto key = std::exchange(page.key, "another");
    CHECK(page.post(path, Json::object()).status() == 401);
    page.key = key;
    CHECK(rotations(page).size() == 1);
}

}  // namespace tfy::page_rotations_test
