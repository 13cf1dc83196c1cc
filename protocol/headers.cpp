// "Server Validation": an intermediary may have trusted these headers, so they must say what the body says.
#include "protocol/headers.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "protocol/member.hpp"
#include "protocol/meta.hpp"

namespace tfy::protocol {
namespace {

Error mismatch(std::string_view header, std::string_view why) {
    return {Errc::header_mismatch,
            "Header mismatch: " + escaped(header).append(" ").append(why) +
                " Nothing was done. Mirror the body in the header and send both again."};
}

/// Two of them in one message are still short.
std::string shown(std::string_view text) { return protocol::quoted(text); }

/// A header that must be there and say `expected`, in the same case.
Result<void> check_text(const HeaderLookup& header, std::string_view name, std::string_view expected) {
    const auto value = header(name);
    if (!value) return mismatch(name, "is missing, or is there twice.");
    if (*value != expected)
        return mismatch(name, "says " + shown(*value) + ", but the body says " + shown(expected) + ".");
    return {};
}

Result<void> check_version(const HeaderLookup& header, const Json& params) {
    constexpr std::string_view name = "MCP-Protocol-Version";
    const auto* version = named_version(params);
    if (version == nullptr || !version->is_string())
        return mismatch(name, "has no counterpart in the body's _meta.");
    return check_text(header, name, version->get_ref<const std::string&>());
}

/// The number that a header spells: "42" and "42.0" are the same.
std::optional<std::int64_t> read_integer(std::string_view text) {
    std::int64_t number = 0;
    const auto [rest, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failure != std::errc()) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(rest - text.data()));
    const bool whole =
        text.empty() || (text.size() > 1 && text[0] == '.' && text.find_first_not_of('0', 1) == text.npos);
    return whole ? std::optional(number) : std::nullopt;
}

/// Numbers that MCP allows in a header: integers that a double holds exactly.
bool same_integer(std::string_view text, const Json& number) {
    constexpr double limit = 9007199254740992.0;  // 2^53
    const auto value = number.get<double>();
    if (std::trunc(value) != value || std::abs(value) >= limit) return false;
    return read_integer(text) == static_cast<std::int64_t>(value);
}

bool same_value(std::string_view text, const Json& value) {
    if (value.is_string()) return value.get_ref<const std::string&>() == text;
    if (value.is_boolean()) return text == (value.get<bool>() ? "true" : "false");
    return value.is_number() && same_integer(text, value);
}

/// `value`: what the body holds, nullptr if it holds nothing. Arguments stay out of the message.
Result<void> check_mirror(const HeaderLookup& header, std::string_view name, const Json* value) {
    const auto raw = header(name);
    const bool absent = value == nullptr || value->is_null();
    if (!raw)
        return absent ? Result<void>()
                      : mismatch(name, "is missing or is there twice, but the body has the value.");
    if (absent) return mismatch(name, "is there, but the body has no such value.");
    const auto text = decode_header_value(*raw);
    if (!text) return mismatch(name, "holds bad Base64 or characters that no header may hold.");
    if (!same_value(*text, *value)) return mismatch(name, "differs from the body.");
    return {};
}

/// The name of the header that mirrors this argument, without its prefix; nullptr if none does.
const std::string* mirror_of(const Json& property) {
    const auto* mark = find_member(property, "x-mcp-header");
    return mark == nullptr ? nullptr : mark->get_ptr<const std::string*>();
}

/// Walks the chain of `properties`, the only place where the specification lets x-mcp-header stand.
Result<void> check_arguments(const HeaderLookup& header, const Json& schema, const Json* arguments) {
    const auto* properties = find_member(schema, "properties");
    if (properties == nullptr || !properties->is_object()) return {};
    for (const auto& [name, property] : properties->items()) {
        const auto* value = arguments == nullptr ? nullptr : find_member(*arguments, name);
        if (const auto* name_of_header = mirror_of(property))
            if (auto same = check_mirror(header, "Mcp-Param-" + *name_of_header, value); !same) return same;
        if (auto same = check_arguments(header, property, value); !same) return same;
    }
    return {};
}

/// The member of params that Mcp-Name mirrors; empty for methods without one.
std::string_view named_by(std::string_view method) {
    if (method == "tools/call" || method == "prompts/get") return "name";
    if (method == "resources/read") return "uri";
    if (method == "tasks/get" || method == "tasks/update" || method == "tasks/cancel") return "taskId";
    return {};
}

}  // namespace

bool mirrors_arguments(const Json& input_schema) {
    const auto* properties = find_member(input_schema, "properties");
    if (properties == nullptr || !properties->is_object()) return false;
    return std::any_of(properties->begin(), properties->end(), [](const Json& property) {
        return mirror_of(property) != nullptr || mirrors_arguments(property);
    });
}

Result<void> check_headers(const HeaderLookup& header, const Request& request, const Json& input_schema) {
    if (auto same = check_version(header, request.params); !same) return same;
    if (auto same = check_text(header, "Mcp-Method", request.method); !same) return same;
    if (const auto member = named_by(request.method); !member.empty())
        if (auto same = check_mirror(header, "Mcp-Name", find_member(request.params, member)); !same)
            return same;
    return check_arguments(header, input_schema, find_member(request.params, "arguments"));
}

}  // namespace tfy::protocol
