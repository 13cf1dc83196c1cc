#include "server/jwt/claims.hpp"

#include <algorithm>
#include <optional>

#include "protocol/text_in.hpp"
#include "server/jwt/token.hpp"

namespace tfy::jwt {
namespace {

constexpr double skew = 60;
constexpr double last_second = 253'402'300'799;  // of the year 9999
constexpr std::size_t longest_subject = 255;

bool is_for(const Json& claims, const std::string& audience) {
    const auto found = claims.find("aud");
    if (found == claims.end()) return false;
    if (found->is_string()) return *found == audience;
    return found->is_array() &&
           std::ranges::all_of(*found, [](const Json& each) { return each.is_string(); }) &&
           std::ranges::find(*found, Json(audience)) != found->end();
}

}  // namespace

std::optional<double> seconds_in(const Json& claims, const char* name) {
    const auto found = claims.find(name);
    if (found == claims.end() || !found->is_number()) return std::nullopt;
    const auto seconds = found->get<double>();
    if (!(seconds >= 0 && seconds <= last_second)) return std::nullopt;
    return seconds;
}

Result<void> check_times(const Json& claims, policy::Time at) {
    const auto now = std::chrono::duration<double>(at.time_since_epoch()).count();
    const auto end = seconds_in(claims, "exp");
    const auto issued = seconds_in(claims, "iat");
    if (!end || !issued) return not_valid("it does not say when it was issued and when it ends");
    if (*end + skew <= now) return not_valid("it is expired");
    if (*issued - skew > now) return not_valid("it was issued in the future: are both clocks right?");
    if (!claims.contains("nbf")) return {};
    const auto begin = seconds_in(claims, "nbf");
    if (!begin || *begin - skew > now) return not_valid("it does not hold yet: are both clocks right?");
    return {};
}

Result<void> check_claims(const Json& claims, const std::string& issuer, const std::string& audience,
                          policy::Time now) {
    if (issuer.empty() || protocol::text_in(claims, "iss") != issuer)
        return not_valid("another issuer made it");
    if (audience.empty() || !is_for(claims, audience)) return not_valid("it was made for someone else");
    if (auto timely = check_times(claims, now); !timely) return timely;
    const auto subject = protocol::text_in(claims, "sub");
    if (subject.empty() || subject.size() > longest_subject)
        return not_valid("it does not say of whom it tells");
    return {};
}

}  // namespace tfy::jwt
