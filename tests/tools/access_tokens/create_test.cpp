#include "tools/access_tokens/create.hpp"

#include <doctest/doctest.h>

#include "tests/fakes/fake_escrow.hpp"
#include "tests/tools/examples.hpp"

namespace tfy::create_test {

using namespace tfy::examples;
using fakes::FakeEscrow;
using policy::Destination;

namespace {

const std::string value = "tfy-0123456789abcdefghijklmnopqrstuvwxyz";
const std::string post = "POST " + base;
const std::string look = get_named("dev-local");
const Json dev_local = {{"payload", {{"name", "dev-local"}}}};

struct Creation : Upstream {
    ManualClock clock{noon};
    FakeEscrow escrow;
    access_tokens::CreateAccessToken tool{client, escrow, clock};

    Creation() { escrow.facts.until = noon + 10min; }

    Result<Json> canonical(Json payload) { return tool.canonical({{"payload", std::move(payload)}}, noon); }
    policy::Facts facts(Json payload) {
        payload["name"] = payload.value("name", "dev-local");
        const auto name = payload["name"].get<std::string>();
        exchange.expect(get_named(name), answer(200, page(Json::array())));
        return run(tool.facts(call(tool, {{"payload", std::move(payload)}}))).value();
    }
    Creation& answers(Result<truefoundry::ApiResponse> created) {
        exchange.expect(post, std::move(created));
        return *this;
    }
    Creation& lists(const Json& items) {
        exchange.expect(look, answer(200, page(items)));
        return *this;
    }
    Result<tools::ToolResult> create(Destination destination = Destination::none) {
        return run_approved(tool, dev_local, {}, destination);
    }
};

truefoundry::ApiResponse made() { return answer(201, "{\"token\":\"" + value + "\"}"); }
Json new_item(std::string created = "2026-11-23T12:00:01Z") {
    return item("tok1", "dev-local", std::move(created));
}

}  // namespace

TEST_CASE("arguments come out in their one final spelling") {
    Creation creation;
    CHECK(creation.canonical({{"name", "dev-local"}}).value() == dev_local);
    CHECK(creation.canonical({{"name", "dev-local"}, {"expirationDate", "90 days"}})
              .value()
              .at("payload")
              .at("expirationDate") == "2027-02-21T23:59:59.000Z");
    const auto once = creation.canonical({{"name", "dev-local"}, {"expirationDate", "2027-02-21"}}).value();
    CHECK(creation.tool.canonical(once, noon).value() == once);
}

TEST_CASE("what cannot be right is refused before anybody is asked") {
    const Json rows[] = {{{"name", "CI"}},
                         {{"name", "revoke/all"}},
                         {{"name", "a\u202Ebc"}},
                         {{"name", "dev-local"}, {"expirationDate", "2020-01-01"}},
                         {{"name", "dev-local"}, {"expirationDate", "soon"}},
                         {{"name", "dev-local"}, {"teamName", "plat\u200Bform"}},
                         {{"name", "dev-local"}, {"accountName", "аcme"}}};
    for (const auto& payload : rows) {
        CAPTURE(payload.dump());
        Creation creation;
        const auto refused = creation.canonical(payload);
        REQUIRE_FALSE(refused.has_value());
        CHECK(refused.error().code == Errc::refused);
        CHECK(holds(refused.error().message, "Nothing was"));
        CHECK(creation.exchange.sent.empty());
    }
}

TEST_CASE("a name that is taken is a conflict before anybody is asked") {
    Creation creation;
    creation.lists({new_item()});
    const auto facts = run(creation.tool.facts(call(creation.tool, dev_local)));
    REQUIRE_FALSE(facts.has_value());
    CHECK(facts.error().code == Errc::conflict);
    CHECK(facts.error().message.starts_with("A token with this name already exists. Use a different name."));
    CHECK(holds(facts.error().message, "no person was asked"));
}

TEST_CASE("facts that cannot be read block the approval") {
    Creation creation;
    creation.exchange.expect(look, answer(401));
    CHECK(run(creation.tool.facts(call(creation.tool, dev_local))).error().code == Errc::upstream);
}

TEST_CASE("a name that only holds the wanted one is no conflict") {
    Creation creation;
    creation.lists({item("t", "my-dev-local")});
    CHECK(run(creation.tool.facts(call(creation.tool, dev_local))).has_value());
}

TEST_CASE("the person sees what will be made, until when, and whose it is") {
    Creation creation;
    const auto facts = creation.facts(
        {{"expirationDate", "2027-02-21T00:00:00.000Z"}, {"tokenType", "opaque"}, {"teamName", "platform"}});
    CHECK(facts.subject == "dev-local");
    CHECK(holds(facts.effect, "\"dev-local\""));
    CHECK(facts.yields_value);
    CHECK(facts.target.is_null());
    CHECK(holds(facts.effect,
                "Expires: 2027-02-21 00:00 UTC (90 days after this was asked). Type: \"opaque\"."));
    CHECK(holds(facts.effect, "Owner: team \"platform\"."));
    CHECK(holds(shown(facts, "Rights"), "all permissions of its user"));
    CHECK(facts.warnings.empty());
    const auto plain = creation.facts(Json::object());
    CHECK(holds(plain.effect, "Expires: Never. Type: the tenant's default. Owner: the user whose key this"));
    for (const auto& fact : facts.shown)  // what the caller chose is no fact
        for (const auto* chosen : {"dev-local", "2027", "opaque", "platform"})
            CHECK_FALSE(holds(fact.value, chosen));
}

TEST_CASE("the person is warned of no expiry, of a long one, and of automation") {
    Creation creation;
    const auto warned = [&](Json payload, std::string_view of) {
        const auto facts = creation.facts(std::move(payload));
        return std::ranges::any_of(facts.warnings,
                                   [&](const std::string& warning) { return holds(warning, of); });
    };
    CHECK(warned(Json::object(), "never expires"));
    CHECK_FALSE(warned({{"expirationDate", "2027-02-21T00:00:00.000Z"}}, "longer than 90 days"));
    CHECK(warned({{"expirationDate", "2027-02-22T00:00:00.000Z"}}, "longer than 90 days"));
    for (const auto* name : {"ci-pipeline", "my-ci", "github-actions", "prod", "jenkins2"}) {
        CAPTURE(name);
        CHECK(warned({{"name", name}}, "virtual account"));
    }
    for (const auto* name : {"dev-local", "cicero", "product-notes", "rebuild"}) {
        CAPTURE(name);
        CHECK_FALSE(warned({{"name", name}}, "virtual account"));
    }
}

TEST_CASE("the value goes into custody before anything else is asked of upstream") {
    Creation creation;
    creation.answers(made()).lists({new_item()});
    creation.escrow.on_hold = [&] { CHECK(creation.exchange.sent == std::vector{post}); };
    REQUIRE(creation.create().has_value());
    CHECK(creation.escrow.calls == std::vector<std::string>{"hold dev-local for stdio:alice",
                                                            "set_token_id " + FakeEscrow::reveal_id});
    REQUIRE(creation.escrow.kept);
    CHECK(creation.escrow.kept->reveal() == value);
    CHECK(creation.exchange.sent == std::vector{post, look});
}

TEST_CASE("the result is the seed's, masked, with the warning to save the value; never the value") {
    Creation creation;
    const auto result = creation.answers(made()).lists({new_item()}).create(Destination::agent).value();
    CHECK(result.text ==
          "Token created successfully!\n\nName: dev-local\nID: tok1\nExpires: Never\nToken (masked): " +
              creation.escrow.masked +
              "\n\nTo show the value, call tfy_access_tokens_reveal with reveal_id \"" +
              FakeEscrow::reveal_id +
              "\" once, when the user is ready to copy it (within 10 minutes); the approval already allows "
              "it.\n\n"
              "⚠️ Save this token NOW — it will not be shown again.\n"
              "Store it in a password manager, CI/CD secret store, or TrueFoundry secret group.\n"
              "Never commit tokens to Git or share them in plain text.\n\n"
              "Tell the user:\n"
              "- It never expires, unless the tenant's own limit says otherwise. Consider an expiry of 90 "
              "days or "
              "less.\n");
    CHECK(result.structured.at("warnings").size() == 1);
    auto plain = result.structured;
    plain.erase("warnings");
    CHECK(plain == Json{{"status", "executed"},
                        {"value_state", "waits"},
                        {"name", "dev-local"},
                        {"id", "tok1"},
                        {"masked", creation.escrow.masked},
                        {"reveal_id", FakeEscrow::reveal_id},
                        {"reveal_until", "2026-11-23T12:10:00.000Z"},
                        {"destination", "agent"},
                        {"expires_at", nullptr}});
    CHECK_FALSE(holds(result.text + result.structured.dump(), value.substr(0, 12)));
    CHECK_FALSE(result.reveal);
}

TEST_CASE("the expiry that was granted is reported, and where it is not what was asked for, that too") {
    struct Row {
        const char* asked;
        Json granted;
        const char* line;
    };
    const Row rows[] = {
        {"", "2026-12-01T00:00:00Z", "\nExpires: 2026-12-01 00:00 UTC (in 8 days)\n"},
        {"2026-12-01T00:00:00.000Z", "2026-12-01T00:00:00Z", "\nExpires: 2026-12-01 00:00 UTC (in 8 days)\n"},
        {"2027-02-21T00:00:00.000Z", "2026-12-01T00:00:00Z",
         "\nExpires: 2026-12-01 00:00 UTC (in 8 days). TrueFoundry granted this; 2027-02-21 00:00 UTC was "
         "asked "
         "for. Tell the user\n"},
        {"2027-02-21T00:00:00.000Z", nullptr,
         "\nExpires: Never. TrueFoundry granted this; 2027-02-21 00:00 UTC was asked for. Tell the user\n"}};
    for (const auto& row : rows) {
        Creation creation;
        auto granted = new_item();
        granted["jwts"] = Json::array({{{"id", "j"}, {"expiry", row.granted}}});
        auto arguments = dev_local;
        if (*row.asked != '\0') arguments["payload"]["expirationDate"] = row.asked;
        creation.answers(made()).lists({granted});
        const auto result = run_approved(creation.tool, arguments).value();
        CAPTURE(result.text);
        CHECK(holds(result.text, row.line));
        CHECK(result.structured.at("expires_at").is_null() == row.granted.is_null());
        if (!row.granted.is_null()) CHECK(result.structured.at("expires_at") == "2026-12-01T00:00:00.000Z");
    }
}

TEST_CASE(
    "where the id cannot be read back the token is created all the same, and the POST is not repeated") {
    Creation creation;
    creation.answers(made());
    for (int i = 0; i < 3; ++i) creation.exchange.expect(look, answer(502, "<html>"));
    const auto result = creation.create();
    REQUIRE(result.has_value());
    CHECK(result->structured.at("status") == "executed");
    CHECK(result->structured.at("id").is_null());
    CHECK(holds(result->text, "ID: unknown"));
    CHECK(creation.exchange.count("POST") == 1);
}

TEST_CASE("a failure of the POST is worded, sent once, and keeps nothing") {
    struct Row {
        int status;
        Errc code;
        const char* words;
    };
    const Row rows[] = {{409, Errc::conflict, "A token with this name already exists. Use a different name."},
                        {403, Errc::upstream, "Cannot manage access tokens. Check your API key permissions."},
                        {400, Errc::upstream, "Nothing was done"}};
    for (const auto& row : rows) {
        Creation creation;
        creation.answers(answer(row.status));
        if (row.status == 409) creation.lists({new_item("2026-11-23T11:59:58Z")});
        const auto result = creation.create();
        CHECK(result.error().code == row.code);
        CHECK(holds(result.error().message, row.words));
        CHECK(creation.exchange.count("POST") == 1);
        CHECK(creation.exchange.finished());
        CHECK(creation.escrow.calls.empty());
    }
}

TEST_CASE(
    "a 409 about a token that is as young as this call counts as a lost answer: a proxy may have sent it "
    "twice") {
    struct Row {
        const char* created;
        Errc code;
    };
    const Row rows[] = {{"2026-11-23T12:00:02Z", Errc::ambiguous},
                        {"2026-11-23T11:59:59Z", Errc::ambiguous},
                        {"2026-11-23T11:59:58.999Z", Errc::conflict}};
    for (const auto& row : rows) {
        CAPTURE(row.created);
        Creation creation;
        const auto told = creation.answers(answer(409)).lists({new_item(row.created)}).create();
        CHECK(told.error().code == row.code);
        const bool ours = row.code == Errc::ambiguous;
        CHECK(holds(told.error().message, "its value is lost: delete it") == ours);
        CHECK((told.error().data.contains("token") && told.error().data["token"]["id"] == "tok1") == ours);
        CHECK(creation.exchange.count("POST") == 1);
    }
    Creation unlisted;
    unlisted.answers(answer(409)).exchange.expect(look, answer(401));
    const auto told = unlisted.create();
    CHECK(told.error().code == Errc::ambiguous);
    CHECK(holds(told.error().message, "is taken, and the tokens could not be read to see it"));
}

TEST_CASE("a lost answer is settled by listing, never by a second POST") {
    struct Row {
        const char* name;
        Result<truefoundry::ApiResponse> lost;
        std::optional<Json> listed;  // nullopt: the list fails, too
        Errc code;
        const char* words;
    };
    const Row rows[] = {
        {"it is there", lost(), Json{new_item()}, Errc::ambiguous, "its value was lost on the way"},
        {"it is there, by a clock that is behind", lost(), Json{new_item("2026-11-23T11:57:00Z")},
         Errc::ambiguous, "its value was lost"},
        {"it is there, after a 502", answer(502, "<html>MARK"), Json{new_item()}, Errc::ambiguous,
         "its value was lost on the way"},
        {"another one is there", lost(), Json{new_item("2026-11-01T00:00:00Z")}, Errc::ambiguous,
         "before this call), although the name was free"},
        {"it is not there", lost(), Json::array(), Errc::upstream, "it was not created"},
        {"confirmed, unreadable, and there", answer(200, "<html>MARK"), Json{new_item()}, Errc::ambiguous,
         "its value was lost"},
        {"confirmed, unreadable, and not listed", answer(200, "<html>MARK"), Json::array(), Errc::ambiguous,
         "It is unknown whether"},
        {"nobody can tell", lost(), std::nullopt, Errc::ambiguous, "It is unknown whether"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        Creation creation;
        creation.answers(row.lost);
        creation.exchange.then([&](const std::string& line) {
            CHECK(line == look);
            return row.listed ? answer(200, page(*row.listed)) : answer(401);
        });
        const auto result = creation.create();
        REQUIRE_FALSE(result.has_value());
        CHECK(result.error().code == row.code);
        CHECK(holds(result.error().message, row.words));
        CHECK_FALSE(holds(result.error().message, "MARK"));
        CHECK(creation.exchange.count("POST") == 1);
        CHECK(creation.exchange.finished());
        CHECK(creation.escrow.calls.empty());
        CHECK(creation.waited() <= 30s);
    }
}

TEST_CASE("where the value cannot be kept, the message says that the token is there and should go") {
    Creation creation;
    creation.escrow.disk_full = true;
    const auto result = creation.answers(made()).lists({new_item()}).create();
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error().code == Errc::ambiguous);
    CHECK(holds(result.error().message, "was created (ID tok1)"));
    CHECK(holds(result.error().message, "Delete the token"));
    CHECK_FALSE(holds(result.error().message, "tfy-0123"));
}

TEST_CASE("a creation that a dead process began is settled by listing, and nothing is sent but reads") {
    struct Row {
        const char* name;
        std::optional<Json> listed;  // nullopt: the list fails
        Errc code;
        const char* words;
    };
    const Row rows[] = {
        {"made after the intent", Json{new_item()}, Errc::ambiguous,
         "(ID tok1, created 2026-11-23 12:00 UTC)"},
        {"made, by a clock that is behind", Json{new_item("2026-11-23T11:57:00Z")}, Errc::ambiguous,
         "lost on the way. Do not create it again under this name: delete it"},
        {"one of that name that looks older", Json{new_item("2026-11-23T11:54:59Z")}, Errc::ambiguous,
         "before this call), although the name was free"},
        {"only a longer name", Json{item("t", "my-dev-local", "2026-11-23T12:00:01Z")}, Errc::upstream,
         "it was not created"},
        {"none", Json::array(), Errc::upstream, "it was not created"},
        {"nobody can tell", std::nullopt, Errc::ambiguous,
         "was created after 2026-11-23 12:00 UTC, delete it"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        Creation creation;
        creation.clock.advance(35s);  // so that one look is final
        creation.exchange.expect(look, row.listed ? answer(200, page(*row.listed)) : answer(401));
        const auto settled = run(creation.tool.settle(call(creation.tool, dev_local), {}, noon));
        REQUIRE_FALSE(settled.has_value());
        CHECK(settled.error().code == row.code);
        CHECK(holds(settled.error().message, row.words));
        CHECK(holds(settled.error().message, "the server's process ended while this call was running"));
        CHECK(creation.exchange.sent == std::vector{look});
        CHECK(creation.exchange.finished());
        CHECK(creation.escrow.calls.empty());
    }
}

TEST_CASE("who is told of a token whose value nobody has is told its id and name as data, too") {
    Creation creation;
    creation.lists({new_item()});
    const auto settled = run(creation.tool.settle(call(creation.tool, dev_local), {}, noon));
    const auto told = tools::failed(settled.error());
    CHECK(told.structured.at("id") == "tok1");
    CHECK(told.structured.at("name") == "dev-local");
    Creation none;
    none.clock.advance(35s);
    none.lists(Json::array());
    const auto nothing = run(none.tool.settle(call(none.tool, dev_local), {}, noon));
    CHECK_FALSE(tools::failed(nothing.error()).structured.contains("id"));
}

}  // namespace tfy::create_test
