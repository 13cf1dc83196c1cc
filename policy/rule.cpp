// Destinations by name, and the patterns of rules.
#include "policy/rule.hpp"

#include <algorithm>
#include <array>

namespace tfy::policy {
namespace {

constexpr std::array<std::string_view, 3> destination_names{"page", "agent", "none"};  // in the enum's order

/// Where the UTF-8 character after the one at `at` starts.
std::size_t after(std::string_view text, std::size_t at) {
    do ++at;
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80);
    return at;
}

}  // namespace

std::string_view to_string(Destination destination) {
    return destination_names[static_cast<std::size_t>(destination)];
}

std::optional<Destination> read_destination(std::string_view text) {
    const auto found = std::ranges::find(destination_names, text);
    if (found == destination_names.end()) return std::nullopt;
    return static_cast<Destination>(found - destination_names.begin());
}

bool asks_for_people(const Rule& rule) {
    return !rule.approvers.empty() || rule.quorum > 1 || !rule.self_approval;
}

// On a mismatch the last '*' takes one character more; earlier ones never need to be tried again.
bool glob(std::string_view pattern, std::string_view text) {
    std::size_t p = 0, t = 0;
    std::optional<std::size_t> star, resume;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            resume = t;
        } else if (p < pattern.size() && pattern[p] == '?') {
            ++p;
            t = after(text, t);
        } else if (p < pattern.size() && pattern[p] == text[t]) {
            ++p;
            ++t;
        } else if (star) {
            p = *star + 1;
            resume = t = after(text, *resume);
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

}  // namespace tfy::policy
