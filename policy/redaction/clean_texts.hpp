// Remembers texts in which nothing was found: most of what leaves is said again and again.
#pragma once

#include <memory>
#include <string_view>

namespace tfy::redaction {

/// An object of an index's own. What is remembered holds it, so no later index has it, or its address, as
/// well.
using IndexIdentity = std::shared_ptr<const char>;

/// True where remember_clean was told of this text on this thread, for this index, and it was not pushed out
/// by another one since.
bool is_remembered_clean(const IndexIdentity& index, std::string_view text);

/// Only what may leave as it is. Very short texts, and those over 64 KiB, are not kept.
void remember_clean(const IndexIdentity& index, std::string_view text);

/// This thread does not keep it any more: for a text that lets someone in.
void forget_clean(std::string_view text);

}  // namespace tfy::redaction
