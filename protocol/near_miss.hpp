// "did you mean": the known word that a mistyped one is closest to.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace tfy::protocol {

/// The nearest of `known` within two edits (a letter added, left out, changed, or swapped with its
/// neighbour).
std::optional<std::string_view> near_miss(std::string_view word, std::span<const std::string_view> known);

}  // namespace tfy::protocol
