#include "policy/toml_values.hpp"

#include <algorithm>

#include "policy/near_miss.hpp"
#include "policy/permission_reach.hpp"
#include "policy/principals.hpp"
#include "policy/rule.hpp"

namespace tfy::policy {
namespace {

std::string listed(std::span<const std::string_view> words) {
    std::string text;
    for (const auto word : words)
        text += (text.empty() ? "" : word == words.back() ? " or " : ", ") + in_quotes(word);
    return text;
}

std::string suggestion(std::string_view word, std::span<const std::string_view> known) {
    const auto near = near_miss(word, known);
    return near ? "; did you mean " + in_quotes(*near) + "?" : std::string{};
}

}  // namespace

std::string in_words(const toml::parse_error& wrong) {
    if (wrong.description().find("cannot redefine") != std::string_view::npos)
        return "this key or table is there twice; keep one of the two";
    return "this is not valid TOML; text needs quotes, as in name = \"text\"";
}

int line_of(const toml::source_region& source) { return static_cast<int>(source.begin.line); }

std::string in_quotes(std::string_view text) { return "'" + std::string(text) + "'"; }

bool is_one_of(std::string_view word, std::span<const std::string_view> words) {
    return std::ranges::find(words, word) != words.end();
}

Error TomlValues::error(int line, const std::string& what) const {
    return {Errc::refused, std::string(file_) + " line " + std::to_string(line) + ": " + what};
}

void TomlValues::fail(int line, const std::string& what) {
    if (!problem_.empty() && line >= problem_line_) return;
    problem_line_ = line;
    problem_ = error(line, what).message;
}

void TomlValues::fail(const toml::node& node, const std::string& what) { fail(line_of(node.source()), what); }

void TomlValues::unknown_key(const toml::key& key, std::span<const std::string_view> known) {
    auto near = suggestion(key.str(), known);
    if (near.empty()) {
        for (const auto& each : known) near += (near.empty() ? "; known here: " : ", ") + std::string(each);
    }
    fail(line_of(key.source()), "unknown key " + in_quotes(key.str()) + near);
}

std::string TomlValues::text(const toml::key& key, const toml::node& node) {
    const auto* value = node.as_string();
    if (!value) fail(node, in_quotes(key.str()) + " must be a string, in quotes");
    return value ? value->get() : std::string{};
}

bool TomlValues::flag(const toml::key& key, const toml::node& node) {
    const auto* value = node.as_boolean();
    if (!value) fail(node, in_quotes(key.str()) + " must be true or false, without quotes");
    return value && value->get();
}

std::size_t TomlValues::count(const toml::key& key, const toml::node& node, std::int64_t most) {
    const auto* value = node.as_integer();
    if (value && value->get() >= 1 && value->get() <= most) return static_cast<std::size_t>(value->get());
    fail(node, in_quotes(key.str()) + " must be a whole number from 1 to " + std::to_string(most));
    return 1;
}

Duration TomlValues::duration(const toml::key& key, const toml::node& node) {
    constexpr Duration most = std::chrono::days{7};
    const auto* value = node.as_string();
    const auto read = value ? read_duration(value->get()) : std::nullopt;
    if (read && *read <= most) return *read;
    fail(node,
         in_quotes(key.str()) + R"( must be a time span from "1s" to "7d", such as "45s", "15m", "12h")");
    return most;
}

std::vector<std::pair<std::string, const toml::node*>> TomlValues::strings(const toml::key& key,
                                                                           const toml::node& node,
                                                                           const char* example) {
    std::vector<std::pair<std::string, const toml::node*>> all;
    const auto* array = node.as_array();
    if (!array || array->empty())
        fail(node, in_quotes(key.str()) + " must be a list of one string or more, such as " + example);
    if (!array) return all;
    for (const auto& each : *array) {
        const auto* value = each.as_string();
        if (!value || value->get().empty())
            fail(each, in_quotes(key.str()) + " must hold strings that are not empty");
        else
            all.emplace_back(value->get(), &each);
    }
    return all;
}

std::vector<std::string> TomlValues::patterns(const toml::key& key, const toml::node& node) {
    std::vector<std::string> all;
    for (auto& [pattern, where] : strings(key, node)) all.push_back(std::move(pattern));
    return all;
}

std::vector<std::string> TomlValues::name_patterns(const toml::key& key, const toml::node& node) {
    std::vector<std::string> all;
    for (auto& [pattern, where] : strings(key, node)) {
        if (pattern.find_first_of("[]{}") != std::string::npos)
            fail(*where,
                 in_quotes(pattern) +
                     " would match no name: only * and ? stand for other characters; write one pattern "
                     "for each name");
        all.push_back(std::move(pattern));
    }
    return all;
}

std::vector<std::string> TomlValues::tool_patterns(const toml::key& key, const toml::node& node) {
    std::vector<std::string> all;
    for (auto& [pattern, where] : strings(key, node)) {
        const auto matches = [&pattern = pattern](std::string_view tool) { return glob(pattern, tool); };
        if (std::ranges::none_of(tools_, matches))
            fail(*where, "tools: " + in_quotes(pattern) + " matches no tool" + suggestion(pattern, tools_));
        all.push_back(std::move(pattern));
    }
    return all;
}

std::vector<std::string> TomlValues::principal_patterns(const toml::key& key, const toml::node& node) {
    std::vector<std::string> all;
    for (auto& [pattern, where] : strings(key, node)) {
        check_principal(key, *where, pattern);
        all.push_back(std::move(pattern));
    }
    return all;
}

std::string TomlValues::principal_pattern(const toml::key& key, const toml::node& node) {
    auto pattern = text(key, node);
    if (node.is_string()) check_principal(key, node, pattern);
    return pattern;
}

void TomlValues::check_principal(const toml::key& key, const toml::node& node, const std::string& pattern) {
    if (may_match_a_principal(pattern)) return;
    fail(node, in_quotes(key.str()) + ": " + in_quotes(pattern) + " matches no caller: they are " +
                   std::string(principal_forms));
}

std::string TomlValues::word(const toml::key& key, const toml::node& node,
                             std::span<const std::string_view> known, const char* why) {
    const auto value = text(key, node);
    if (node.is_string() && !is_one_of(value, known))
        fail(node, "unknown value " + in_quotes(value) + " for " + in_quotes(key.str()) + ", which is " +
                       listed(known) + why + suggestion(value, known));
    return value;
}

void TomlValues::unknown_value(const toml::key& key, const toml::node& node, const std::string& value,
                               std::span<const std::string_view> known) {
    fail(node, "unknown value " + in_quotes(value) + " for " + in_quotes(key.str()) + ", which may hold " +
                   listed(known) + suggestion(value, known));
}

}  // namespace tfy::policy
