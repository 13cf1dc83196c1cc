// Whether this process can open a window for its person.
#pragma once

namespace tfy::app {

bool has_display();

}  // namespace tfy::app
