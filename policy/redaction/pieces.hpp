// Rows of pieces of one length, near to each other: "abcd efgh ijkl mn".
#pragma once

#include <cstddef>

namespace tfy::policy {

inline constexpr std::size_t longest_piece = 22;  // a longer one holds a whole window
inline constexpr std::size_t widest_gap = 4;

/// A row that grows by one piece at a time. The last piece may be shorter.
struct PieceRow {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::size_t length = 0;
    std::size_t pieces = 0;

    bool near(std::size_t at) const { return pieces != 0 && at - end <= widest_gap; }
    bool goes_on(std::size_t at, std::size_t size) const { return near(at) && size == length; }
    bool ends_with(std::size_t at, std::size_t size) const { return near(at) && size < length; }

    void add(std::size_t piece_end) {
        end = piece_end;
        ++pieces;
    }
    /// The row that the piece [from, to) begins.
    static PieceRow from(std::size_t from, std::size_t to) {
        const auto size = to - from;
        return {from, to, size, size <= longest_piece ? std::size_t{1} : 0};
    }
    /// Spells something of `least` characters or more.
    bool counts(std::size_t least) const { return pieces > 2 && pieces * length >= least; }
};

}  // namespace tfy::policy
