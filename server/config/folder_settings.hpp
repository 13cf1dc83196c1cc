// What the .env file of the current folder may set: an address and a key that belong together, and no file.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tfy::config {

/// What the environment has already: it comes first, and a folder never adds an address to its key.
struct EnvironmentHas {
    bool address = false;
    bool key = false;
};

struct FolderSettings {
    std::vector<std::pair<std::string, std::string>> pairs = {};  // to be wiped after use
    std::vector<std::string> refused = {};  // a sentence for each setting that is not read
    std::string file_refused = {};          // the sentence about TFY_API_KEY_FILE; empty: not there
    std::string address_refused = {};       // the sentence about an address without a key; empty: none
};

/// Reads the text of a .env file. Who wrote it can only spend the key that they wrote: an address counts only
/// with TFY_API_KEY in the same file, no line names a file, and no line is a setting of this server.
FolderSettings read_folder_settings(std::string_view text, EnvironmentHas has);

}  // namespace tfy::config
