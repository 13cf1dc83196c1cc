#include "server/app/display.hpp"

#include <cstdlib>

namespace tfy::app {

bool has_display() {
    const auto is_set = [](const char* name) {
        const auto* value = std::getenv(name);
        return value != nullptr && *value != '\0';
    };
    return is_set("DISPLAY") || is_set("WAYLAND_DISPLAY");
}

}  // namespace tfy::app
