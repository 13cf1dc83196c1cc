// Checked reading of stored JSON.
#include "policy/members.hpp"

#include <limits>

namespace tfy::policy {

Members::Members(const Json& object, std::string path, std::string& problem)
    : object_(object), path_(std::move(path)), problem_(problem) {
    if (!object.is_object() && problem_.empty())
        problem_ = (path_.empty() ? "it" : "'" + path_ + "'") + " is not an object";
}

void Members::fail(const char* key, const char* what) const {
    if (problem_.empty()) problem_ = "'" + (path_.empty() ? "" : path_ + ".") + key + "' " + what;
}

const Json* Members::find(const char* key) const {
    if (!object_.is_object()) return nullptr;
    const auto found = object_.find(key);
    if (found != object_.end()) return &*found;
    fail(key, "is missing");
    return nullptr;
}

std::string Members::text(const char* key) const {
    const auto* found = find(key);
    if (found && found->is_string()) return found->get<std::string>();
    fail(key, "is not a string");
    return {};
}

bool Members::flag(const char* key) const {
    const auto* found = find(key);
    if (found && found->is_boolean()) return found->get<bool>();
    fail(key, "is neither true nor false");
    return false;
}

std::int64_t Members::integer(const char* key) const {
    const auto* found = find(key);
    constexpr auto largest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    const bool fits = found && found->is_number_integer() &&
                      (!found->is_number_unsigned() || found->get<std::uint64_t>() <= largest);
    if (fits) return found->get<std::int64_t>();
    fail(key, "is not an integer");
    return 0;
}

Time Members::time(const char* key) const {
    const auto* found = find(key);
    const auto time =
        found && found->is_string() ? read_time(found->get_ref<const std::string&>()) : std::nullopt;
    // Another spelling than ours was put there by someone else.
    if (!time || format_time(*time) != found->get_ref<const std::string&>())
        fail(key, "is not a time as it was written");
    return time.value_or(Time{});
}

std::vector<std::string> Members::texts(const char* key) const {
    const auto* found = find(key);
    std::vector<std::string> all;
    if (!found || !found->is_array()) {
        fail(key, "is not an array");
        return all;
    }
    for (const auto& each : *found) {
        if (each.is_string())
            all.push_back(each.get<std::string>());
        else
            fail(key, "holds something that is not a string");
    }
    return all;
}

Json Members::value(const char* key) const {
    const auto* found = find(key);
    return found ? *found : Json(nullptr);
}

Json Members::object(const char* key) const {
    const auto* found = find(key);
    if (found && found->is_object()) return *found;
    fail(key, "is not an object");
    return Json::object();
}

bool Members::is_null(const char* key) const {
    const auto* found = find(key);
    return !found || found->is_null();
}

Members Members::member(const char* key) const {
    const auto* found = find(key);
    return {found ? *found : object_, path_.empty() ? key : path_ + "." + key, problem_};
}

std::vector<Members> Members::list(const char* key) const {
    const auto* found = find(key);
    std::vector<Members> all;
    if (!found || !found->is_array()) {
        fail(key, "is not an array");
        return all;
    }
    const auto path = path_.empty() ? key : path_ + "." + key;
    for (const auto& each : *found)
        all.emplace_back(each, path + "[" + std::to_string(all.size()) + "]", problem_);
    return all;
}

}  // namespace tfy::policy
