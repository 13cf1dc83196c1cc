#include "tools/access_tokens/delete.hpp"

#include <doctest/doctest.h>

#include "tests/fakes/fake_rotations.hpp"
#include "tests/tools/examples.hpp"

namespace tfy::delete_test {

using namespace tfy::examples;

namespace {

const std::string remove_it = "DELETE " + base + "/tok1";
const Json arguments = {{"id", "tok1"}};

Json used_token() {
    auto token = item("tok1", "ci-pipeline");
    token["lastAccessedAt"] = "2026-11-23T10:00:00.000Z";
    token["jwts"] = {{{"id", "jwt-1"}, {"expiry", "2027-02-21T00:00:00Z"}}};
    return token;
}

struct Deletion : Upstream {
    ManualClock clock{noon};
    tools::KeyFacts key;
    fakes::FakeRotations rotations;
    access_tokens::DeleteAccessToken tool{
        client, rotations, clock, tools::KeysOfCallers([this](const policy::Caller&) { return key; })};

    explicit Deletion(std::vector<std::string> own_jwt_ids = {}) { key.jwt_ids = std::move(own_jwt_ids); }

    Deletion& lists(const Json& items) {
        exchange.expect(get_all, answer(200, page(items)));
        return *this;
    }
    Result<policy::Facts> facts(const Json& items) {
        lists(items);
        return run(tool.facts(call(tool, arguments)));
    }
};

}  // namespace

TEST_CASE("what cannot be an id is refused before anything is sent") {
    const std::string ids[] = {"revoke/all", "revoke%2Fall", "..", "%2e%2e", "", std::string(129, 'a')};
    for (const auto& id : ids) {
        CAPTURE(id);
        Deletion deletion;
        const auto refused = deletion.tool.canonical({{"id", id}}, noon);
        REQUIRE_FALSE(refused.has_value());
        CHECK(refused.error().code == Errc::refused);
        CHECK(run(deletion.tool.facts(call(deletion.tool, {{"id", id}}))).error().code == Errc::refused);
        CHECK(run_approved(deletion.tool, {{"id", id}}).error().code == Errc::refused);
        CHECK(deletion.exchange.sent.empty());
    }
}

TEST_CASE("the person sees that the token is being rotated, and when it would go by itself") {
    Deletion deletion;
    const auto plain = deletion.facts({item("tok1", "ci-bot")}).value();
    deletion.rotations.open =
        access_tokens::Rotation{.id = fakes::FakeRotations::rotation_id,
                                .plan = {.old = plain.target, .new_name = "ci-bot-2", .grace_period = "15m"}};
    const auto facts = deletion.facts({item("tok1", "ci-bot")}).value();
    CHECK(facts.warnings.size() == plain.warnings.size() + 1);
    CHECK(holds(facts.warnings.back(), "It is being rotated."));
    CHECK(holds(facts.warnings.back(),
                "15 minutes after the value of the new token \"ci-bot-2\" has been shown"));
    CHECK(holds(facts.warnings.back(), "If you approve, it is deleted now."));
}

TEST_CASE("the person sees the token itself, and that what used it lately will break") {
    Deletion deletion;
    const auto facts = deletion.facts({item("tok2", "other"), used_token()}).value();
    CHECK(facts.subject == "ci-pipeline");
    CHECK(holds(facts.effect, "permanently"));
    CHECK(shown(facts, "ID") == "tok1");
    CHECK(shown(facts, "Last used") == "2026-11-23 10:00 UTC (2 hours before this was asked)");
    CHECK(shown(facts, "Expires") == "2027-02-21 00:00 UTC (90 days after this was asked)");
    CHECK(shown(facts, "This server's own key") == "unknown; the key does not say");
    CHECK(facts.warnings ==
          std::vector<std::string>{
              "It was used 2 hours before this was asked. Everything that uses it will break."});
    CHECK_FALSE(facts.yields_value);
    CHECK(facts.target == Json{{"id", "tok1"},
                               {"name", "ci-pipeline"},
                               {"created", "2026-08-25T09:30:00.000Z"},
                               {"expires", "2027-02-21T00:00:00.000Z"}});
}

TEST_CASE("a token that was not used for 30 days is deleted without that warning") {
    Deletion deletion;
    auto token = used_token();
    token["lastAccessedAt"] = policy::format_time(noon - std::chrono::days{30});
    CHECK(deletion.facts({token}).value().warnings.empty());
    token["lastAccessedAt"] = nullptr;
    CHECK(shown(deletion.facts({token}).value(), "Last used") == "never, as far as TrueFoundry says");
}

TEST_CASE("the server's own key is known by its JWT's id, and the person is warned") {
    Deletion own({"jwt-9", "jwt-1"});
    const auto facts = own.facts({used_token()}).value();
    CHECK(shown(facts, "This server's own key") == "yes");
    CHECK(holds(facts.warnings.at(0), "This is this server's own key: deleting it locks this server out."));
    CHECK(facts.to_type() == facts.subject + " locks this server out");
    own.key.giver = tools::KeyFacts::Giver::person;
    own.key.person = "ada";
    const auto adas = own.facts({used_token()}).value();
    CHECK(shown(adas, "ada's own key") == "yes");
    CHECK(holds(adas.warnings.at(0), "This is ada's own key: deleting it locks ada's agents out."));
    CHECK(adas.to_type() == adas.subject + " locks ada's agents out");
    Deletion other({"jwt-9"});
    CHECK(shown(other.facts({used_token()}).value(), "This server's own key") == "no");
}

TEST_CASE("the person sees whose token it is; who else has it by now makes it no other token") {
    auto teams = used_token();
    teams["manifest"]["ownedBy"] = {{"team", "platform"}, {"account", "acme"}};
    auto accounts = used_token();
    accounts["manifest"]["ownedBy"] = {{"account", "acme"}};
    Deletion deletion;
    const auto facts = deletion.facts({teams}).value();
    CHECK(shown(facts, "Team") == "platform");
    CHECK(shown(deletion.facts({accounts}).value(), "Account") == "acme");
    CHECK(facts.target == deletion.facts({used_token()}).value().target);
}

TEST_CASE("a token that is not there has the sentence that users know, and nobody is asked") {
    Deletion deletion;
    const auto facts = deletion.facts({item("tok2", "other")});
    CHECK(facts.error().code == Errc::not_found);
    const auto* sentence =
        "Token ID not found. List tokens first to find the correct ID. Nothing was deleted.";
    CHECK(facts.error().message == sentence);
    const auto approved = deletion.facts({used_token()}).value();
    deletion.lists({item("tok2", "other")});
    CHECK(run_approved(deletion.tool, arguments, approved).error().message == sentence);
}

TEST_CASE("a token without a name is confirmed by its id") {
    Deletion deletion;
    CHECK(deletion.facts({item("tok1", "")}).value().subject == "tok1");
}

TEST_CASE("an approved deletion reads the token again, deletes it, and says what to do where services fail") {
    Deletion deletion;
    const auto facts = deletion.facts({used_token()}).value();
    auto used_again = used_token();
    used_again["lastAccessedAt"] = "2026-11-23T11:59:00.000Z";  // it is still the same token
    deletion.lists({used_again}).exchange.expect(remove_it, answer(200, "{}"));
    const auto result = run_approved(deletion.tool, arguments, facts).value();
    CHECK(result.text ==
          "Token deleted.\n\nName: ci-pipeline\nID: tok1\n\nIf services fail after token deletion, they were "
          "using the deleted "
          "token. Create a new token and update the affected services/pipelines.\n");
    CHECK(result.structured ==
          Json{{"status", "executed"}, {"id", "tok1"}, {"name", "ci-pipeline"}, {"deleted", true}});
    CHECK(deletion.exchange.finished());
}

TEST_CASE("a token that changed after the approval is not deleted") {
    const auto facts = Deletion{}.facts({used_token()}).value();
    auto renamed = used_token();
    renamed["manifest"]["name"] = "other";
    auto recreated = used_token();
    recreated["createdAt"] = "2026-11-23T11:00:00Z";
    auto prolonged = used_token();
    prolonged["jwts"][0]["expiry"] = "2028-01-01T00:00:00Z";
    for (const auto& changed : {renamed, recreated, prolonged}) {
        Deletion deletion;
        const auto result = run_approved(deletion.lists({changed}).tool, arguments, facts);
        REQUIRE_FALSE(result.has_value());
        CHECK(result.error().code == Errc::superseded);
        CHECK(holds(result.error().message, "Nothing was deleted"));
        CHECK(deletion.exchange.count("DELETE") == 0);
    }
}

TEST_CASE("a token that is gone, or that cannot be read, is not deleted") {
    Deletion gone;
    const auto facts = gone.facts({used_token()}).value();
    CHECK(run_approved(gone.lists(Json::array()).tool, arguments, facts).error().code == Errc::not_found);
    Deletion unreadable;
    unreadable.exchange.expect(get_all, answer(401));
    CHECK(run_approved(unreadable.tool, arguments, facts).error().code == Errc::upstream);
    CHECK(gone.exchange.count("DELETE") + unreadable.exchange.count("DELETE") == 0);
}

TEST_CASE(
    "a lost answer is settled by listing; the DELETE is repeated only where its token is still there, the "
    "same") {
    struct Row {
        const char* name;
        Result<truefoundry::ApiResponse> answered;
        std::optional<Json> listed;  // nullopt: the list fails, too
        std::size_t deletes;
        std::optional<Errc> error;
        const char* words;
    };
    auto another = used_token();
    another["createdAt"] = "2026-11-23T11:00:00.000Z";
    const Row rows[] = {
        {"it is gone", lost(), Json::array(), 1, {}, "Token deleted."},
        {"it is gone, after a 504", answer(504, "<html>MARK"), Json::array(), 1, {}, "Token deleted."},
        {"it is still there", lost(), Json{used_token()}, 3, Errc::upstream, "it was not deleted"},
        {"it is another one now", lost(), Json{another}, 1, Errc::upstream, "it was not deleted"},
        {"busy, and another one now", answer(429), Json{another}, 1, Errc::superseded, "changed during its"},
        {"nobody can tell", lost(), std::nullopt, 1, Errc::ambiguous, "It is unknown whether"},
        {"busy", answer(429, "MARK", 2s), Json{used_token()}, 3, Errc::upstream, "accepts no more requests"},
        {"busy for longer than we have", answer(429, "", 50s), Json{used_token()}, 1, Errc::upstream,
         "left alone for 50 seconds"},
        {"busy, and gone", answer(429), Json::array(), 1, {}, "Token deleted."},
        {"refused", answer(403, "MARK"), Json{used_token()}, 1, Errc::upstream, "Check your API key"}};
    for (const auto& row : rows) {
        CAPTURE(row.name);
        Deletion deletion;
        const auto facts = deletion.facts({used_token()}).value();
        deletion.lists({used_token()}).exchange.then([&](const std::string& line) {
            if (line == remove_it) return row.answered;
            CHECK(line == get_all);
            return Result<truefoundry::ApiResponse>(row.listed ? answer(200, page(*row.listed))
                                                               : answer(401));
        });
        const auto result = run_approved(deletion.tool, arguments, facts);
        CHECK(result.has_value() == !row.error);
        if (row.error) CHECK(result.error().code == *row.error);
        const auto text = result ? result->text : result.error().message;
        CHECK(holds(text, row.words));
        CHECK_FALSE(holds(text, "MARK"));
        CHECK(deletion.exchange.count("DELETE") == row.deletes);
        CHECK(deletion.waited() <= 40s);
        for (std::size_t i = 1; i < deletion.exchange.sent.size(); ++i)
            if (deletion.exchange.sent[i] == remove_it) CHECK(deletion.exchange.sent[i - 1] == get_all);
    }
}

TEST_CASE("a second DELETE that finds no token: the first one did it") {
    Deletion deletion;
    const auto facts = deletion.facts({used_token()}).value();
    deletion.lists({used_token()})
        .exchange.expect(remove_it, lost())
        .expect(get_all, answer(200, page({used_token()})))
        .expect(remove_it, answer(404))
        .expect(get_all, answer(200, page(Json::array())));
    CHECK(run_approved(deletion.tool, arguments, facts).has_value());
    CHECK(deletion.exchange.finished());
}

TEST_CASE("what is read between two tries, and the next try, keep to the time that all of it has") {
    Deletion deletion;
    const auto facts = deletion.facts({used_token()}).value();
    deletion.lists({used_token()});
    std::vector<std::chrono::milliseconds> tries;
    deletion.exchange.on_send = [&](const truefoundry::ApiRequest& request) {
        if (request.method == "DELETE") tries.push_back(request.timeout);
        if (tries.size() == 1 && request.method == "GET")
            deletion.passes(std::min(20'000ms, request.timeout));
    };
    deletion.exchange.expect(remove_it, lost())
        .expect(get_all, answer(200, page({used_token()})))
        .expect(remove_it, answer(200, "{}"));
    CHECK(run_approved(deletion.tool, arguments, facts).has_value());
    REQUIRE(tries.size() == 2);
    CHECK(tries[0] == 30s);
    CHECK(tries[1] <= 10s);
    CHECK(tries[1] >= 5s);
}

TEST_CASE("a refused deletion is worded, and is not tried again") {
    Deletion deletion;
    const auto facts = deletion.facts({used_token()}).value();
    deletion.lists({used_token()}).exchange.expect(remove_it, answer(404));
    const auto result = run_approved(deletion.tool, arguments, facts);
    CHECK(result.error().code == Errc::not_found);
    CHECK(result.error().message.starts_with(
        "Token ID not found. List tokens first to find the correct ID. Nothing was deleted."));
    CHECK(deletion.exchange.finished());
}

TEST_CASE("a deletion that a dead process began is settled by listing, never by a DELETE") {
    struct Row {
        const char* name;
        std::optional<Json> listed;  // nullopt: the list fails
        std::optional<Errc> error;
        const char* words;
    };
    const Row rows[] = {
        {"it is gone", Json{item("tok2", "other")}, {}, "Token deleted.\n\nName: ci-pipeline\nID: tok1\n"},
        {"it is still there", Json{used_token()}, Errc::upstream, "it was not deleted"},
        {"nobody can tell", std::nullopt, Errc::ambiguous, "List the tokens before doing anything else"}};
    for (const auto& row : rows) {
        CAPTURE(row.name);
        const auto facts = Deletion{}.facts({used_token()}).value();
        Deletion deletion;
        deletion.clock.advance(35s);  // so that one look is final
        deletion.exchange.expect(get_all, row.listed ? answer(200, page(*row.listed)) : answer(401));
        const auto settled = run(deletion.tool.settle(call(deletion.tool, arguments), facts, noon));
        CHECK(settled.has_value() == !row.error);
        if (row.error) CHECK(settled.error().code == *row.error);
        if (settled) CHECK(settled->structured.at("status") == "executed");
        CHECK(holds(settled ? settled->text : settled.error().message, row.words));
        CHECK(deletion.exchange.sent == std::vector{get_all});
    }
}

}  // namespace tfy::delete_test
