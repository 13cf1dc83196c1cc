// Names of callers as others wrote them, so that no two of them become one principal.
#pragma once

#include <string>
#include <string_view>

namespace tfy::callers {

/// Letters, digits and what is common in names stay as they are; all else, '/' and '%' too, is
/// percent-encoded.
std::string principal_text(std::string_view name);

}  // namespace tfy::callers
