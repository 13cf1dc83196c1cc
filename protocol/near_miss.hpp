// "did you mean": the known word that a mistyped one is closest to.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace tfy::protocol {

/// How many edits make one of the other: a letter added, left out, changed, or swapped with its neighbour.
std::size_t edits_between(std::string_view one, std::string_view other);

/// The nearest of `known` within two edits.
std::optional<std::string_view> near_miss(std::string_view word, std::span<const std::string_view> known);

}  // namespace tfy::protocol
