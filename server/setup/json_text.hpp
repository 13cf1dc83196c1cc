// Servers in JSON, which may have comments and commas at the end. Members are put in and taken out as text.
#pragma once

#include <memory>

#include "server/setup/config_text.hpp"

namespace tfy::setup {

/// `section` is the top key: "mcpServers".
std::unique_ptr<ConfigText> json_text(std::string section);

/// `text` with `item` as the last of the list that the top key `list` names, and with that list if there is
/// none; as it is if an item with the same "id" is there. Errc::refused as ConfigText has it.
Result<std::string> with_list_item(std::string_view text, std::string_view list,
                                   const nlohmann::ordered_json& item);

/// `text` without the item that has exactly the values of `item`; as it is if there is none.
Result<std::string> without_list_item(std::string_view text, std::string_view list,
                                      const nlohmann::ordered_json& item);

}  // namespace tfy::setup
