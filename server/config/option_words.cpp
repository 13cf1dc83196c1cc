#include "server/config/option_words.hpp"

#include <algorithm>

namespace tfy::config {

bool is_like_a_name(std::string_view text) {
    constexpr std::size_t longest = 24;
    const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || c == '-' || c == '_'; };
    return !text.empty() && text.size() <= longest && std::ranges::all_of(text, plain);
}

std::string option_in_words(std::string_view typed) {
    const auto dashes = std::min(typed.find_first_not_of('-'), typed.size());
    const auto name = typed.substr(dashes);
    const bool letter = name.size() == 1;
    return letter || is_like_a_name(name) ? std::string(typed) : "(not shown: it may be a secret)";
}

}  // namespace tfy::config
