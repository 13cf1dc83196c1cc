// Nothing is guessed: each step gives the one value that the other spelling stands for, or leaves it alone.
#include "protocol/arguments.hpp"

#include <algorithm>
#include <cmath>

#include "protocol/member.hpp"
#include "protocol/parse.hpp"

namespace tfy::protocol {
namespace {

bool admits(const Json& schema, std::string_view type) {
    const auto* wanted = find_member(schema, "type");
    if (wanted == nullptr || !wanted->is_array()) return wanted != nullptr && *wanted == type;
    return std::ranges::find(*wanted, Json(type)) != wanted->end();
}

/// A double holds every whole number up to here; beyond, it may stand for a neighbour.
constexpr double largest_exact = 9'007'199'254'740'991.0;

Json whole_number(double number) {
    if (number < 0) return static_cast<std::int64_t>(number);
    return static_cast<std::uint64_t>(number);  // -0.0 too
}

void read_number(const Json& schema, Json& value) {
    if (!value.is_number_float() || !admits(schema, "integer") || admits(schema, "number")) return;
    const auto number = value.get<double>();
    if (std::trunc(number) == number && std::abs(number) <= largest_exact) value = whole_number(number);
}

void read_text(const Json& schema, Json& value) {
    if (!value.is_string() || !admits(schema, "object") || admits(schema, "string")) return;
    auto parsed = parse(value.get_ref<const std::string&>());
    if (parsed && parsed->is_object()) value = std::move(*parsed);
}

/// Takes the members that are null out, and looks into the others.
void read_members(const Json& properties, Json& object) {
    for (auto member = object.begin(); member != object.end();) {
        const auto* schema = find_member(properties, member.key());
        if (schema != nullptr && member->is_null() && !admits(*schema, "null")) {
            member = object.erase(member);
            continue;
        }
        if (schema != nullptr) *member = as_meant(*schema, std::move(*member));
        ++member;
    }
}

}  // namespace

Json as_meant(const Json& schema, Json value) {
    read_number(schema, value);
    read_text(schema, value);
    const auto* properties = find_member(schema, "properties");
    if (properties != nullptr && value.is_object()) read_members(*properties, value);
    const auto* items = find_member(schema, "items");
    if (items != nullptr && value.is_array())
        for (auto& each : value) each = as_meant(*items, std::move(each));
    return value;
}

}  // namespace tfy::protocol
