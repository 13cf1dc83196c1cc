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

// "yyyy-mm-dd", as a virtual account's manifest documents it: the hour is in `jwts` alone.
Json date_or_null(const std::optional<policy::Time>& time) {
    return time ? Json(policy::format_time(*time).substr(0, 10)) : Json(nullptr);
}

Json manifest_of(const StoredToken& token) {
    return {{"name", token.name},
            {"type", "virtual-account"},
            {"permissions", Json::array()},
            {"expiration_date", date_or_null(token.expires)},
            {"ownedBy", owned_by(token)},
            {"token_type", token.type},
            {"tags", nullptr}};
}

// A Jwt has an expiry: a token that never ends is listed without its JWT, but for its id. Whether an opaque
// token's is listed is not documented; here it is.
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

}  // namespace

Json write_virtual_account(const StoredToken& token, policy::Time now) {
    const auto created = policy::format_time(token.created);
    return {{"id", token.id},
            {"type", "virtual-account"},
            {"tenantName", tenant},
            {"manifest", manifest_of(token)},
            {"jwtId", or_null(token.jwt_id)},
            {"jwts", jwts_of(token)},
            {"createdBySubject",
             {{"subjectId", "user-" + token.owner.substr(0, token.owner.find('@'))},
              {"subjectType", "user"},
              {"subjectSlug", token.owner},
              {"subjectDisplayName", nullptr},
              {"subjectPatName", nullptr}}},
            {"createdAt", created},
            {"updatedAt", created},
            {"lastAccessedAt", or_null(token.last_used)},
            {"isExpired", token.expires && *token.expires <= now},
            {"accountId", tenant},
            {"metadata", nullptr},
            {"createdBy", nullptr},
            {"nextScheduledRotation", nullptr}};
}

}  // namespace tfy::sandbox
