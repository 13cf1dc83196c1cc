// Rows of pieces of one length, near to each other: "abcd efgh ijkl mn".
#pragma once

#include <cstddef>

namespace tfy::redaction {

// A longer one holds a whole window, also in base32 of base32. Lines of 64 and 76 digits are none.
inline constexpr std::size_t longest_piece = 63;
inline constexpr std::size_t widest_gap = 32;     // a comma, a new line and its indent, between quotes
inline constexpr std::size_t telling_piece = 12;  // two of them are enough: they spell 24 characters

/// A row that grows by one piece at a time. The last piece may be shorter.
struct PieceRow {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::size_t length = 0;
    std::size_t pieces = 0;
    std::size_t equal = 0;  // of them, without a shorter last one

    bool near(std::size_t at) const { return pieces != 0 && at - end <= widest_gap; }
    bool goes_on(std::size_t at, std::size_t size) const { return near(at) && size == length; }
    bool ends_with(std::size_t at, std::size_t size) const { return near(at) && size < length; }

    void add(std::size_t piece_end) {
        end = piece_end;
        ++pieces;
        ++equal;
    }
    void add_last(std::size_t piece_end) {
        end = piece_end;
        ++pieces;
    }
    /// The row that the piece [from, to) begins.
    static PieceRow from(std::size_t from, std::size_t to) {
        const auto size = to - from;
        const std::size_t one = size <= longest_piece ? 1 : 0;
        return {from, to, size, one, one};
    }
    /// Spells something of `least` characters or more.
    bool counts(std::size_t least) const {
        return (pieces > 2 || (equal == 2 && length >= telling_piece)) && pieces * length >= least;
    }
};

}  // namespace tfy::redaction
