// Pieces of a page in Markdown.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace tfy::cli {

/// A row of a table. What would break it is escaped.
std::string table_row(std::initializer_list<std::string_view> cells);
/// The first lines of a page that `docs PAGE` prints.
std::string page_head(std::string_view title, std::string_view page, std::string_view further);

}  // namespace tfy::cli
