#include "tools/registry/catalog.hpp"

#include <doctest/doctest.h>

#include <set>

#include "manifests/embedded.hpp"
#include "policy/call_words.hpp"
#include "protocol/expectation.hpp"
#include "protocol/member_order.hpp"
#include "tests/fakes/every_tool.hpp"
#include "tests/fakes/fake_escrow.hpp"
#include "tests/tools/examples.hpp"
#include "tools/access_tokens/create.hpp"
#include "tools/access_tokens/delete.hpp"
#include "tools/access_tokens/list.hpp"
#include "tools/access_tokens/reveal.hpp"
#include "tools/access_tokens/rotate.hpp"

namespace tfy::catalog_test {

using namespace tfy::examples;
using namespace tfy::tools;

namespace {

struct House : Upstream {
    ManualClock clock;
    fakes::FakeEscrow escrow;
    fakes::EveryTool tools{client, escrow, clock};

    const registry::Catalog& catalog() const { return tools.catalog; }
};

std::set<std::string> keys(const Json& properties) {
    std::set<std::string> names;
    for (const auto& [key, value] : properties.items()) names.insert(key);
    return names;
}

template <class Fields>
std::set<std::string> names(const Fields& fields) {
    return {fields.begin(), fields.end()};
}

Json properties_of(const registry::Catalog& catalog, std::string_view tool) {
    return catalog.find(tool)->definition.at("inputSchema").at("properties");
}

class Stranger final : public tools::ReadTool {
public:
    std::string_view name() const override { return "tfy_stranger"; }
    Result<Json> canonical(Json arguments, policy::Time) const override { return arguments; }
    Async<Result<tools::ToolResult>> run(policy::ReadPermit) override { co_return tools::ToolResult{}; }
};

}  // namespace

TEST_CASE("each schema names exactly the arguments that its tool reads") {
    House house;
    const auto& catalog = house.catalog();
    CHECK(keys(properties_of(catalog, "tfy_access_tokens_list")) ==
          names(access_tokens::ListAccessTokens::Args::fields));
    CHECK(keys(properties_of(catalog, "tfy_access_tokens_create")) ==
          names(access_tokens::CreateAccessToken::Args::fields));
    CHECK(keys(properties_of(catalog, "tfy_access_tokens_create").at("payload").at("properties")) ==
          names(access_tokens::CreateAccessToken::Args::payload_fields));
    CHECK(keys(properties_of(catalog, "tfy_access_tokens_delete")) ==
          names(access_tokens::DeleteAccessToken::Args::fields));
    CHECK(keys(properties_of(catalog, "tfy_access_tokens_rotate")) ==
          names(access_tokens::RotateAccessToken::Args::fields));
    CHECK(keys(properties_of(catalog, "tfy_access_tokens_reveal")) ==
          names(access_tokens::RevealAccessToken::Args::fields));
    CHECK(keys(properties_of(catalog, "tfy_approvals_get")) == names(status::GetApproval::Args::fields));
    CHECK(properties_of(catalog, "tfy_config_status").empty());
}

TEST_CASE("every field that the schema allows is read into the arguments") {
    const Json whole = {{"payload",
                         {{"name", "n"},
                          {"expirationDate", "e"},
                          {"tokenType", "jwt"},
                          {"teamName", "t"},
                          {"accountName", "a"}}},
                        {"reason", "r"}};
    const auto create = access_tokens::CreateAccessToken::Args::read(whole);
    CHECK(create.name + create.expiration_date + create.token_type + create.team_name + create.account_name +
              create.reason ==
          "nejwttar");
    const auto list = access_tokens::ListAccessTokens::Args::read({{"limit", 7},
                                                                   {"cursor", "c"},
                                                                   {"name_contains", "n"},
                                                                   {"state", "s"},
                                                                   {"expiring_within_days", 3},
                                                                   {"unused_for_days", 4},
                                                                   {"sort", "-name"}});
    CHECK(std::to_string(list.limit) + list.cursor + list.choice.name_contains + list.choice.state == "7cns");
    CHECK(list.choice.expiring_within == std::chrono::days{3});
    CHECK(list.choice.unused_for == std::chrono::days{4});
    CHECK(list.choice.order.by == access_tokens::SortBy::name);
    CHECK(list.choice.order.descending);
    const auto remove = access_tokens::DeleteAccessToken::Args::read({{"id", "i"}, {"reason", "r"}});
    CHECK(remove.id + remove.reason == "ir");
}

TEST_CASE("every definition is whole: words, four annotations, schemas that admit nothing unknown, an icon") {
    House house;
    const auto& catalog = house.catalog();
    for (const auto& definition : catalog.definitions()) {
        const auto name = definition.at("name").get<std::string>();
        CAPTURE(name);
        CHECK(definition.at("description").get<std::string>().size() < 400);
        CHECK(definition.at("annotations").at("title") == definition.at("title"));
        for (const auto* hint : {"readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"})
            CHECK(definition.at("annotations").at(hint).is_boolean());
        const bool reads = catalog.find(name)->reads != nullptr;
        CHECK(definition.at("annotations").at("readOnlyHint") == reads);
        CHECK(definition.at("inputSchema").at("additionalProperties") == false);
        for (const auto& [key, property] : definition.at("inputSchema").at("properties").items())
            CHECK(property.contains("description"));
        CHECK(definition.at("icons").size() == 1);
        CHECK(definition.at("icons").at(0).at("src").get<std::string>().starts_with(
            "data:image/svg+xml;base64,"));
        CHECK(definition.contains("outputSchema") == (name != "tfy_access_tokens_reveal"));
        CHECK(catalog.find(name)->version().size() == 16);
        CHECK_FALSE(definition.contains("approval"));  // for people, and not for clients
    }
}

TEST_CASE("the file of every tool can be read quickly for the order of its members") {
    for (const auto name : manifests::tool_names()) {
        CAPTURE(name);
        const protocol::MemberOrder file{std::string(registry::as_written(name))};
        const auto order = file.root();
        REQUIRE(order);
        std::vector<std::string_view> keys;
        order->each_member([&keys](std::string_view key, protocol::PlainValue) { keys.push_back(key); });
        REQUIRE(keys.size() > 4);
        CHECK((keys[0] == "name" && keys[1] == "title"));
    }
    CHECK_FALSE(protocol::MemberOrder(R"({"a":"\n"})").root());
    CHECK_FALSE(protocol::MemberOrder().root());
}

TEST_CASE("a request is bound to the definition of its tool, and to nothing that is shown of the request") {
    House house;
    const auto defined = house.catalog().find("tfy_access_tokens_delete")->definition;
    const auto version_of = [](const Json& definition) {
        return registry::Catalog::Entry(std::make_unique<Stranger>(), definition).version();
    };
    auto silent = defined;
    silent.erase("_meta");
    for (const auto* shown : {"action", "effect", "facts", "decided_by", "decided_at"})
        REQUIRE(silent.at("outputSchema").at("properties").erase(shown) == 1);
    CHECK(version_of(silent) == version_of(defined));
    auto another = defined;
    another["description"] = "Deletes it.";
    CHECK(version_of(another) != version_of(defined));
    another = defined;
    another["outputSchema"]["properties"].erase("deleted");
    CHECK(version_of(another) != version_of(defined));
}

TEST_CASE("the first tool can be called with nothing, and the order is that of assembly") {
    House house;
    const auto& catalog = house.catalog();
    CHECK(catalog.definitions().at(0).at("name") == "tfy_access_tokens_list");
    CHECK(catalog.find("tfy_access_tokens_list")->input().validate(Json::object()).has_value());
    CHECK(catalog.definitions().size() == manifests::tool_names().size());
    CHECK(catalog.find("tfy_access_tokens_list_all") == nullptr);
}

TEST_CASE("the input schemas refuse what the tools would refuse") {
    House house;
    const auto& catalog = house.catalog();
    struct Row {
        const char* tool;
        Json arguments;
        bool fits;
    };
    const Row rows[] = {
        {"tfy_access_tokens_list", {{"limit", 0}}, false},
        {"tfy_access_tokens_list", {{"limit", 101}}, false},
        {"tfy_access_tokens_list", {{"limit", 100}, {"state", "expiring"}}, true},
        {"tfy_access_tokens_list", {{"all", true}}, false},
        {"tfy_access_tokens_create", Json::object(), false},
        {"tfy_access_tokens_create", {{"payload", {{"name", "dev-local"}}}}, true},
        {"tfy_access_tokens_create", {{"payload", {{"name", "Dev"}}}}, false},
        {"tfy_access_tokens_create", {{"payload", {{"name", "dev-local"}, {"admin", true}}}}, false},
        {"tfy_access_tokens_create", {{"payload", {{"name", "dev-local"}, {"tokenType", "magic"}}}}, false},
        {"tfy_access_tokens_delete", {{"id", "revoke/all"}}, false},
        {"tfy_access_tokens_delete", {{"id", ".."}}, false},
        {"tfy_access_tokens_delete", {{"id", 7}}, false},
        {"tfy_access_tokens_delete", {{"id", "tok1"}, {"reason", "old"}}, true},
        {"tfy_access_tokens_reveal", {{"reveal_id", "../x"}}, false},
        {"tfy_access_tokens_rotate", {{"id", "tok1"}}, true},
        {"tfy_access_tokens_rotate", {{"id", "tok1"}, {"grace_period", "2d"}}, true},
        {"tfy_access_tokens_rotate", {{"id", "tok1"}, {"grace_period", "two days"}}, false},
        {"tfy_access_tokens_rotate", {{"id", "revoke/all"}}, false},
        {"tfy_access_tokens_rotate", {{"name", "dev-local"}}, false},
        {"tfy_approvals_get", {{"approval_id", "apr_" + std::string(26, 'a')}}, true},
        {"tfy_config_status", {{"x", 1}}, false},
    };
    for (const auto& row : rows) {
        CAPTURE(row.tool);
        CAPTURE(row.arguments.dump());
        CHECK(catalog.find(row.tool)->input().validate(row.arguments).has_value() == row.fits);
    }
}

TEST_CASE("what the tools answer satisfies their output schemas, and so does a pending approval") {
    House house;
    const auto& catalog = house.catalog();
    const auto fits = [&](std::string_view tool, const Json& structured) {
        CAPTURE(structured.dump());
        auto schema = protocol::Schema::compile(catalog.find(tool)->definition.at("outputSchema"));
        REQUIRE(schema.has_value());
        const auto valid = schema->validate(structured);
        if (!valid) FAIL_CHECK(valid.error().message);
    };
    const Json pending = {{"status", "approval_pending"},
                          {"approval_id", "apr_" + std::string(26, 'a')},
                          {"digest", "sha256:00"},
                          {"action", "Delete access token ci"},
                          {"effect", "Deletes it."},
                          {"facts", Json::parse(R"([{"label": "Last used", "value": "never"}])")},
                          {"request_expires_at", "2026-11-23T12:15:00.000Z"},
                          {"approval_url", "http://127.0.0.1:8780/approvals"}};
    fits("tfy_access_tokens_create", pending);
    fits("tfy_access_tokens_delete", pending);

    auto& exchange = house.exchange;
    exchange.expect(get_all, answer(200, page({item("tok1", "dev-local")})));
    fits("tfy_access_tokens_list",
         run_read(*catalog.find("tfy_access_tokens_list")->reads).value().structured);
    exchange.expect("POST " + base, answer(201, R"({"token":"tfy-0123456789abcdefghijklmnopqrstuvwxyz"})"))
        .expect(get_named("dev-local"), answer(200, page(Json::array())));
    fits("tfy_access_tokens_create", run_approved(*catalog.find("tfy_access_tokens_create")->changes,
                                                  {{"payload", {{"name", "dev-local"}}}})
                                         .value()
                                         .structured);
    fits("tfy_access_tokens_rotate", pending);
    exchange.expect(get_all, answer(200, page({item("tok1", "dev-local")})));
    auto& rotate = *catalog.find("tfy_access_tokens_rotate")->changes;
    const auto arguments = rotate.canonical({{"id", "tok1"}}, noon).value();
    const auto facts = run(rotate.facts(call(rotate, arguments))).value();
    exchange.expect(get_all, answer(200, page({item("tok1", "dev-local")})))
        .expect("POST " + base, answer(201, R"({"token":"tfy-0123456789abcdefghijklmnopqrstuvwxyz"})"))
        .expect(get_named("dev-local-2"), answer(200, page(Json::array())));
    fits("tfy_access_tokens_rotate", run_approved(rotate, arguments, facts).value().structured);
    fits("tfy_config_status", run_read(*catalog.find("tfy_config_status")->reads).value().structured);
}

TEST_CASE("no message about any argument of any tool speaks in patterns, and each gives an example") {
    House house;
    const auto& catalog = house.catalog();
    const std::vector<Json> wrong = {"", std::string(2000, '#'), 0.5, -1, 1e300, true, Json::array(), "#"};
    const auto check = [&](const registry::Catalog::Entry& entry, const Json& arguments) {
        const auto checked = entry.input().validate(arguments);
        if (checked) return;
        const auto& message = checked.error().message;
        CAPTURE(message);
        CHECK(message.find_first_of("^$\\*") == std::string::npos);
        CHECK(message.find("description") == std::string::npos);
        CHECK(message.ends_with('.'));
        const bool helps = message.find("example") != message.npos || message.find("Use ") != message.npos;
        CHECK(helps);
    };
    for (const auto& definition : catalog.definitions()) {
        const auto& entry = *catalog.find(definition.at("name").get<std::string>());
        const auto whole = protocol::example_of(definition.at("inputSchema")).value_or(Json::object());
        CAPTURE(whole.dump());
        CHECK(entry.input().validate(whole).has_value());
        for (const auto& [name, property] : definition.at("inputSchema").at("properties").items()) {
            CAPTURE(name);
            const auto members = property.value("properties", Json::object());
            for (const auto& value : wrong) {
                auto arguments = whole;
                arguments[name] = value;
                check(entry, arguments);
                for (const auto& [inner, its] : members.items()) {
                    arguments[name] = whole.at(name);
                    arguments[name][inner] = value;
                    check(entry, arguments);
                }
            }
        }
    }
}

TEST_CASE("every example fits its schema") {
    House house;
    const auto& catalog = house.catalog();
    for (const auto& definition : catalog.definitions())
        for (const auto& [name, property] : definition.at("inputSchema").at("properties").items()) {
            CAPTURE(name);
            const auto fits = [](const Json& schema) {
                const auto example = protocol::example_of(schema);
                if (!example) return schema.contains("advice");
                return protocol::Schema::compile(schema)->validate(*example).has_value();
            };
            CHECK(fits(property));
            const auto members = property.value("properties", Json::object());
            for (const auto& [inner, its] : members.items()) {
                CAPTURE(inner);
                CHECK(fits(its));
            }
        }
}

TEST_CASE("no tool that changes something is without a heading, a verb and a button of its own") {
    House house;
    std::set<std::string> headings;
    std::set<std::string> buttons;
    for (const auto& entry : house.catalog().entries()) {
        if (entry.changes == nullptr) continue;
        const auto name = std::string(entry.tool->name());
        CAPTURE(name);
        const auto words = policy::words_for(name, fakes::no_tokens());
        CHECK(words.title != name);
        CHECK(words.verb != name);
        CHECK(words.button != "Approve");
        CHECK(headings.insert(words.title).second);
        CHECK(buttons.insert(words.button).second);
    }
    CHECK(headings.size() >= 4);
}

TEST_CASE("a tool without a definition stops the start, and says which file is missing") {
    std::vector<std::unique_ptr<tools::Tool>> all;
    all.push_back(std::make_unique<Stranger>());
    const auto catalog = registry::Catalog::assemble(std::move(all));
    REQUIRE_FALSE(catalog.has_value());
    CHECK(catalog.error().code == Errc::internal);
    CHECK(catalog.error().message.find("manifests/tools/tfy_stranger.json is missing") != std::string::npos);
}

TEST_CASE("a failure is a result that names its code") {
    const auto result = tools::failed({Errc::not_found, "Token ID not found."});
    CHECK(result.is_error);
    CHECK(result.text == "Token ID not found.");
    CHECK(result.structured ==
          Json{{"status", "not_found"},
               {"message", "Token ID not found."},
               {"next", "Check the id, for example with tfy_access_tokens_list, then call again."}});
    const auto gone = tools::failed({Errc::not_found, "The value is gone.", {{"next", "Tell the user."}}});
    CHECK(gone.structured.at("next") == "Tell the user.");
}

}  // namespace tfy::catalog_test
