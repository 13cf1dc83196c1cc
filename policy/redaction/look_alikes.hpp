// Characters that look like ASCII.
#pragma once

namespace tfy::redaction {

/// The ASCII character that `value` is easily taken for, such as a Cyrillic letter; 0 if there is none.
char look_alike(char32_t value);

}  // namespace tfy::redaction
