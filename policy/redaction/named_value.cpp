// Tells the name in a value from the secret behind it.
#include "policy/redaction/named_value.hpp"

#include <algorithm>
#include <array>

#include "policy/redaction/characters.hpp"

namespace tfy::redaction {

namespace {

constexpr std::array<std::string_view, 2> name_prefixes = {"tfy_pat_", "tfy_va_"};
constexpr auto name_characters = characters("abcdefghijklmnopqrstuvwxyz0123456789_-");
constexpr std::size_t most_before_secret = 80;  // a prefix and a name of 64 characters, with room

bool is_written_name(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return has(name_characters, c); });
}

}  // namespace

std::size_t name_part(std::string_view value) {
    for (const auto prefix : name_prefixes) {
        if (!value.starts_with(prefix)) continue;
        const auto last = value.substr(0, most_before_secret).rfind('_');
        for (auto at = last; at > prefix.size(); at = value.rfind('_', at - 1))
            if (is_written_name(value.substr(prefix.size(), at - prefix.size()))) return at + 1;
    }
    return 0;
}

std::size_t begin_of_named(std::string_view text, std::size_t secret) {
    if (secret == 0 || text[secret - 1] != '_') return secret;
    const auto from = secret - std::min(secret, most_before_secret);
    const auto before = text.substr(from, secret - 1 - from);
    for (const auto prefix : name_prefixes) {
        const auto at = before.rfind(prefix);
        if (at != std::string_view::npos && is_written_name(before.substr(at + prefix.size())))
            return from + at;
    }
    return secret;
}

}  // namespace tfy::redaction
