// Pages of the reference that are made of the embedded definitions and of the errors' table, in Markdown.
#pragma once

#include <string>

namespace tfy::cli {

std::string tools_page();
std::string errors_page();

}  // namespace tfy::cli
