// Whether this process can open a window for its person.
#pragma once

namespace tfy::server {

bool has_display();

}  // namespace tfy::server
