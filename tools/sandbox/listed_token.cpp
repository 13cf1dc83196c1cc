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

std::string user_id(const StoredToken& token) {
    return "user-" + token.owner.substr(0, token.owner.find('@'));
}

// "yyyy-mm-dd", as a virtual account's manifest documents it: the hour is in `jwts` alone.
Json date_or_null(const std::optional<policy::Time>& time) {
    return time ? Json(policy::format_time(*time).substr(0, 10)) : Json(nullptr);
}

// The shape that the SDKs declare for these routes.
Json virtual_account_manifest(const StoredToken& token) {
    return {{"name", token.name},
            {"type", "virtual-account"},
            {"permissions", Json::array()},
            {"expiration_date", date_or_null(token.expires)},
            {"ownedBy", owned_by(token)},
            {"token_type", token.type},
            {"tags", nullptr}};
}

// As it is met in older documents: in another spelling, with the hour.
Json camel_manifest(const StoredToken& token) {
    auto manifest = virtual_account_manifest(token);
    for (const auto* name : {"expiration_date", "token_type"}) manifest.erase(name);
    manifest["expirationDate"] = or_null(token.expires);
    manifest["tokenType"] = token.type;
    return manifest;
}

Json pat_manifest(const StoredToken& token) {
    return {{"name", token.name},
            {"type", "pat"},
            {"user_fqn", "user:" + token.owner},
            {"expiration_date", or_null(token.expires)},
            {"ownedBy", owned_by(token)},
            {"token_type", token.type}};
}

// With a value for everything, and the members of others that may stand there.
Json full_manifest(const StoredToken& token) {
    auto manifest = virtual_account_manifest(token);
    manifest["permissions"] = Json::array(
        {Json{{"resource_fqn", "sandbox:workspace"}, {"resource_type", "workspace"}, {"role_id", "viewer"}}});
    manifest["ownedBy"] = {{"team", token.team.empty() ? "platform" : token.team},
                           {"account", token.account}};
    manifest["tags"] = {{"purpose", "sandbox"}};
    manifest["auto_rotate"] = {{"auto_rotate_interval", 30}, {"grace_period", 1}};
    manifest["notification_target"] = {{"type", "email"},
                                       {"notification_channel", "sandbox:mail"},
                                       {"to_emails", Json::array({token.owner})}};
    manifest["secret_store_config"] = {{"integration_fqn", "sandbox:store"}, {"secret_path", "a/path"}};
    manifest["identity_provider_mapping"] =
        Json::array({Json{{"identity_provider", "sandbox"}, {"value", token.owner}}});
    return manifest;
}

// A Jwt has an expiry: a token that never ends is listed without its JWT, but for its id.
Json jwts_of(const StoredToken& token) {
    if (token.jwt_id.empty() || !token.expires) return nullptr;
    const auto created = policy::format_time(token.created);
    return Json::array({{{"id", token.jwt_id},
                         {"subjectType", "user"},
                         {"subjectId", token.id},
                         {"expiry", policy::format_time(*token.expires)},
                         {"tokenType", token.type},
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
            {"createdBySubject", {{"subjectId", user_id(token)}, {"subjectType", "user"}}},
            {"createdAt", created},
            {"updatedAt", created},
            {"accountId", tenant}};
}

Json manifest_of(const StoredToken& token, Shape shape) {
    switch (shape) {
        case Shape::virtual_account: return virtual_account_manifest(token);
        case Shape::full: return full_manifest(token);
        case Shape::camel: return camel_manifest(token);
        case Shape::required:
            return {{"name", token.name}, {"type", "virtual-account"}, {"permissions", Json::array()}};
        case Shape::nulls: return nulls_manifest(token);
        default: return pat_manifest(token);
    }
}

// The members that may be absent or null.
void add_optional_members(Json& account, const StoredToken& token, policy::Time now, bool is_pat,
                          bool has_jwt) {
    account["jwtId"] = has_jwt ? or_null(token.jwt_id) : Json(nullptr);
    account["lastAccessedAt"] = or_null(token.last_used);
    account["isExpired"] = is_pat ? Json(nullptr) : Json(token.expires && *token.expires <= now);
    account["jwts"] = has_jwt ? jwts_of(token) : Json(nullptr);
    auto& maker = account["createdBySubject"];
    maker["subjectSlug"] = token.owner;
    maker["subjectDisplayName"] = nullptr;
    maker["subjectPatName"] = nullptr;
    for (const auto* name : {"metadata", "createdBy", "nextScheduledRotation"}) account[name] = nullptr;
}

void fill(Json& account, const StoredToken& token) {
    if (account["jwts"].is_array()) account["jwts"][0]["metadata"] = {{"note", "make-believe"}};
    account["isExpired"] = account["isExpired"] == true;
    account["lastAccessedAt"] = policy::format_time(token.last_used.value_or(token.created));
    account["metadata"] = {{"note", "make-believe"}};
    account["roleIds"] = Json::array({"tenant-member"});
    account["rolesWithResource"] = Json::array({Json{{"roleId", "tenant-member"},
                                                     {"resourceType", "account"},
                                                     {"resourceId", token.account},
                                                     {"roleName", "Member"}}});
    account["createdBy"] = user_id(token);
    account["nextScheduledRotation"] = policy::format_time(token.created + std::chrono::days{30});
    account["createdBySubject"].update({{"subjectDisplayName", "A user of the sandbox"},
                                        {"subjectPatName", "another-token"},
                                        {"subjectControllerName", "sandbox"},
                                        {"subjectExternalIdentitySlug", "sandbox:sub:" + token.owner}});
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
    // Whether an opaque token's is listed nobody says; so it is, and it is not.
    const bool has_jwt = token.type == "jwt" || shape == Shape::virtual_account || shape == Shape::full;
    auto account = required_members(token, is_pat);
    if (shape == Shape::flat)
        account["name"] = token.name;
    else
        account["manifest"] = manifest_of(token, shape);
    if (shape == Shape::nulls)
        add_nulls(account);
    else if (shape != Shape::required)
        add_optional_members(account, token, now, is_pat, has_jwt);
    if (shape == Shape::full) fill(account, token);
    return account;
}

}  // namespace tfy::sandbox
