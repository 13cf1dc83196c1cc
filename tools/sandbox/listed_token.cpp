#include "tools/sandbox/listed_token.hpp"

#include "tools/sandbox/account.hpp"

namespace tfy::sandbox {
namespace {

Json or_null(const std::optional<policy::Time>& time) {
    return time ? Json(policy::format_time(*time)) : Json(nullptr);
}
Json or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

// A team must be named where there is an owner.
Json owned_by(const StoredToken& token) {
    if (token.team.empty()) return nullptr;
    return {{"team", token.team}, {"account", token.account}};
}

// Of the two members that are met in more than one.
struct Spelling {
    const char* expiration = "expiration_date";
    const char* type = "token_type";
};

// The shape that the SDKs declare for these routes.
Json virtual_account_manifest(const StoredToken& token, const Spelling& spelling = {}) {
    return {{"name", token.name},
            {"type", "virtual-account"},
            {"permissions", Json::array()},
            {spelling.expiration, or_null(token.expires)},
            {"ownedBy", owned_by(token)},
            {spelling.type, token.type},
            {"tags", nullptr}};
}

Json pat_manifest(const StoredToken& token) {
    return {{"name", token.name},
            {"type", "pat"},
            {"user_fqn", "user:" + token.owner},
            {"expiration_date", or_null(token.expires)},
            {"ownedBy", owned_by(token)},
            {"token_type", token.type}};
}

// A Jwt has an expiry: a token that never ends is listed without its JWT, but for its id.
Json jwts_of(const StoredToken& token) {
    if (token.type != "jwt" || !token.expires) return nullptr;
    const auto created = policy::format_time(token.created);
    return Json::array({{{"id", token.jwt_id},
                         {"subjectType", "user"},
                         {"subjectId", token.id},
                         {"expiry", policy::format_time(*token.expires)},
                         {"tokenType", "jwt"},
                         {"createdAt", created},
                         {"updatedAt", created}}});
}

Json nulls_manifest(const StoredToken& token) {
    Json manifest = {{"name", token.name}, {"type", "virtual-account"}, {"permissions", Json::array()}};
    for (const auto* name : {"expiration_date", "auto_rotate", "notification_target", "secret_store_config",
                             "ownedBy", "tags", "identity_provider_mapping", "token_type"})
        manifest[name] = nullptr;
    return manifest;
}

// What the SDKs require of a VirtualAccount.
Json required_members(const StoredToken& token, bool is_pat) {
    const auto created = policy::format_time(token.created);
    return {{"id", token.id},
            {"type", is_pat ? "pat" : "virtual-account"},
            {"tenantName", tenant},
            {"createdBySubject", {{"subjectId", "sandbox-user"}, {"subjectType", "user"}}},
            {"createdAt", created},
            {"updatedAt", created},
            {"accountId", tenant}};
}

Json manifest_of(const StoredToken& token, Shape shape) {
    switch (shape) {
        case Shape::virtual_account: return virtual_account_manifest(token);
        case Shape::camel: return virtual_account_manifest(token, {"expirationDate", "tokenType"});
        case Shape::required:
            return {{"name", token.name}, {"type", "virtual-account"}, {"permissions", Json::array()}};
        case Shape::nulls: return nulls_manifest(token);
        default: return pat_manifest(token);
    }
}

// The members that may be absent or null.
void add_optional_members(Json& account, const StoredToken& token, policy::Time now, bool is_pat) {
    account["jwtId"] = or_null(token.jwt_id);
    account["lastAccessedAt"] = or_null(token.last_used);
    account["isExpired"] = is_pat ? Json(nullptr) : Json(token.expires && *token.expires <= now);
    account["jwts"] = jwts_of(token);
    auto& maker = account["createdBySubject"];
    maker["subjectSlug"] = token.owner;
    maker["subjectDisplayName"] = nullptr;
    maker["subjectPatName"] = nullptr;
    for (const auto* name : {"metadata", "createdBy", "nextScheduledRotation"}) account[name] = nullptr;
}

void add_nulls(Json& account) {
    for (const auto* name : {"jwtId", "lastAccessedAt", "isExpired", "jwts", "metadata", "roleIds",
                             "rolesWithResource", "createdBy", "nextScheduledRotation"})
        account[name] = nullptr;
    for (const auto* name : {"subjectSlug", "subjectDisplayName", "subjectPatName", "subjectControllerName",
                             "subjectExternalIdentitySlug"})
        account["createdBySubject"][name] = nullptr;
}

}  // namespace

Json write_virtual_account(const StoredToken& token, policy::Time now, Shape shape) {
    if (shape == Shape::mixed)
        shape = (token.id.empty() ? 0 : token.id.back()) % 2 == 0 ? Shape::virtual_account : Shape::pat;
    const bool is_pat = shape == Shape::pat;
    auto account = required_members(token, is_pat);
    if (shape == Shape::flat)
        account["name"] = token.name;
    else
        account["manifest"] = manifest_of(token, shape);
    if (shape == Shape::nulls)
        add_nulls(account);
    else if (shape != Shape::required)
        add_optional_members(account, token, now, is_pat);
    return account;
}

}  // namespace tfy::sandbox
