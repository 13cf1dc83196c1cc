// Which of its tools a server offers: a person may want fewer of them.
#pragma once

#include <initializer_list>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/error.hpp"

namespace tfy::tools {

struct Offer {
    bool read_only = false;               // only tools whose definition says so
    std::vector<std::string> names = {};  // empty: all

    bool includes(const Json& definition) const;
    /// Whether `names` are given and this one is not among them.
    bool leaves_out(std::string_view name) const;
};

using ToolNames = std::set<std::string, std::less<>>;

/// From here on the texts of tools name these alone. Called once, before a tool is called; never if all are
/// offered.
void texts_name_only(ToolNames offered);
bool may_be_named(std::string_view tool);
/// "A or B": those of `tools` that may be named; empty if none may.
std::string those_offered(std::initializer_list<std::string_view> tools);
/// " with TOOL"; empty if texts may not name it.
std::string by_tool(std::string_view tool);
/// " with TOOL", or " in TrueFoundry".
std::string by_tool_or_there(std::string_view tool);

/// That no token has this id, and where the right one is found: with a tool, if texts may name it.
std::string id_not_found();

/// The first tool that `text` names and that is not offered; empty if there is none.
std::string stranger_in(std::string_view text, const ToolNames& offered);
/// `text` of a tool's definition, or with one in it, without the clauses that need a tool which is not
/// offered.
std::string fitting_words(std::string text, const ToolNames& offered);
/// The same of all descriptions in a tool's definition, of which sentences go, too.
Json fitting_definition(Json definition, const ToolNames& offered);

}  // namespace tfy::tools
