#include "tools/sandbox/answers.hpp"

#include <algorithm>

#include "protocol/parse.hpp"
#include "tools/truefoundry/types.hpp"

namespace tfy::sandbox {
namespace {

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

std::string percent_decoded(std::string_view text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const int high = text[i] == '%' && i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
        const int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
        if (low >= 0) {
            plain += static_cast<char>(high * 16 + low);
            i += 2;
        } else {
            plain += text[i];
        }
    }
    return plain;
}

Json or_null(const std::optional<policy::Time>& time) {
    return time ? Json(policy::format_time(*time)) : Json(nullptr);
}
Json or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

// A team must be named where there is an owner.
Json owned_by(const StoredToken& token) {
    if (token.team.empty()) return nullptr;
    return {{"team", token.team}, {"account", token.account}};
}

// The shape that the SDKs declare for these routes. `spelling`: of the two members that are met in both.
struct Spelling {
    const char* expiration = "expiration_date";
    const char* type = "token_type";
};
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
        case Shape::nulls:
            return {{"name", token.name},         {"type", "pat"},      {"user_fqn", "user:" + token.owner},
                    {"expiration_date", nullptr}, {"ownedBy", nullptr}, {"token_type", nullptr}};
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

void make_null(Json& account) {
    for (const auto* name : {"jwtId", "lastAccessedAt", "isExpired", "jwts", "metadata", "roleIds",
                             "rolesWithResource", "createdBy", "nextScheduledRotation"})
        account[name] = nullptr;
}

Error bad(std::string message) { return {Errc::refused, std::move(message)}; }

// An optional string; null counts as absent.
Result<std::string> read_text(const Json& body, const char* key) {
    const auto found = body.find(key);
    if (found == body.end() || found->is_null()) return std::string{};
    if (!found->is_string()) return bad(std::string(key) + " must be a string");
    return found->get<std::string>();
}

}  // namespace

std::optional<std::string> Target::find(std::string_view name) const {
    std::optional<std::string> found;
    for (const auto& [key, value] : query)
        if (key == name) found = value;
    return found;
}

Target read_target(std::string_view text) {
    const auto mark = text.find('?');
    Target target{.path = percent_decoded(text.substr(0, mark)), .query = {}};
    auto rest = mark == std::string_view::npos ? std::string_view{} : text.substr(mark + 1);
    while (!rest.empty()) {
        const auto pair = rest.substr(0, rest.find('&'));
        rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
        const auto equals = pair.find('=');
        const auto value = equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1);
        target.query.emplace_back(percent_decoded(pair.substr(0, equals)), percent_decoded(value));
    }
    return target;
}

Answer json_answer(int status, const Json& body) {
    Answer answer;
    answer.status = status;
    answer.body = body.dump(-1, ' ', false, Json::error_handler_t::replace);
    return answer;
}

Answer http_error(int status, std::string message) {
    return json_answer(status, {{"statusCode", status}, {"message", std::move(message)}});
}

Json write_virtual_account(const StoredToken& token, policy::Time now, Shape shape) {
    if (shape == Shape::mixed)
        shape = (token.id.empty() ? 0 : token.id.back()) % 2 == 0 ? Shape::virtual_account : Shape::pat;
    const bool is_pat = shape == Shape::pat || shape == Shape::nulls;
    auto account = required_members(token, is_pat);
    if (shape == Shape::flat)
        account["name"] = token.name;
    else
        account["manifest"] = manifest_of(token, shape);
    if (shape == Shape::nulls)
        make_null(account);
    else if (shape != Shape::required)
        add_optional_members(account, token, now, is_pat);
    return account;
}

Result<Wanted> read_wanted(std::string_view text, policy::Time now) {
    const auto body = protocol::parse(text);
    if (!body || !body->is_object()) return bad("The body must be a JSON object");
    auto name = read_text(*body, "name");
    auto type = read_text(*body, "tokenType");
    auto team = read_text(*body, "teamName");
    auto account = read_text(*body, "accountName");
    auto expiration = read_text(*body, "expirationDate");
    for (const auto* member : {&name, &type, &team, &account, &expiration})
        if (!*member) return member->error();
    if (!truefoundry::TokenName::read(*name))
        return bad(
            "name must be 3-36 characters, lowercase letters, digits and hyphens, and start with a letter");
    if (!type->empty() && *type != "jwt" && *type != "opaque")
        return bad("tokenType must be one of jwt, opaque");
    const auto expires = truefoundry::read_time(*expiration);
    if (!expiration->empty() && !expires) return bad("expirationDate must be an ISO 8601 date");
    if (expires && *expires <= now) return bad("expirationDate must be in the future");
    return Wanted{std::move(*name), type->empty() ? "jwt" : std::move(*type), std::move(*team),
                  std::move(*account), expires};
}

}  // namespace tfy::sandbox
