// Texts that go by which tools are offered (tools/offer.hpp): what is switched off is not advised.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "protocol/error.hpp"
#include "tools/offer.hpp"

namespace tfy::features {

using ToolNames = tools::ToolNames;

/// Of definitions as tools/list has them.
ToolNames names_of(const std::vector<Json>& definitions);

/// Whether each tool that `text` names ("tfy_…") is offered.
bool names_only(std::string_view text, const ToolNames& offered);

/// `text`, which is one of manifests/, with the words of each "{{NEEDS:words}}" if NEEDS are met, and without
/// the line that has no other words. NEEDS are tools, of which "tfy_access_tokens_" can be left out: all of
/// "list+create", one of "create|rotate"; "!list" is met if "list" is not. Words can hold others. Throws if
/// a "{{" has no end: a test reads each text.
std::string fitting(std::string_view text, const ToolNames& offered);

}  // namespace tfy::features
