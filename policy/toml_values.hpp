// The values of policy.toml, read strictly: each reader gives a value, or keeps the problem with its line.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <toml++/toml.h>

#include "policy/time.hpp"
#include "protocol/error.hpp"

namespace tfy::policy {

/// Keeps the problem that is first in the file (a table's keys come sorted by name). If a value is not
/// what it must be, a reader gives one that does no harm; the rules are not used then. `tools` are those
/// that patterns may name.
class TomlValues {
public:
    TomlValues(std::string_view file, std::span<const std::string_view> tools) : file_(file), tools_(tools) {}

    void fail(int line, const std::string& what);
    void fail(const toml::node& node, const std::string& what);
    void unknown_key(const toml::key& key, std::span<const std::string_view> known);

    std::string text(const toml::key& key, const toml::node& node);
    bool flag(const toml::key& key, const toml::node& node);
    std::size_t count(const toml::key& key, const toml::node& node, std::int64_t most = 1'000'000);
    Duration duration(const toml::key& key, const toml::node& node);
    /// With where each is. `example` is shown if it is no such list.
    std::vector<std::pair<std::string, const toml::node*>> strings(const toml::key& key,
                                                                   const toml::node& node,
                                                                   const char* example = R"(["*"])");
    std::vector<std::string> patterns(const toml::key& key, const toml::node& node);
    /// Of tokens' names. What other matchers read as a choice is refused: here it would match nothing.
    std::vector<std::string> name_patterns(const toml::key& key, const toml::node& node);
    std::vector<std::string> tool_patterns(const toml::key& key, const toml::node& node);
    /// Of callers. One that no caller can match is refused: what it was to stop, or to give, would pass by.
    std::vector<std::string> principal_patterns(const toml::key& key, const toml::node& node);
    std::string principal_pattern(const toml::key& key, const toml::node& node);
    /// One of `known`.
    std::string word(const toml::key& key, const toml::node& node, std::span<const std::string_view> known,
                     const char* why = "");
    /// "unknown value …", for a list that holds one.
    void unknown_value(const toml::key& key, const toml::node& node, const std::string& value,
                       std::span<const std::string_view> known);

    Error error(int line, const std::string& what) const;
    /// Empty: none.
    const std::string& problem() const { return problem_; }

private:
    void check_principal(const toml::key& key, const toml::node& node, const std::string& pattern);

    std::string_view file_;
    std::span<const std::string_view> tools_;
    std::string problem_;
    int problem_line_ = 0;
};

int line_of(const toml::source_region& source);
/// What is wrong with a text that is no TOML, without the text, and without its line.
std::string in_words(const toml::parse_error& wrong);
std::string in_quotes(std::string_view text);
bool is_one_of(std::string_view word, std::span<const std::string_view> words);

}  // namespace tfy::policy
