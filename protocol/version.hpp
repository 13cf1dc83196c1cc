// The revisions of MCP that this house speaks.
#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace tfy::protocol {

/// Ordered by age: v2025_06_18 < v2025_11_25.
enum class Version { v2025_03_26, v2025_06_18, v2025_11_25, v2026_07_28 };

inline constexpr std::array supported_versions = {Version::v2026_07_28, Version::v2025_11_25,
                                                  Version::v2025_06_18, Version::v2025_03_26};

std::string_view to_string(Version version);
std::optional<Version> read_version(std::string_view text);

/// Modern: version, client and capabilities come with each request. Legacy: they were agreed on by
/// `initialize`.
constexpr bool is_modern(Version version) { return version >= Version::v2026_07_28; }

/// What an `initialize` that asks for `requested` is answered with: the same if it is a legacy one, else the
/// newest legacy one.
Version negotiate_legacy(std::string_view requested);

}  // namespace tfy::protocol
