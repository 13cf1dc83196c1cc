#include "tools/sandbox/account.hpp"

#include <algorithm>

namespace tfy::sandbox {
namespace {

bool can_be_name(std::string_view text) {
    const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
    return !text.empty() && text.size() <= 32 && std::ranges::all_of(text, fits) && text != Account{}.name;
}

}  // namespace

Result<Account> read_account(std::string_view text) {
    constexpr std::string_view forbidden = ":forbidden";
    const bool may_manage = !text.ends_with(forbidden);
    const auto name = may_manage ? text : text.substr(0, text.size() - forbidden.size());
    if (!can_be_name(name))
        return Error{Errc::refused,
                     "An account's name has 1 to 32 lowercase letters, digits or hyphens, followed by "
                     "':forbidden' if its key may not manage tokens. The account dana always exists."};
    return Account{.name = std::string(name),
                   .key = "tfy-sandbox-key-" + std::string(name) + "-not-a-secret",
                   .may_manage = may_manage};
}

}  // namespace tfy::sandbox
