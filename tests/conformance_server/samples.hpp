// The smallest picture and the smallest sound.
#pragma once

#include "protocol/content.hpp"

namespace tfy::conformance {

/// One red pixel, image/png.
inline protocol::Base64 pixel() {
    return {
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=="};
}

/// One sample of silence, audio/wav.
inline protocol::Base64 click() { return {"UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA="}; }

}  // namespace tfy::conformance
