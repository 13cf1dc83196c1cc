// Complaints in words: valijson's sentence says which keyword failed and where, the schema says what it
// wants.
#include "protocol/violation.hpp"

#include <algorithm>
#include <charconv>
#include <span>

#include "protocol/expectation.hpp"
#include "protocol/member.hpp"
#include "protocol/near_miss.hpp"

namespace tfy::protocol {
namespace {

using Way = std::span<const std::string>;

/// What is only the echo of a complaint about something inside.
bool is_echo(const Complaint& complaint) { return complaint.sentence.starts_with("Failed to validate"); }

bool is_about_members(std::string_view sentence) {
    return sentence.starts_with("Object contains a property");
}
bool is_about_missing(std::string_view sentence) { return sentence.starts_with("Missing required"); }
bool is_about_value(const Complaint& complaint) {
    return !is_about_members(complaint.sentence) && !is_about_missing(complaint.sentence);
}

std::string_view step_name(const std::string& step) {
    return std::string_view(step).substr(1, step.size() - 2);  // without the brackets
}

/// `way` without the root.
std::string path(Way way, std::string_view last = {}) {
    std::string out;
    for (const auto& step : way) out.append(out.empty() ? "" : ".").append(step_name(step));
    if (!last.empty()) out.append(out.empty() ? "" : ".").append(last);
    return out.empty() ? "arguments" : escaped(out);
}

/// nullptr if it is not to be found by properties and items alone.
const Json* schema_at(const Json& root, Way way) {
    const auto* schema = &root;
    for (const auto& step : way) {
        if (schema == nullptr) return nullptr;
        const auto* properties = find_member(*schema, "properties");
        const auto* inner = properties == nullptr ? nullptr : find_member(*properties, step_name(step));
        schema = inner != nullptr ? inner : find_member(*schema, "items");
    }
    return schema;
}

const Json* element(const Json& array, std::string_view index) {
    std::size_t at = 0;
    const auto read = std::from_chars(index.data(), index.data() + index.size(), at);
    return read.ec == std::errc() && at < array.size() ? &array[at] : nullptr;
}

const Json* value_at(const Json& root, Way way) {
    const auto* value = &root;
    for (const auto& step : way) {
        if (value == nullptr) return nullptr;
        value = value->is_array() ? element(*value, step_name(step)) : find_member(*value, step_name(step));
    }
    return value;
}

/// The name at the end of valijson's sentence: "… property 'name'."
std::string_view named(std::string_view sentence, std::string_view before) {
    const auto start = sentence.find(before) + before.size();
    return sentence.substr(start, sentence.rfind('\'') - start);
}

const Json& properties_of(const Json* schema) {
    static const Json none = Json::object();
    const auto* properties = schema == nullptr ? nullptr : find_member(*schema, "properties");
    return properties != nullptr && properties->is_object() ? *properties : none;
}

/// "name", "name and reason", "a, b and c".
std::string listed(const std::vector<std::string>& names) {
    std::string out;
    for (std::size_t i = 0; i < names.size(); ++i)
        out.append(i == 0 ? "" : i + 1 == names.size() ? " and " : ", ").append(names[i]);
    return out;
}

/// Words for one stranger take a look at every name that is known; a message can hold very many.
constexpr std::size_t most_in_words = 16;

/// The members of one object that its schema does not know.
class Strangers {
public:
    Strangers(const Json& root, const Json& value, Way way)
        : root_(root), way_(way), known_(properties_of(schema_at(root, way))) {
        const auto* object = value_at(value, way);
        if (object == nullptr || !object->is_object()) return;
        for (const auto& [name, member] : object->items()) {
            if (known_.contains(name)) continue;
            if (names_.size() < most_in_words)
                names_.push_back(name);
            else
                ++untold_;
        }
    }
    /// How many are beyond those that words are found for.
    std::size_t untold() const { return untold_; }

    std::vector<std::string> told() const {
        std::vector<std::string> sentences;
        for (const auto& [inner, schema] : known_.items()) {
            const auto moved = inside(schema);
            if (!moved.empty()) sentences.push_back(put_inside(inner, schema, moved));
        }
        for (const auto& name : names_)
            if (!is_inside_one(name)) sentences.push_back(about(name));
        return sentences;
    }

    /// Whether one of them belongs into the member `name`, so that its being missing goes without saying.
    bool fill(std::string_view name) const {
        const auto* schema = find_member(known_, name);
        return schema != nullptr && !inside(*schema).empty();
    }

private:
    std::vector<std::string> inside(const Json& schema) const {
        std::vector<std::string> moved;
        std::ranges::copy_if(names_, std::back_inserter(moved),
                             [&](const auto& name) { return properties_of(&schema).contains(name); });
        return moved;
    }

    bool is_inside_one(const std::string& name) const {
        return std::ranges::any_of(known_,
                                   [&](const Json& schema) { return properties_of(&schema).contains(name); });
    }

    std::string put_inside(const std::string& inner, const Json& schema,
                           const std::vector<std::string>& moved) const {
        auto example = example_of(schema).value_or(Json::object());
        for (const auto& name : moved)
            if (auto its = example_of(properties_of(&schema).at(name))) example[name] = std::move(*its);
        auto around = Json::object();
        around[inner] = std::move(example);
        return "Put " + std::string(moved.size() == 1 ? "the " : "") + listed(moved) + " inside " +
               path(way_, inner) + ": " + spaced(around) + ".";
    }

    std::string about(const std::string& name) const {
        const auto& around =
            properties_of(way_.empty() ? nullptr : schema_at(root_, way_.first(way_.size() - 1)));
        if (around.contains(name))
            return path(way_, name) + ": put it beside " + std::string(step_name(way_.back())) +
                   ", not inside.";
        std::vector<std::string> names;
        for (const auto& [each, schema] : known_.items()) names.push_back(each);
        const std::vector<std::string_view> words(names.begin(), names.end());
        const auto near = near_miss(name, words);
        const auto hint = near            ? " Did you mean " + std::string(*near) + "?"
                          : names.empty() ? " Leave it out: there are no arguments."
                                          : " Use " + listed(names) + ".";
        const auto named = path(way_, name);
        return "Unknown argument " + named + (named.ends_with('.') ? "" : ".") + hint;
    }

    const Json& root_;
    Way way_;
    const Json& known_;
    std::vector<std::string> names_ = {};
    std::size_t untold_ = 0;
};

std::string about_missing(const Json& root, Way way, std::string_view name) {
    const auto* schema = find_member(properties_of(schema_at(root, way)), name);
    return path(way, name) + ": is missing" +
           (schema == nullptr ? std::string(".") : for_example(*schema) + ".");
}

std::string about_value(const Json& root, const Json& value, Way way, std::string_view sentence) {
    const auto* schema = schema_at(root, way);
    const auto* given = value_at(value, way);
    if (schema == nullptr || given == nullptr) return path(way) + ": is not as its description says.";
    const bool of_type = sentence.starts_with("Value type not permitted");
    return path(way) + ": " + (of_type ? wanted_type(*schema, *given) : wanted_value(*schema, *given));
}

/// `untold` grows by those that have no words of their own.
std::vector<std::string> in_words(const Json& root, const Json& value, const Complaint& complaint,
                                  std::size_t& untold) {
    const auto way = Way(complaint.way).subspan(complaint.way.empty() ? 0 : 1);
    const std::string_view sentence = complaint.sentence;
    if (is_about_members(sentence)) {
        const Strangers strangers(root, value, way);
        untold += strangers.untold();
        return strangers.told();
    }
    if (!is_about_missing(sentence)) return {about_value(root, value, way, sentence)};
    const auto name = named(sentence, "property '");
    if (Strangers(root, value, way).fill(name)) return {};
    return {about_missing(root, way, name)};
}

}  // namespace

std::string describe(const Json& schema, const Json& value, const std::vector<Complaint>& complaints) {
    constexpr std::size_t most = 3;
    std::vector<std::string> told;
    std::size_t untold = 0;
    std::vector<std::vector<std::string>> judged;  // a value that breaks two rules is told of once
    for (const auto& each : complaints) {
        if (is_echo(each)) continue;
        if (is_about_value(each)) {
            if (std::ranges::find(judged, each.way) != judged.end()) continue;
            judged.push_back(each.way);
        }
        for (auto& sentence : in_words(schema, value, each, untold)) told.push_back(std::move(sentence));
    }
    if (told.empty()) return "They are not as their descriptions say.";

    std::string out;
    for (std::size_t i = 0; i < std::min(most, told.size()); ++i)
        out.append(out.empty() ? "" : " ").append(told[i]);
    const auto more = told.size() + untold - std::min(most, told.size());
    if (more > 0) out.append(" And ").append(std::to_string(more)).append(" more.");
    return out;
}

}  // namespace tfy::protocol
