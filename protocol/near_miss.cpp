// Edit distance, for words that people and models mistype.
#include "protocol/near_miss.hpp"

#include <algorithm>
#include <vector>

namespace tfy::protocol {

std::size_t edits_between(std::string_view left, std::string_view right) {
    std::vector<std::vector<std::size_t>> cost(left.size() + 1, std::vector<std::size_t>(right.size() + 1));
    for (std::size_t i = 0; i <= left.size(); ++i) cost[i][0] = i;
    for (std::size_t j = 0; j <= right.size(); ++j) cost[0][j] = j;
    for (std::size_t i = 1; i <= left.size(); ++i)
        for (std::size_t j = 1; j <= right.size(); ++j) {
            const std::size_t change = left[i - 1] == right[j - 1] ? 0 : 1;
            cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, cost[i - 1][j - 1] + change});
            const bool swapped = i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1];
            if (swapped) cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
        }
    return cost[left.size()][right.size()];
}

std::optional<std::string_view> near_miss(std::string_view word, std::span<const std::string_view> known) {
    constexpr std::size_t longest = 64;
    if (word.size() > longest) return std::nullopt;
    std::optional<std::string_view> nearest;
    std::size_t least = 3;
    for (const auto candidate : known) {
        const auto edits = edits_between(word, candidate);
        if (edits >= least || edits >= candidate.size()) continue;
        least = edits;
        nearest = candidate;
    }
    return nearest;
}

}  // namespace tfy::protocol
