// Reading members: the checks that nlohmann/json would make by throwing.
#include "protocol/member.hpp"

namespace tfy::protocol {
namespace {

std::string path(std::string_view owner, std::string_view name) {
    return std::string(owner).append(".").append(name);
}

/// An optional member: hosts write null for one that they leave out.
const Json* find_given(const Json& object, std::string_view name) {
    const auto* member = find_member(object, name);
    return member == nullptr || member->is_null() ? nullptr : member;
}

}  // namespace

const Json* find_member(const Json& object, std::string_view name) {
    if (!object.is_object()) return nullptr;
    const auto found = object.find(name);
    return found == object.end() ? nullptr : &*found;
}

Error mistyped(std::string_view where, std::string_view expected) {
    return {Errc::invalid_params,
            std::string(where).append(" must be ").append(expected).append(". Nothing was done.")};
}

Result<std::string> read_string(const Json& object, std::string_view owner, std::string_view name) {
    const auto* member = find_member(object, name);
    if (member == nullptr || !member->is_string()) return mistyped(path(owner, name), "a string");
    return member->get<std::string>();
}

Result<std::optional<std::string>> read_optional_string(const Json& object, std::string_view owner,
                                                        std::string_view name) {
    if (find_given(object, name) == nullptr) return std::optional<std::string>();
    auto text = read_string(object, owner, name);
    if (!text) return text.error();
    return std::optional(std::move(*text));
}

Result<const Json*> read_optional_object(const Json& object, std::string_view owner, std::string_view name) {
    const auto* member = find_given(object, name);
    if (member != nullptr && !member->is_object()) return mistyped(path(owner, name), "an object");
    return member;
}

Result<std::map<std::string, std::string>> read_optional_strings(const Json& object, std::string_view owner,
                                                                 std::string_view name) {
    const auto member = read_optional_object(object, owner, name);
    if (!member) return member.error();
    std::map<std::string, std::string> strings;
    if (*member == nullptr) return strings;
    for (const auto& [key, value] : (*member)->items()) {
        if (value.is_null()) continue;
        if (!value.is_string()) return mistyped(path(owner, name) + "." + escaped(key), "text");
        strings.emplace(key, value.get<std::string>());
    }
    return strings;
}

}  // namespace tfy::protocol
