#include "tests/lab/shapes.hpp"

#include <array>

namespace tfy::lab {
namespace {

using sandbox::StoredToken;

// As it is met in older documents: in another spelling, with the hour.
Json camel_manifest(Json manifest, const StoredToken& token) {
    for (const auto* name : {"expiration_date", "token_type"}) manifest.erase(name);
    manifest["expirationDate"] = token.expires ? Json(policy::format_time(*token.expires)) : Json(nullptr);
    manifest["tokenType"] = token.type;
    return manifest;
}

Json pat_manifest(const Json& manifest, const StoredToken& token) {
    return {{"name", token.name},
            {"type", "pat"},
            {"user_fqn", "user:" + token.owner},
            {"expiration_date", token.expires ? Json(policy::format_time(*token.expires)) : Json(nullptr)},
            {"ownedBy", manifest.at("ownedBy")},
            {"token_type", token.type}};
}

Json required_manifest(const StoredToken& token) {
    return {{"name", token.name}, {"type", "virtual-account"}, {"permissions", Json::array()}};
}

Json nulls_manifest(const StoredToken& token) {
    auto manifest = required_manifest(token);
    for (const auto* name : {"expiration_date", "auto_rotate", "notification_target", "secret_store_config",
                             "ownedBy", "tags", "identity_provider_mapping", "token_type"})
        manifest[name] = nullptr;
    return manifest;
}

// With a value for everything, and the members of others that may be there.
Json full_manifest(Json manifest, const StoredToken& token) {
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

void fill(Json& account, const StoredToken& token) {
    account["manifest"] = full_manifest(account["manifest"], token);
    if (account["jwts"].is_array()) account["jwts"][0]["metadata"] = {{"note", "make-believe"}};
    account["lastAccessedAt"] = policy::format_time(token.last_used.value_or(token.created));
    account["metadata"] = {{"note", "make-believe"}};
    account["roleIds"] = Json::array({"tenant-member"});
    account["rolesWithResource"] = Json::array({Json{{"roleId", "tenant-member"},
                                                     {"resourceType", "account"},
                                                     {"resourceId", token.account},
                                                     {"roleName", "Member"}}});
    account["createdBy"] = account["createdBySubject"]["subjectId"];
    account["nextScheduledRotation"] = policy::format_time(token.created + std::chrono::days{30});
    account["createdBySubject"].update({{"subjectDisplayName", "A user of the sandbox"},
                                        {"subjectPatName", "another-token"},
                                        {"subjectControllerName", "sandbox"},
                                        {"subjectExternalIdentitySlug", "sandbox:sub:" + token.owner}});
}

constexpr std::array optional_members{
    "jwtId",     "lastAccessedAt",       "isExpired", "jwts", "metadata", "roleIds", "rolesWithResource",
    "createdBy", "nextScheduledRotation"};
constexpr std::array optional_of_subject{"subjectSlug", "subjectDisplayName", "subjectPatName",
                                         "subjectControllerName", "subjectExternalIdentitySlug"};

void leave_required(Json& account, const StoredToken& token) {
    for (const auto* name : optional_members) account.erase(name);
    for (const auto* name : optional_of_subject) account["createdBySubject"].erase(name);
    account["manifest"] = required_manifest(token);
}

void make_null(Json& account, const StoredToken& token) {
    for (const auto* name : optional_members) account[name] = nullptr;
    for (const auto* name : optional_of_subject) account["createdBySubject"][name] = nullptr;
    account["manifest"] = nulls_manifest(token);
}

}  // namespace

Json reshaped(Json listed, const StoredToken& token, Shape shape) {
    if (shape == Shape::mixed)
        shape = (token.id.empty() ? 0 : token.id.back()) % 2 == 0 ? Shape::virtual_account : Shape::pat;
    // Whether an opaque token's JWT is listed is not documented; so it is, and it is not.
    if (token.type != "jwt" && shape != Shape::virtual_account && shape != Shape::full)
        listed["jwtId"] = listed["jwts"] = nullptr;
    switch (shape) {
        case Shape::virtual_account:
        case Shape::mixed: break;
        case Shape::full: fill(listed, token); break;
        case Shape::camel: listed["manifest"] = camel_manifest(listed["manifest"], token); break;
        case Shape::required: leave_required(listed, token); break;
        case Shape::nulls: make_null(listed, token); break;
        case Shape::flat:
            listed["name"] = token.name;
            listed.erase("manifest");
            break;
        case Shape::pat:
            listed["type"] = "pat";
            listed["isExpired"] = nullptr;
            listed["manifest"] = pat_manifest(listed["manifest"], token);
            break;
    }
    return listed;
}

}  // namespace tfy::lab
