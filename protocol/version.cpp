// The names of the revisions, and which one an `initialize` is answered with.
#include "protocol/version.hpp"

#include <algorithm>

namespace tfy::protocol {

std::string_view to_string(Version version) {
    switch (version) {
        case Version::v2025_03_26: return "2025-03-26";
        case Version::v2025_06_18: return "2025-06-18";
        case Version::v2025_11_25: return "2025-11-25";
        case Version::v2026_07_28: return "2026-07-28";
    }
    return {};
}

std::optional<Version> read_version(std::string_view text) {
    const auto found =
        std::ranges::find(supported_versions, text, [](Version each) { return to_string(each); });
    if (found == supported_versions.end()) return std::nullopt;
    return *found;
}

Version negotiate_legacy(std::string_view requested) {
    const auto version = read_version(requested);
    return version && !is_modern(*version) ? *version : Version::v2025_11_25;
}

}  // namespace tfy::protocol
