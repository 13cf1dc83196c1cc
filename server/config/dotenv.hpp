// The lines of a .env file, as dotenv's readers take them.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tfy::config {

/// The lines of a .env file as dotenv's readers take them: a byte order mark, remarks (also behind a value),
/// "export ", one pair of quotes, also around several lines; of two lines with one name the last one counts.
/// Nothing is expanded.
std::vector<std::pair<std::string, std::string>> read_dotenv(std::string_view text);

}  // namespace tfy::config
