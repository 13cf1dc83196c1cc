// What a JWT says of itself, read and not verified.
#include "policy/base64url.hpp"
#include "protocol/parse.hpp"
#include "protocol/text_in.hpp"
#include "server/upstream/api_key.hpp"

namespace tfy::upstream {
namespace {

/// The payload of a JWT; null for anything else.
Json payload_of(std::string_view value) {
    const auto first = value.find('.');
    const auto second = first == std::string_view::npos ? first : value.find('.', first + 1);
    if (second == std::string_view::npos) return nullptr;
    const auto part = value.substr(first + 1, second - first - 1);
    auto payload = policy::from_base64url(part);
    if (!payload) return nullptr;
    auto claims = protocol::parse(*payload);
    policy::wipe(*payload);
    return claims && claims->is_object() ? std::move(*claims) : Json(nullptr);
}

/// Seconds since 1970, within what a calendar has.
std::optional<policy::Time> seconds(const Json& claims, const char* name) {
    constexpr double year_9999 = 253402300799;
    const auto found = claims.find(name);
    if (found == claims.end() || !found->is_number()) return std::nullopt;
    const auto number = found->get<double>();
    if (!(number >= 0 && number <= year_9999)) return std::nullopt;
    return policy::Time{std::chrono::seconds{static_cast<std::int64_t>(number)}};
}

}  // namespace

tools::KeyFacts read_claims(std::string_view value) {
    tools::KeyFacts facts{.set = true};
    const auto claims = payload_of(value);
    if (!claims.is_object()) return facts;
    facts.is_jwt = true;
    for (const auto* name : {"jti", "jwtId", "id"})
        if (auto id = protocol::text_in(claims, name); !id.empty()) facts.jwt_ids.push_back(std::move(id));
    for (const auto* name : {"subjectSlug", "email", "username"})
        if (facts.subject.empty()) facts.subject = protocol::text_in(claims, name);
    facts.subject_type = protocol::text_in(claims, "subjectType");
    facts.expires = seconds(claims, "exp");
    return facts;
}

}  // namespace tfy::upstream
