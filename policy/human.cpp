#include "policy/human.hpp"

#include <algorithm>

namespace tfy::policy {

bool is_person_name(std::string_view name) {
    const auto alphanumeric = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    };
    const auto plain = [&](char c) {
        return alphanumeric(c) || c == '.' || c == '-' || c == '@' || c == '+';
    };
    return !name.empty() && name.size() <= 64 && alphanumeric(name.front()) &&
           std::ranges::all_of(name, plain);
}

}  // namespace tfy::policy
