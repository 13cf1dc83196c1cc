// What the table of wire examples asks the client for, and how it writes what the client makes of it.
#pragma once

#include "tests/contract/example.hpp"
#include "tools/truefoundry/client.hpp"

namespace tfy::contract {

using truefoundry::AccessToken;
using truefoundry::TokenId;
using truefoundry::TokenName;

inline Json or_null(const std::optional<policy::Time>& time) {
    return time ? Json(policy::format_time(*time)) : Json(nullptr);
}

inline Json written(const AccessToken& token) {
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

inline Json written(const std::vector<AccessToken>& tokens) {
    Json list = Json::array();
    for (const auto& token : tokens) list.push_back(written(token));
    return list;
}

inline std::string name_of(Errc code) {
    const std::map<Errc, std::string> names = {{Errc::refused, "refused"},
                                               {Errc::not_found, "not_found"},
                                               {Errc::conflict, "conflict"},
                                               {Errc::upstream, "upstream"},
                                               {Errc::ambiguous, "ambiguous"}};
    return names.contains(code) ? names.at(code) : "another";
}

inline Json written(const Error& error) { return {{"error", name_of(error.code)}, {"says", error.message}}; }

inline truefoundry::CreateRequest wanted(const Json& asked) {
    return {.name = *TokenName::read(asked.at("name").get<std::string>()),
            .expiration_date = asked.value("expirationDate", ""),
            .token_type = asked.value("tokenType", ""),
            .team_name = asked.value("teamName", ""),
            .account_name = asked.value("accountName", "")};
}

/// What the client makes of `call`, as the table writes such things; `run` runs a coroutine to its end.
template <class Run>
Json called(const Run& run, truefoundry::Client& client, const Json& call) {
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
    if (kind != "find") throw std::runtime_error("no such call: " + kind);
    const auto token = run(client.find(*id));
    return token ? written(std::vector{*token}) : written(token.error());
}

/// Those of an example that its call makes. What is listed before a delete only shows where the id is from.
inline std::vector<Json> exchanges_of_call(const Json& example) {
    auto all = example.at("exchanges").get<std::vector<Json>>();
    if (example.at("call").contains("delete"))
        std::erase_if(
            all, [](const Json& each) { return each.at("request").get<std::string>().starts_with("GET "); });
    return all;
}

/// Where `made` is not as `gives` has it; empty if it is. Only the members that are named are compared,
/// and of an error's message the beginning, up to a placeholder.
inline std::string wrong(const Json& gives, const Json& made, Bindings& bindings) {
    if (gives.is_object() && made.is_object()) {
        const auto says = gives.at("says").get<std::string>();
        const bool same = made.at("error") == gives.at("error") &&
                          made.at("says").get<std::string>().starts_with(says.substr(0, says.find('<')));
        return same ? "" : "expected " + gives.dump() + ", got " + made.dump();
    }
    Json named = made;
    for (std::size_t i = 0; made.is_array() && gives.is_array() && i < std::min(made.size(), gives.size());
         ++i) {
        named[i] = Json::object();
        for (const auto& [key, value] : gives[i].items()) named[i][key] = made[i].at(key);
    }
    return difference(gives, named, bindings);
}

}  // namespace tfy::contract
