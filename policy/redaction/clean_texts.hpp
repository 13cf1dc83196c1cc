// Remembers texts in which nothing was found: most of what leaves is said again and again.
#pragma once

#include <cstdint>
#include <string_view>

namespace tfy::redaction {

/// True where remember_clean was told of this text on this thread, for this index (Index::number), and it was
/// not pushed out by another one since.
bool is_remembered_clean(std::uint64_t index, std::string_view text);

/// Only what may leave as it is. Long and very short texts are not kept.
void remember_clean(std::uint64_t index, std::string_view text);

}  // namespace tfy::redaction
