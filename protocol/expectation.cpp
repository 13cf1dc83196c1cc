// Keywords of a schema as people would say them.
#include "protocol/expectation.hpp"

#include <algorithm>
#include <vector>

#include "protocol/member.hpp"
#include "protocol/near_miss.hpp"
#include "protocol/parse.hpp"

namespace tfy::protocol {
namespace {

/// A value of a schema for people: texts bare.
std::string plain(const Json& value) { return value.is_string() ? value.get<std::string>() : spaced(value); }

/// How people call a value of this JSON type.
std::string_view type_word(std::string_view type) {
    if (type == "string") return "text";
    if (type == "integer") return "a whole number";
    if (type == "number") return "a number";
    if (type == "object") return "an object";
    if (type == "array") return "a list";
    if (type == "boolean") return "true or false";
    return "null";
}

std::string_view type_word_of(const Json& given) {
    return given.is_number() ? type_word("number") : type_word(given.type_name());
}

/// "1 to 100", "at least 1", "at most 100"; empty if neither bound is there.
std::string range(const Json& schema, std::string_view low, std::string_view high) {
    const auto* least = find_member(schema, low);
    const auto* most = find_member(schema, high);
    if (least != nullptr && most != nullptr) return plain(*least) + " to " + plain(*most);
    if (least != nullptr) return "at least " + plain(*least);
    return most != nullptr ? "at most " + plain(*most) : std::string{};
}

std::string bounds(const Json& schema, const Json& given) {
    if (given.is_number()) {
        const auto numbers = range(schema, "minimum", "maximum");
        const bool between = find_member(schema, "minimum") && find_member(schema, "maximum");
        return numbers.empty() ? numbers : (between ? "Use a number from " : "Use ") + numbers;
    }
    const auto sizes =
        given.is_string() ? range(schema, "minLength", "maxLength") : range(schema, "minItems", "maxItems");
    return sizes.empty() ? sizes : "Use " + sizes + (given.is_string() ? " characters" : " entries");
}

std::string one_of(const Json& choices, const Json& given) {
    std::vector<std::string> names;
    for (const auto& each : choices) names.push_back(plain(each));
    std::string out = "Use one of ";
    for (const auto& each : names) out.append(&each == &names.front() ? "" : ", ").append(each);
    if (!given.is_string()) return out + ".";
    const std::vector<std::string_view> words(names.begin(), names.end());
    const auto near = near_miss(given.get_ref<const std::string&>(), words);
    return out + "." + (near ? " Did you mean " + std::string(*near) + "?" : "");
}

/// Why text in the place of an object, begun as one, is none.
std::optional<std::string> unreadable_object(const Json& types, const Json& given) {
    const bool wanted = std::ranges::find(types, Json("object")) != types.end();
    if (!wanted || !given.is_string() || !given.get_ref<const std::string&>().starts_with('{'))
        return std::nullopt;
    const auto parsed = parse(given.get_ref<const std::string&>());
    if (parsed) return std::nullopt;
    const auto& why = parsed.error().message;
    return why.substr(0, why.find(". Nothing"));
}

}  // namespace

std::string spaced(const Json& value) {
    if (!value.is_structured() || value.empty())
        return value.dump(-1, ' ', false, Json::error_handler_t::replace);
    std::string out(value.is_object() ? "{" : "[");
    for (const auto& [name, member] : value.items()) {
        if (out.size() > 1) out += ", ";
        if (value.is_object()) out += Json(name).dump() + ": ";
        out += spaced(member);
    }
    return out + (value.is_object() ? "}" : "]");
}

std::optional<Json> example_of(const Json& schema) {
    if (const auto* example = find_member(schema, "example")) return *example;
    const auto* properties = find_member(schema, "properties");
    const auto* required = find_member(schema, "required");
    if (properties == nullptr || required == nullptr) return std::nullopt;
    auto object = Json::object();
    for (const auto& name : *required) {
        const auto* member = find_member(*properties, name.get_ref<const std::string&>());
        if (auto its = member == nullptr ? std::nullopt : example_of(*member)) object[name] = std::move(*its);
    }
    return object.empty() ? std::nullopt : std::optional(std::move(object));
}

std::string for_example(const Json& schema) {
    const auto example = example_of(schema);
    return example ? ", for example " + plain(*example) : std::string{};
}

std::string wanted_type(const Json& schema, const Json& given) {
    const auto* type = find_member(schema, "type");
    if (type == nullptr) return "is not as its description says.";
    const auto types = type->is_array() ? *type : Json::array({*type});
    if (const auto why = unreadable_object(types, given))
        return "must be an object" + for_example(schema) + "; this text cannot be read as one: " + *why + ".";
    std::string words;
    for (const auto& each : types) {
        // Who sends text is told first that it should be a number at all.
        const bool any = each == "integer" && !given.is_number();
        words.append(words.empty() ? "" : " or ")
            .append(any ? type_word("number") : type_word(each.get_ref<const std::string&>()));
    }
    const bool nearly = given.is_number() && words == type_word("integer");
    if (!nearly) words.append(", not ").append(type_word_of(given));
    const auto* advice = find_member(schema, "advice");
    const bool advise = advice != nullptr && !example_of(schema);
    return "must be " + words + for_example(schema) + "." + (advise ? " " + plain(*advice) : std::string{});
}

std::string wanted_value(const Json& schema, const Json& given) {
    if (const auto* choices = find_member(schema, "enum")) return one_of(*choices, given);
    if (const auto* advice = find_member(schema, "advice")) return plain(*advice);
    if (const auto* value = find_member(schema, "const")) return "Use " + plain(*value) + ".";
    const auto words = bounds(schema, given);
    if (!words.empty()) return words + for_example(schema) + ".";
    return "Use what its description says" + for_example(schema) + ".";
}

}  // namespace tfy::protocol
