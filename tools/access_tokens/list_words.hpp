// How a page of access tokens is shown, to people and to programs.
#pragma once

#include "tools/access_tokens/list_page.hpp"
#include "tools/access_tokens/names.hpp"
#include "tools/offer.hpp"
#include "tools/tool.hpp"

namespace tfy::access_tokens {

/// The tools that a listed id is for, as far as they are offered; empty if none is.
inline std::string use_of_an_id() { return tools::those_offered({delete_tool, rotate_tool}); }

/// `cursor` leads to the next page; empty after the last one.
tools::ToolResult show_page(const ListPage& page, const ListQuery& choice, bool first_page, policy::Time now,
                            const std::string& cursor, const policy::Seals& seal);
/// Until when show_page() has it just so.
policy::Time holds_until(const ListPage& page, const ListQuery& choice, policy::Time now,
                         const policy::Seals& seal);

}  // namespace tfy::access_tokens
