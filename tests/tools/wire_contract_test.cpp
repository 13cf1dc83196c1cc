// The client's half of the wire contract: what it sends, and what it makes of each answer.
#include <doctest/doctest.h>

#include <set>

#include "tests/contract/example.hpp"
#include "tests/tools/examples.hpp"

using namespace tfy;
using namespace tfy::examples;
using truefoundry::AccessToken;
using truefoundry::TokenId;
using truefoundry::TokenName;

namespace {

Json or_null(const std::optional<policy::Time>& time) {
    return time ? Json(policy::format_time(*time)) : Json(nullptr);
}

Json written(const AccessToken& token) {
    return {{"id", token.id},
            {"name", token.name},
            {"type", token.type},
            {"owner", token.owner},
            {"team", token.team},
            {"created_by", token.created_by},
            {"created", or_null(token.created)},
            {"expires", or_null(token.expires)},
            {"last_used", or_null(token.last_used)},
            {"expired", token.expired},
            {"jwt_ids", token.jwt_ids}};
}

Json written(const std::vector<AccessToken>& tokens) {
    Json list = Json::array();
    for (const auto& token : tokens) list.push_back(written(token));
    return list;
}

std::string name_of(Errc code) {
    const std::map<Errc, std::string> names = {{Errc::refused, "refused"},
                                               {Errc::not_found, "not_found"},
                                               {Errc::conflict, "conflict"},
                                               {Errc::upstream, "upstream"},
                                               {Errc::ambiguous, "ambiguous"}};
    return names.contains(code) ? names.at(code) : "another";
}

Json written(const Error& error) { return {{"error", name_of(error.code)}, {"says", error.message}}; }

truefoundry::CreateAccessToken wanted(const Json& asked) {
    return {.name = *TokenName::read(asked.at("name").get<std::string>()),
            .expiration_date = asked.value("expirationDate", ""),
            .token_type = asked.value("tokenType", ""),
            .team_name = asked.value("teamName", ""),
            .account_name = asked.value("accountName", "")};
}

/// What the client makes of it, as the table writes such things.
Json called(truefoundry::Client& client, const Json& call) {
    const auto kind = call.begin().key();
    const auto& asked = call.begin().value();
    if (kind == "probe") {
        const auto done = run(client.probe());
        return done ? Json(true) : written(done.error());
    }
    if (kind == "create") {
        const auto value = run(client.create(wanted(asked)));
        return value ? Json(std::string(value->reveal())) : written(value.error());
    }
    const auto text = asked.get<std::string>();
    if (kind == "list") {
        const auto tokens = run(client.list(text));
        return tokens ? written(*tokens) : written(tokens.error());
    }
    if (kind == "find_by_name") {
        const auto token = run(client.find_by_name(*TokenName::read(text)));
        return token ? written(std::vector{*token}) : written(token.error());
    }
    const auto id = TokenId::read(text);
    if (!id) return written(id.error());
    if (kind == "delete") {
        const auto done = run(client.remove(*id));
        return done ? Json(true) : written(done.error());
    }
    REQUIRE(kind == "find");
    const auto token = run(client.find(*id));
    return token ? written(std::vector{*token}) : written(token.error());
}

/// Only what the table names is compared, and of an error's message its beginning.
void check_made(const Json& made, const Json& expected) {
    REQUIRE(made.type() == expected.type());
    if (expected.is_object()) {
        CHECK(made.at("error") == expected.at("error"));
        const auto says = made.at("says").get<std::string>();
        CAPTURE(says);
        CHECK(says.starts_with(expected.at("says").get<std::string>()));
        return;
    }
    if (!expected.is_array()) {
        CHECK(made == expected);
        return;
    }
    REQUIRE(made.size() == expected.size());
    for (std::size_t i = 0; i < made.size(); ++i)
        for (const auto& [key, value] : expected[i].items()) {
            CAPTURE(key);
            CHECK(made[i].at(key) == value);
        }
}

Result<truefoundry::HttpResponse> answered(const Json& exchange) {
    if (exchange.contains("lost")) return lost();
    const auto body =
        exchange.contains("text") ? exchange["text"].get<std::string>() : exchange["answer"].dump();
    auto response = answer(exchange.at("status").get<int>(), body, exchange.value("retry_after", ""));
    response.content_type = exchange.value("type", "application/json");
    return response;
}

/// Those of a list that come before what is called do not count: they only show where an id is from.
std::vector<Json> exchanges_of_call(const Json& example) {
    auto all = example.at("exchanges").get<std::vector<Json>>();
    if (example.at("call").contains("delete"))
        std::erase_if(
            all, [](const Json& each) { return each.at("request").get<std::string>().starts_with("GET "); });
    return all;
}

}  // namespace

TEST_CASE("the wire contract, the client's half") {
    for (const auto& written_example : contract::examples("client")) {
        const auto example = contract::filled(written_example, contract::samples(written_example));
        const auto name = example.at("name").get<std::string>();
        CAPTURE(name);
        Upstream upstream;
        const auto exchanges = exchanges_of_call(example);
        for (const auto& each : exchanges)
            upstream.exchange.expect(each.at("request").get<std::string>(), answered(each));
        check_made(called(upstream.client, example.at("call")), example.at("gives"));
        CHECK(upstream.exchange.finished());
        for (std::size_t i = 0; i < exchanges.size() && i < upstream.exchange.bodies.size(); ++i) {
            const auto& sent = upstream.exchange.bodies[i];
            CHECK((sent.empty() ? Json() : Json::parse(sent)) == exchanges[i].value("body", Json()));
        }
    }
}

TEST_CASE("both halves of the table have examples, and no name is there twice") {
    std::set<std::string> names;
    std::size_t count = 0;
    for (const auto* side : {"client", "sandbox"}) {
        const auto found = contract::examples(side);
        CHECK(found.size() >= 40);
        for (const auto& example : found) {
            if (std::string(side) == "client" || example.contains("only")) ++count;
            names.insert(example.at("name").get<std::string>());
            CHECK(example.contains("source"));
        }
    }
    CHECK(names.size() == count);
}
