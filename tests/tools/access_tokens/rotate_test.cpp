#include "tools/access_tokens/rotate.hpp"

#include <doctest/doctest.h>

#include "tests/fakes/fake_escrow.hpp"
#include "tests/fakes/fake_rotations.hpp"
#include "tests/tools/examples.hpp"

namespace tfy::rotate_test {

using namespace tfy::examples;
using policy::Destination;

namespace {

const std::string value = "tfy-0123456789abcdefghijklmnopqrstuvwxyz";
const std::string post = "POST " + base;

bool warns(const policy::Facts& facts, std::string_view of) {
    return std::ranges::any_of(facts.warnings, [&](const auto& warning) { return holds(warning, of); });
}

Json old_item(std::string name = "ci-bot", const char* expires = nullptr) {
    auto made = item("old1", std::move(name));
    if (expires != nullptr) made["manifest"]["expiration_date"] = expires;
    return made;
}
Json new_item(std::string created = "2026-11-23T12:00:01Z") {
    return item("new2", "ci-bot-2", std::move(created));
}

struct Rotating : Upstream {
    ManualClock clock{noon};
    fakes::FakeEscrow escrow;
    fakes::FakeRotations rotations;
    access_tokens::RotateAccessToken tool{client, escrow, rotations, clock, {}};

    Rotating() { escrow.facts.until = noon + 10min; }

    Json canonical(Json arguments) { return tool.canonical(std::move(arguments), noon).value(); }
    Rotating& lists(Json items) {
        exchange.expect(get_all, answer(200, page(std::move(items))));
        return *this;
    }
    Rotating& looks(Json items) {
        exchange.expect(get_named("ci-bot-2"), answer(200, page(std::move(items))));
        return *this;
    }
    Rotating& answers(Result<truefoundry::ApiResponse> created) {
        exchange.expect(post, std::move(created));
        return *this;
    }
    Result<policy::Facts> facts(Json items, Json arguments = {{"id", "old1"}}) {
        lists(std::move(items));
        return run(tool.facts(call(tool, canonical(std::move(arguments)))));
    }
    /// As it was approved when only the old token was there.
    Result<tools::ToolResult> rotate(Json items, Destination destination = Destination::agent) {
        auto approved = facts({old_item()}).value();
        lists(std::move(items));
        return run_approved(tool, canonical({{"id", "old1"}}), std::move(approved), destination);
    }
};

truefoundry::ApiResponse made() { return answer(201, "{\"token\":\"" + value + "\"}"); }

policy::ApprovedPermit permit(const tools::Tool& tool, Json arguments, Json target, bool approved = true) {
    policy::ApprovedPermit::Grant grant{.approval_id = "apr_1", .facts = {.target = std::move(target)}};
    grant.decision.approved = approved;
    return policy::PermitForTests::approved(call(tool, std::move(arguments)), std::move(grant));
}

}  // namespace

TEST_CASE("an order to delete later comes from a permit that a person stands behind, and from nothing else") {
    using access_tokens::RotationOrder;
    static_assert(!std::is_default_constructible_v<RotationOrder>);
    static_assert(!std::is_copy_constructible_v<RotationOrder>);
    static_assert(!std::is_constructible_v<RotationOrder, policy::Call>);
    static_assert(!std::is_constructible_v<RotationOrder, policy::Approval>);
    static_assert(!std::is_constructible_v<RotationOrder, access_tokens::RotationPlan>);
    static_assert(
        !std::is_constructible_v<RotationOrder, std::string, std::string, access_tokens::RotationPlan>);
    static_assert(std::is_invocable_v<decltype(&RotationOrder::of), const policy::ApprovedPermit&>);
    static_assert(!std::is_invocable_v<decltype(&RotationOrder::of), const policy::Call&>);

    Rotating rotating;
    const auto& tool = rotating.tool;
    const auto target = rotating.facts({old_item()}).value().target;
    const auto arguments = rotating.canonical({{"id", "old1"}});
    CHECK(RotationOrder::of(permit(tool, arguments, target)).has_value());
    CHECK(RotationOrder::of(permit(tool, arguments, target, false)).error().code == Errc::internal);
    CHECK(RotationOrder::of(permit(tool, arguments, nullptr)).error().code == Errc::internal);
    static_assert(!std::is_invocable_v<decltype(&RotationOrder::of), const policy::ReadPermit&>);
    auto elsewhere = call(tool, arguments);
    elsewhere.tool = "tfy_access_tokens_delete";
    policy::ApprovedPermit::Grant grant{.approval_id = "apr_1", .facts = {.target = target}};
    grant.decision.approved = true;
    CHECK_FALSE(RotationOrder::of(policy::PermitForTests::approved(elsewhere, grant)).has_value());
}

TEST_CASE("a plan that is not the call's is no order") {
    Rotating rotating;
    const auto target = rotating.facts({old_item()}).value().target;
    const Json rows[] = {{{"id", "old2"}, {"grace_period", "15m"}},
                         {{"id", "old1"}, {"grace_period", "0s"}},
                         {{"id", "old1"}, {"name", "another"}, {"grace_period", "15m"}},
                         {{"id", "old1"}, {"expirationDate", "2027-02-21T00:00:00.000Z"}}};
    for (const auto& arguments : rows) {
        CAPTURE(arguments.dump());
        CHECK(access_tokens::RotationOrder::of(permit(rotating.tool, arguments, target)).error().code ==
              Errc::superseded);
    }
}

TEST_CASE("arguments come out in their one final spelling, the grace period always among them") {
    Rotating rotating;
    CHECK(rotating.canonical({{"id", "old1"}}) == Json{{"id", "old1"}, {"grace_period", "15m"}});
    const std::pair<const char*, const char*> graces[] = {
        {"0s", "0s"}, {"0m", ""}, {"900s", "15m"}, {"60m", "1h"},   {"24h", "1d"},  {"90m", "90m"},
        {"7d", "7d"}, {"8d", ""}, {"soon", ""},    {"604801s", ""}, {"168h", "7d"}, {"-1s", ""}};
    for (const auto& [asked, spelt] : graces) {
        CAPTURE(asked);
        const auto final = rotating.tool.canonical({{"id", "old1"}, {"grace_period", asked}}, noon);
        CHECK(final.has_value() == (*spelt != '\0'));
        if (final) CHECK(final->at("grace_period") == spelt);
    }
    const auto once = rotating.canonical({{"id", "old1"}, {"expirationDate", "90 days"}});
    CHECK(once.at("expirationDate") == "2027-02-21T23:59:59.000Z");
    CHECK(rotating.canonical(once) == once);
    for (const Json& bad : {Json{{"id", "revoke/all"}}, Json{{"id", "old1"}, {"name", "CI"}},
                            Json{{"id", "old1"}, {"expirationDate", "2020-01-01"}}})
        CHECK(rotating.tool.canonical(bad, noon).error().code == Errc::refused);
    CHECK(rotating.exchange.sent.empty());
}

TEST_CASE("the person sees both tokens, what happens to each, and when") {
    Rotating rotating;
    auto old = old_item("ci-bot", "2026-12-25T09:30:00.000Z");
    old["lastAccessedAt"] = "2026-11-20T07:12:44.000Z";
    old["manifest"]["ownedBy"] = {{"team", "platform"}};
    old["manifest"]["token_type"] = "opaque";
    const auto facts = rotating.facts({old}).value();
    CHECK(facts.subject == "ci-bot");
    CHECK(facts.yields_value);
    CHECK(holds(facts.effect, "Creates the personal access token \"ci-bot-2\""));
    CHECK(
        holds(facts.effect, "deletes \"ci-bot\" permanently, 15 minutes after the new value has been shown"));
    CHECK(shown(facts, "Old token: ID") == "old1");
    CHECK(shown(facts, "Old token: Team") == "platform");
    CHECK(shown(facts, "Old token: Last used").starts_with("2026-11-20 07:12 UTC"));
    CHECK(shown(facts, "Old token: This server's own key") == "unknown; the key does not say");
    CHECK(shown(facts, "New token: Name is free").starts_with("yes"));
    // 122 days, as the old one was given, from now on
    CHECK(holds(facts.effect, "New token: Expires: 2027-03-25 12:00 UTC"));
    CHECK(holds(facts.effect, "Type: \"opaque\". Owner: team \"platform\"."));
    CHECK(warns(facts, "Old token: It was used"));
    CHECK(warns(facts, "New token: It lives longer than 90 days"));
    CHECK_FALSE(warns(facts, "no grace period"));
    CHECK(facts.target == Json{{"old",
                                {{"id", "old1"},
                                 {"name", "ci-bot"},
                                 {"created", "2026-08-25T09:30:00.000Z"},
                                 {"expires", "2026-12-25T09:30:00.000Z"}}},
                               {"new",
                                {{"name", "ci-bot-2"},
                                 {"expirationDate", "2027-03-25T12:00:00.000Z"},
                                 {"tokenType", "opaque"},
                                 {"teamName", "platform"}}},
                               {"grace_period", "15m"}});
    const auto hasty = rotating.facts({old_item()}, {{"id", "old1"}, {"grace_period", "0s"}}).value();
    CHECK(warns(hasty, "no grace period"));
    CHECK(holds(hasty.effect, "New token: Expires: Never."));
}

TEST_CASE("the successor's name is the old one with a counter, lawful and free") {
    const std::pair<const char*, const char*> rows[] = {
        {"ci-bot", "ci-bot-2"},
        {"ci-bot-2", "ci-bot-3"},
        {"ci-bot-9", "ci-bot-10"},
        {"ci-bot-02", "ci-bot-02-2"},
        {"backup-2026", "backup-2026-2"},
        {"abcdefghijklmnopqrstuvwxyz0123456789", "abcdefghijklmnopqrstuvwxyz01234567-2"},
        {"abcdefghijklmnopqrstuvwxyz0123456-89", "abcdefghijklmnopqrstuvwxyz0123456-90"},
        {"abcdefghijklmnopqrstuvwxyz012345-999", ""},
        {"Old Name", ""},
    };
    for (const auto& [old_name, new_name] : rows) {
        CAPTURE(old_name);
        Rotating rotating;
        const auto facts = rotating.facts({old_item(old_name)});
        CHECK(facts.has_value() == (*new_name != '\0'));
        if (facts) CHECK(facts->target.at("new").at("name") == new_name);
        if (!facts) CHECK(holds(facts.error().message, "give one as `name`"));
    }
    Rotating rotating;
    const auto taken = rotating.facts({old_item(), item("x", "ci-bot-2"), item("y", "ci-bot-3")}).value();
    CHECK(taken.target.at("new").at("name") == "ci-bot-4");
}

TEST_CASE("what cannot come about is said before anybody is asked") {
    struct Row {
        const char* why;
        Json items;
        Json arguments;
        Errc code;
    };
    auto unborn = old_item("ci-bot", "2026-12-25T09:30:00.000Z");
    unborn["createdAt"] = nullptr;
    auto odd = old_item();
    odd["manifest"]["ownedBy"] = {{"team", "plat\u200Bform"}};
    const Row rows[] = {{"no such token", Json::array(), {{"id", "old1"}}, Errc::not_found},
                        {"the name is taken",
                         {old_item(), item("x", "bot")},
                         {{"id", "old1"}, {"name", "bot"}},
                         Errc::conflict},
                        {"its own name", {old_item()}, {{"id", "old1"}, {"name", "ci-bot"}}, Errc::conflict},
                        {"a life of unknown length", {unborn}, {{"id", "old1"}}, Errc::refused},
                        {"a team that looks like another", {odd}, {{"id", "old1"}}, Errc::refused}};
    for (const auto& row : rows) {
        CAPTURE(row.why);
        Rotating rotating;
        const auto facts = rotating.facts(row.items, row.arguments);
        REQUIRE_FALSE(facts.has_value());
        CHECK(facts.error().code == row.code);
    }
    Rotating rotating;
    CHECK(rotating.facts({unborn}, {{"id", "old1"}, {"expirationDate", "90d"}}).has_value());
}

TEST_CASE("a rotation makes the successor, hands its value to custody, and writes down what is to go") {
    Rotating whole;
    whole.escrow.on_hold = [&] { CHECK(whole.exchange.sent.back() == post); };
    auto approved = whole.facts({old_item()}).value();
    whole.lists({old_item()}).answers(made()).looks({new_item(), item("z", "ci-bot-22")});
    const auto done =
        run_approved(whole.tool, whole.canonical({{"id", "old1"}}), approved, Destination::agent);
    REQUIRE(done.has_value());
    CHECK(whole.exchange.finished());
    CHECK(whole.exchange.count("DELETE") == 0);
    CHECK(Json::parse(whole.exchange.bodies.at(2)) == Json{{"name", "ci-bot-2"}});
    REQUIRE(whole.rotations.orders.size() == 1);
    CHECK(whole.rotations.orders[0].approval_id() == "apr_" + std::string(26, 'a'));
    CHECK(whole.rotations.orders[0].principal() == "stdio:alice");
    CHECK(whole.rotations.orders[0].plan().json() == approved.target);
    CHECK(whole.rotations.successors[0].id == "new2");
    CHECK(whole.rotations.successors[0].reveal_id == fakes::FakeEscrow::reveal_id);
    const auto& structured = done->structured;
    CHECK(structured.at("status") == "executed");
    CHECK(structured.at("name") == "ci-bot-2");
    CHECK(structured.at("reveal_id") == fakes::FakeEscrow::reveal_id);
    CHECK(structured.at("rotation_id") == fakes::FakeRotations::rotation_id);
    CHECK(structured.at("old").at("id") == "old1");
    CHECK(structured.at("old").at("deleted") == false);
    CHECK(holds(structured.at("old").at("when").get<std::string>(), "15 minutes after"));
    CHECK(
        holds(done->text, "(ID old1)\nThe old token \"ci-bot\" still works. It is deleted 15 minutes after"));
    CHECK(holds(structured.at("warnings").dump(), "This looks like automation"));
    CHECK(holds(done->text, "Tell the user:\n- "));
    CHECK_FALSE(holds(done->text + structured.dump(), value));
    CHECK_FALSE(done->reveal.has_value());
}

TEST_CASE("what changed since the approval stops it before the POST") {
    auto changed = old_item();
    changed["createdAt"] = "2026-09-01T00:00:00.000Z";
    struct Row {
        const char* why;
        Json items;
        Errc code;
    };
    const Row rows[] = {{"the old token is deleted", Json::array(), Errc::superseded},
                        {"the old token is another", {changed}, Errc::superseded},
                        {"the name was taken", {old_item(), item("x", "ci-bot-2")}, Errc::conflict}};
    for (const auto& row : rows) {
        CAPTURE(row.why);
        Rotating rotating;
        const auto stopped = rotating.rotate(row.items);
        REQUIRE_FALSE(stopped.has_value());
        CHECK(stopped.error().code == row.code);
        CHECK(holds(stopped.error().message, "Nothing was created or deleted"));
        CHECK(rotating.exchange.count("POST") == 0);
        CHECK(rotating.rotations.orders.empty());
        CHECK(rotating.rotations.reserved.empty());
    }
}

TEST_CASE("a token that is being rotated already has no second successor, asked for or approved meanwhile") {
    Rotating rotating;
    auto approved = rotating.facts({old_item()}).value();
    rotating.rotations.open =
        access_tokens::Rotation{.id = fakes::FakeRotations::rotation_id,
                                .plan = access_tokens::RotationPlan::read(approved.target).value()};
    const auto asked = rotating.facts({old_item()});
    CHECK(asked.error().code == Errc::conflict);
    CHECK(holds(asked.error().message, "approvals keep " + fakes::FakeRotations::rotation_id));
    const auto late = run_approved(rotating.tool, rotating.canonical({{"id", "old1"}}), approved);
    CHECK(late.error().code == Errc::conflict);
    CHECK(rotating.exchange.count("POST") == 0);
}

TEST_CASE("a life that ended while the request waited stops it before the POST") {
    Rotating rotating;
    auto brief = old_item("ci-bot", "2026-08-25T09:40:00.000Z");  // it lived for ten minutes
    auto approved = rotating.facts({brief}).value();
    rotating.clock.advance(11min);
    rotating.lists({brief});
    const auto stopped = run_approved(rotating.tool, rotating.canonical({{"id", "old1"}}), approved);
    CHECK(stopped.error().code == Errc::superseded);
    CHECK(rotating.exchange.count("POST") == 0);
}

TEST_CASE("where the creation is not sure, nothing is ever deleted, and the answer says so") {
    struct Row {
        const char* why;
        Result<truefoundry::ApiResponse> posted;
        std::optional<Json> listed;
        Errc code;
    };
    const Row rows[] = {
        {"refused", answer(403), {}, Errc::upstream},
        {"the name is taken", answer(409), Json{new_item("2026-11-23T11:00:00Z")}, Errc::conflict},
        {"lost, and it was made", lost(), Json{new_item()}, Errc::ambiguous},
        {"lost, and it was not made", lost(), Json::array(), Errc::upstream},
    };
    for (const auto& row : rows) {
        CAPTURE(row.why);
        Rotating rotating;
        auto approved = rotating.facts({old_item()}).value();
        rotating.lists({old_item()}).answers(row.posted);
        if (row.listed) rotating.exchange.then([&](auto&) { return answer(200, page(*row.listed)); });
        const auto ended = run_approved(rotating.tool, rotating.canonical({{"id", "old1"}}), approved);
        REQUIRE_FALSE(ended.has_value());
        CHECK(ended.error().code == row.code);
        CHECK(holds(ended.error().message, "The old token \"ci-bot\" was not deleted and still works."));
        CHECK(rotating.exchange.finished());
        CHECK(rotating.exchange.count("POST") == 1);
        CHECK(rotating.rotations.orders.empty());
        CHECK(rotating.rotations.reserved.empty());
    }
}

TEST_CASE("without custody there is no rotation; without its row the new value can still be seen") {
    Rotating rotating;
    auto approved = rotating.facts({old_item()}).value();
    rotating.escrow.disk_full = true;
    rotating.lists({old_item()}).answers(made()).looks({new_item()});
    const auto unkept = run_approved(rotating.tool, rotating.canonical({{"id", "old1"}}), approved);
    CHECK(unkept.error().code == Errc::ambiguous);
    CHECK(holds(unkept.error().message, "was not deleted"));
    CHECK(rotating.rotations.orders.empty());

    Rotating half;
    approved = half.facts({old_item()}).value();
    half.rotations.disk_full = true;
    half.lists({old_item()}).answers(made()).looks({new_item()});
    const auto made_only = run_approved(half.tool, half.canonical({{"id", "old1"}}), approved);
    REQUIRE(made_only.has_value());
    CHECK(made_only->structured.at("rotation_id").is_null());
    CHECK(made_only->structured.at("reveal_id") == fakes::FakeEscrow::reveal_id);
    CHECK(holds(made_only->structured.at("old").at("when").get<std::string>(), "never automatically"));
}

TEST_CASE("a rotation that a dead process began is settled by reading alone") {
    struct Row {
        const char* why;
        Result<truefoundry::ApiResponse> listed;
        Errc code;
        const char* says;
    };
    const Row rows[] = {
        {"not made", answer(200, page({old_item()})), Errc::upstream, "was not deleted and still works"},
        {"one of that name that looks older",
         answer(200, page({old_item(), new_item("2026-11-01T00:00:00Z")})), Errc::ambiguous,
         "although the name was free"},
        {"made", answer(200, page({old_item(), new_item()})), Errc::ambiguous, "delete that token"},
        {"made, and the old one is gone", answer(200, page({new_item()})), Errc::ambiguous,
         "is no longer listed"},
        {"unreadable", answer(401), Errc::ambiguous, "it is unknown"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.why);
        Rotating rotating;
        auto approved = rotating.facts({old_item()}).value();
        rotating.clock.advance(35s);  // so that one look is final
        rotating.exchange.expect(get_named("ci-bot-2"), row.listed);
        if (row.listed->status == 200) rotating.exchange.expect(get_all, row.listed);
        const auto end = run(
            rotating.tool.settle(call(rotating.tool, rotating.canonical({{"id", "old1"}})), approved, noon));
        REQUIRE_FALSE(end.has_value());
        CHECK(end.error().code == row.code);
        CHECK(holds(end.error().message, row.says));
        CHECK(rotating.exchange.count("POST") + rotating.exchange.count("DELETE") == 0);
    }
}

}  // namespace tfy::rotate_test
