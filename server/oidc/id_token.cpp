#include "server/oidc/id_token.hpp"

#include <algorithm>

#include "policy/human.hpp"
#include "policy/mac.hpp"
#include "protocol/text_in.hpp"
#include "server/jwt/claims.hpp"
#include "server/jwt/token.hpp"

namespace tfy::oidc {
namespace {

using protocol::text_in;

constexpr std::size_t most_ways = 10, longest_way = 64;
constexpr double skew = 10;  // seconds that two clocks may differ by
constexpr auto email_claim = "email", verified_claim = "email_verified";

Error not_in(const std::string& sentence) { return {Errc::denied, sentence}; }

/// The texts of an array, or the only one.
std::vector<std::string> texts_in(const Json& claims, const std::string& name) {
    std::vector<std::string> texts;
    const auto found = claims.find(name);
    if (found == claims.end()) return texts;
    if (found->is_string()) return {found->get<std::string>()};
    if (found->is_array())
        for (const auto& each : *found)
            if (each.is_string()) texts.push_back(each.get<std::string>());
    return texts;
}

bool has(const std::vector<std::string>& all, const std::string& one) {
    return std::ranges::find(all, one) != all.end();
}

}  // namespace

Result<void> check_id_token(const Json& claims, const ProviderSettings& provider, policy::Time now) {
    if (auto held = jwt::check_claims(claims, provider.issuer, provider.client_id, now); !held) return held;
    const bool for_several = claims.at("aud").is_array() && claims.at("aud").size() > 1;
    if ((for_several || claims.contains("azp")) && text_in(claims, "azp") != provider.client_id)
        return jwt::not_valid("it was asked for by someone else");
    return {};
}

bool has_nonce(const Json& claims, const std::string& nonce) {
    return !nonce.empty() && policy::same_bytes(text_in(claims, "nonce"), nonce);
}

Result<void> may_enter(const Json& claims, const ProviderSettings& provider) {
    const auto theirs = texts_in(claims, provider.groups_claim);
    if (std::ranges::none_of(provider.groups, [&](const std::string& each) { return has(theirs, each); }))
        return not_in("You are in no group of " + provider.host() +
                      " that may sign in here. Ask the operator of this server, who named the groups.");
    const auto ways = texts_in(claims, "amr");
    if (!std::ranges::all_of(provider.amr, [&](const std::string& each) { return has(ways, each); }))
        return not_in("You did not sign in to " + provider.host() +
                      " in the way that this server asks for (amr). Sign out there, then begin again.");
    return {};
}

// The address that asks for a new sign-in there is the browser's to change. When it took place is not.
Result<void> signed_in_since(const Json& claims, const ProviderSettings& provider, policy::Time begun,
                             policy::Time now) {
    const auto since = jwt::seconds_in(claims, "auth_time");
    if (!since)
        return not_in(
            provider.host() +
            " does not say when you signed in there (auth_time), so it cannot confirm that it is you.");
    const auto seconds = [](policy::Time time) {
        return std::chrono::duration<double>(time.time_since_epoch()).count();
    };
    if (*since - skew > seconds(now))
        return not_in(provider.host() +
                      " says that you signed in there at a time that is still to come. Tell the operator of "
                      "this server that its clock and the one there differ.");
    if (*since + skew < seconds(begun))
        return not_in(
            "You signed in to " + provider.host() +
            " before you began to confirm here. Confirm once more, and type your password there. If "
            "you did, tell the operator of this server that its clock and the one there differ.");
    return {};
}

Result<std::string> name_in(const Json& claims, const ProviderSettings& provider) {
    const auto& claim = provider.name_claim;
    auto name = text_in(claims, claim.c_str());
    const auto verified = claims.find(verified_claim);
    const bool is_verified = verified != claims.end() && *verified == true;
    if (claim == email_claim && !is_verified)
        return not_in(provider.host() +
                      " has not verified your e-mail address, so it cannot be your name here.");
    if (!policy::is_person_name(name))
        return not_in("What " + provider.host() + " says as your " + claim +
                      " is no name that can be used here: " + std::string(policy::person_names) + ".");
    return name;
}

Json how_in(const Json& claims) {
    Json how = Json::object();
    const auto fits = [](const std::string& way) { return way.size() <= longest_way; };
    if (const auto acr = text_in(claims, "acr"); !acr.empty() && fits(acr)) how["acr"] = acr;
    auto ways = texts_in(claims, "amr");
    std::erase_if(ways, [&](const std::string& way) { return !fits(way); });
    ways.resize(std::min(ways.size(), most_ways));
    if (!ways.empty()) how["amr"] = ways;
    return how;
}

}  // namespace tfy::oidc
