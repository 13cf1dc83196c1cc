// Whether this process can open a window for its person.
#pragma once

namespace tfy::cli {

bool has_display();

}  // namespace tfy::cli
