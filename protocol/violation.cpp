// Complaints in words: valijson's sentence says which keyword failed, the schema says what it wants.
#include "protocol/violation.hpp"

#include <algorithm>

#include "protocol/member.hpp"

namespace tfy::protocol {
namespace {

struct Phrase {
    std::string_view sentence;  // how valijson's begins
    std::string_view keyword;   // whose value ends ours
    std::string_view words;
};

constexpr Phrase phrases[] = {
    {"Value type not permitted", "type", "must be of type "},
    {"Failed to match regex", "pattern", "must match "},
    {"Failed to match against any enum", "enum", "must be one of "},
    {"Failed to match expected value", "const", "must be "},
    {"String should be no more", "maxLength", "must have no more characters than "},
    {"String should be no fewer", "minLength", "must have no fewer characters than "},
    {"String should be a valid", "format", "must be a valid "},
    {"Expected number less than or equal", "maximum", "must not be over "},
    {"Expected number less than", "maximum", "must be under "},
    {"Expected number greater than or equal", "minimum", "must not be under "},
    {"Expected number greater than", "minimum", "must be over "},
    {"Array should contain no more", "maxItems", "must have no more elements than "},
    {"Array should contain no fewer", "minItems", "must have no fewer elements than "},
};

/// What is only the echo of a complaint about something inside.
bool is_echo(const Complaint& complaint) { return complaint.sentence.starts_with("Failed to validate"); }

std::string_view step_name(const std::string& step) {
    return std::string_view(step).substr(1, step.size() - 2);  // without the brackets
}

std::string path(const Complaint& complaint, std::string_view last = {}) {
    std::string out;
    for (auto step = complaint.way.begin() + 1; step < complaint.way.end(); ++step)
        out.append(out.empty() ? "" : ".").append(step_name(*step));
    if (!last.empty()) out.append(out.empty() ? "" : ".").append(last);
    return out.empty() ? "arguments" : escaped(out);
}

/// The schema of the value at the end of the way; nullptr where it is not to be found by properties and items
/// alone.
const Json* schema_at(const Json& root, const std::vector<std::string>& way) {
    const auto* schema = &root;
    for (auto step = way.begin() + 1; step < way.end() && schema != nullptr; ++step) {
        const auto* properties = find_member(*schema, "properties");
        const auto* inner = properties == nullptr ? nullptr : find_member(*properties, step_name(*step));
        schema = inner != nullptr ? inner : find_member(*schema, "items");
    }
    return schema;
}

/// A keyword's value for people: texts bare, lists with commas.
std::string spelled(const Json& value) {
    if (value.is_string()) return value.get<std::string>();
    if (!value.is_array()) return value.dump();
    std::string out;
    for (const auto& each : value) out.append(out.empty() ? "" : ", ").append(spelled(each));
    return out;
}

/// The name at the end of valijson's sentence: "… constraints: 'name'."
std::string_view named(std::string_view sentence, std::string_view before) {
    const auto start = sentence.find(before) + before.size();
    return sentence.substr(start, sentence.rfind('\'') - start);
}

std::string in_words(const Json& root, const Complaint& complaint) {
    const std::string_view sentence = complaint.sentence;
    if (sentence.starts_with("Missing required"))
        return path(complaint, named(sentence, "property '")) + ": is missing";
    if (sentence.starts_with("Object contains a property"))
        return path(complaint, named(sentence, "constraints: '")) + ": is not known";
    const auto* schema = schema_at(root, complaint.way);
    for (const auto& phrase : phrases) {
        if (!sentence.starts_with(phrase.sentence)) continue;
        if (const auto* wanted = schema == nullptr ? nullptr : find_member(*schema, phrase.keyword))
            return path(complaint).append(": ").append(phrase.words) + spelled(*wanted);
    }
    return path(complaint) + ": is not as its description says";
}

}  // namespace

std::string describe(const Json& schema, const std::vector<Complaint>& complaints) {
    constexpr std::size_t most = 3;
    std::vector<const Complaint*> told;
    for (const auto& each : complaints)
        if (!is_echo(each)) told.push_back(&each);
    if (told.empty() && !complaints.empty()) told.push_back(&complaints.front());

    std::string out;
    for (std::size_t i = 0; i < std::min(most, told.size()); ++i)
        out.append(out.empty() ? "" : "; ").append(in_words(schema, *told[i]));
    if (told.size() > most) out.append("; and ").append(std::to_string(told.size() - most)).append(" more");
    return out;
}

}  // namespace tfy::protocol
