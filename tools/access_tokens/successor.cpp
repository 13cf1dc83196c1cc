#include "tools/access_tokens/successor.hpp"

#include <algorithm>

#include "tools/access_tokens/expiration.hpp"
#include "tools/text.hpp"
#include "tools/truefoundry/wire.hpp"

namespace tfy::access_tokens {
namespace {

using truefoundry::AccessToken;
using truefoundry::TokenName;

constexpr std::size_t longest_name = 36;
constexpr std::size_t counter_digits = 3;
constexpr unsigned last_counter = 999;

struct Counted {
    std::string stem;
    unsigned counter = 1;  // a name without one is the first
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

Counted split(const std::string& text) {
    const auto hyphen = text.rfind('-');
    if (hyphen == std::string::npos || hyphen == 0) return {text};
    const auto digits = std::string_view(text).substr(hyphen + 1);
    const bool counts = !digits.empty() && digits.size() <= counter_digits && digits.front() != '0' &&
                        std::ranges::all_of(digits, is_digit);
    if (!counts) return {text};
    return {text.substr(0, hyphen), static_cast<unsigned>(std::stoul(std::string(digits)))};
}

std::string with_counter(std::string stem, unsigned counter) {
    const auto end = "-" + std::to_string(counter);
    stem.resize(std::min(stem.size(), longest_name - end.size()));
    while (stem.ends_with('-')) stem.pop_back();
    return stem + end;
}

}  // namespace

Result<TokenName> successor_name(const std::string& old_name, const std::vector<AccessToken>& all,
                                 const policy::Seals& seal) {
    const auto [stem, counter] = split(old_name);
    for (auto next = counter + 1; next <= last_counter; ++next) {
        auto lawful = TokenName::read(with_counter(stem, next));
        if (!lawful) break;
        if (std::ranges::find(all, lawful->text(), &AccessToken::name) == all.end()) return lawful;
    }
    return Error{Errc::refused, "No name for the successor follows from " + tools::in_quotes(seal, old_name) +
                                    ": give one as `name`. Nothing was created or deleted."};
}

Result<std::string> successor_expiration(const AccessToken& old, policy::Time now) {
    if (!old.expires) return std::string{};
    const auto least = std::chrono::seconds{1};
    if (!old.created || *old.expires - *old.created < least)
        return Error{Errc::refused,
                     "TrueFoundry does not say how long the old token was valid. Nothing was created or "
                     "deleted. Give the new token's expirationDate."};
    auto end = now + (*old.expires - *old.created);
    using std::chrono::days;
    const auto first = std::chrono::floor<days>(*old.created), last = std::chrono::floor<days>(*old.expires);
    const auto to_its_end = days{1} - std::chrono::seconds{1};
    if (last > first && std::chrono::floor<std::chrono::seconds>(*old.expires) == last + to_its_end)
        end = std::chrono::floor<days>(now) + (last - first) + to_its_end;
    return write_expiration(std::min(end, policy::Time(truefoundry::wire::last_moment)));
}

}  // namespace tfy::access_tokens
