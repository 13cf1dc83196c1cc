#include "policy/human.hpp"

#include <algorithm>
#include <utility>

#include "policy/near_miss.hpp"

namespace tfy::policy {
namespace {

std::string in_lower_case(std::string_view name) {
    std::string lower(name);
    for (auto& c : lower)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return lower;
}

}  // namespace

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

bool same_person(std::string_view one, std::string_view other) {
    return in_lower_case(one) == in_lower_case(other);
}

bool is_slip_for(std::string_view typed, std::string_view known) {
    constexpr std::size_t shortest = 3;  // "ci" and "cy" are two names
    if (typed == known) return false;
    const auto [one, other] = std::pair(in_lower_case(typed), in_lower_case(known));
    return one == other || (other.size() >= shortest && edits_between(one, other) == 1);
}

}  // namespace tfy::policy
