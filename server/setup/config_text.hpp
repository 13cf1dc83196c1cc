// A host's configuration file as text. Everything that is not ours in it stays as it is, comments and spaces
// included.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/error.hpp"

namespace tfy::setup {

/// At `at`, `erased` bytes give way to `inserted`.
struct TextEdit {
    std::size_t at = 0;
    std::size_t erased = 0;
    std::string inserted = {};
};

/// `edits` do not overlap and are in the order of their places; those at one place apply in their order.
std::string edited(std::string_view text, const std::vector<TextEdit>& edits);

/// The servers of one file: a section with one entry a server. Errors are Errc::refused, with the end of a
/// sentence that begins with the file's name ("is not JSON: line 3 …").
class ConfigText {
public:
    virtual ~ConfigText() = default;

    /// The entry as this file writes it: lines with '\n', the first one without indentation.
    virtual std::string write(const nlohmann::ordered_json& entry, std::string_view text) const = 0;
    /// Our entry, as `write` would give it, if the file has one.
    virtual Result<std::optional<std::string>> find(std::string_view text) const = 0;
    /// What adds `entry`, as `write` or `find` gave it, to a file that has none.
    virtual Result<std::vector<TextEdit>> add(std::string_view text, const std::string& entry) const = 0;
    /// What takes our entry out of a file that has one.
    virtual Result<std::vector<TextEdit>> take_out(std::string_view text) const = 0;
};

/// The entry's name in its section.
constexpr std::string_view entry_name = "tfy-pat-mcp";

/// "line 3", counted from 1.
std::string line_of(std::string_view text, std::size_t at);

/// "\r\n" for a file that is written so, else "\n".
std::string line_end_of(std::string_view text);

/// `lines`, each but the first behind `indent`, with `line_end` between them.
std::string indented(std::string_view lines, std::string_view indent, std::string_view line_end);

/// The inverse of `indented`.
std::string without_indent(std::string_view text, std::string_view indent);

}  // namespace tfy::setup
