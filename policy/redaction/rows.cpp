// Undoes pieces of one length in which separators are part of the text: on a line each, of one character
// each, or with the "/" of base64.
#include "policy/redaction/rows.hpp"

#include <algorithm>
#include <vector>

#include "policy/redaction/byte_masks.hpp"
#include "policy/redaction/pieces.hpp"
#include "policy/redaction/views.hpp"

namespace tfy::redaction {

namespace {

constexpr CharacterSet without_members(std::string_view members) {
    CharacterSet others{};
    for (std::size_t c = 0; c < others.size(); ++c)
        others[c] = members.find(static_cast<char>(static_cast<unsigned char>(c))) == std::string_view::npos;
    return others;
}

/// A row, and where its pieces are.
class PlacedRow {
public:
    PlacedRow(std::string_view text, std::size_t shortest, View& view)
        : text_(text), shortest_(shortest), view_(view) {}
    virtual ~PlacedRow() = default;
    PlacedRow(const PlacedRow&) = delete;
    PlacedRow& operator=(const PlacedRow&) = delete;

    void add(std::size_t begin, std::size_t end) {
        const bool may_go_on = may_follow(row_, begin, end);
        if (may_go_on && row_.goes_on(begin, end - begin)) {
            row_.add(end);
        } else {
            if (may_go_on && row_.ends_with(begin, end - begin)) {
                row_.add_last(end);
                pieces_.push_back({begin, end});
            }
            finish();
            row_ = PieceRow::from(begin, end);
            pieces_.clear();
        }
        pieces_.push_back({begin, end});
    }
    void finish() {
        if (row_.counts(shortest_)) put();
    }

protected:
    std::string_view piece(std::size_t i) const {
        return text_.substr(pieces_[i].begin, pieces_[i].end - pieces_[i].begin);
    }
    template <class Is>
    bool any_whole_piece(Is is) const {
        for (std::size_t i = 0; i < row_.equal; ++i)
            if (is(piece(i))) return true;
        return false;
    }
    /// Each without its first `left_out` characters.
    void put_pieces(std::size_t left_out) {
        view_.put_break(pieces_.front().begin);
        for (const auto& each : pieces_)
            view_.put_same(text_, std::min(each.begin + left_out, each.end), each.end);
    }
    std::string_view text() const { return text_; }

private:
    virtual bool may_follow(const PieceRow& row, std::size_t begin, std::size_t end) const = 0;
    virtual void put() = 0;

    std::string_view text_;
    std::size_t shortest_;
    View& view_;
    PieceRow row_;
    std::vector<Origin> pieces_;
};

/// Pieces between blanks: a line each, or a character each.
class BlankRow final : public PlacedRow {
public:
    using PlacedRow::PlacedRow;

    void word(std::size_t begin, std::size_t end) {
        auto at = begin;
        while (at > 0 && (text()[at - 1] == ' ' || text()[at - 1] == '\t')) --at;
        const bool is_first = at == 0 || is_row_blank(text()[at - 1]);
        if (is_first && is_line_mark(text().substr(begin, end - begin)) && goes_on_in_line(end))
            marked_ = true;
        else
            add(begin, end);
    }

private:
    bool goes_on_in_line(std::size_t at) const {
        while (at < text().size() && (text()[at] == ' ' || text()[at] == '\t')) ++at;
        return at < text().size() && !is_row_blank(text()[at]);
    }
    bool may_follow(const PieceRow& row, std::size_t begin, std::size_t end) const override {
        const auto between = text().substr(row.end, begin - row.end);
        return between.find_first_of("\r\n") != std::string_view::npos ||
               (end - begin == 1 && between.size() == 1);
    }
    void put() override {
        const bool has_own = any_whole_piece([](std::string_view piece) {
            return std::ranges::any_of(piece, [](char c) { return has(usual_separators, c); });
        });
        if (has_own || marked_) put_pieces(0);
        const char mark = piece(0).front();
        if (piece(0).size() > 1 && (mark == '+' || mark == '-' || mark == '#') &&
            !any_whole_piece([&](std::string_view piece) { return piece.front() != mark; }))
            put_pieces(1);
        marked_ = false;
    }

    bool marked_ = false;  // a line's mark has been left out
};

/// Pieces between all separators but "/".
class SlashedRow final : public PlacedRow {
public:
    using PlacedRow::PlacedRow;

private:
    bool may_follow(const PieceRow&, std::size_t, std::size_t) const override { return true; }
    void put() override {
        if (any_whole_piece([](std::string_view piece) { return piece.find('/') != piece.npos; }))
            put_pieces(0);
    }
};

}  // namespace

void decode_rows(std::string_view text, std::size_t shortest, View& view) {
    static constexpr ByteClasses words = {without_members(" \t\r\n")};
    BlankRow blank(text, shortest, view);
    for_each_run(text, words, 1, [&](std::size_t begin, std::size_t end) { blank.word(begin, end); });
    blank.finish();
    if (text.find('/') == std::string_view::npos) return;
    static constexpr ByteClasses pieces = {without_members(" \t\r\n,;|*.:\\'\">")};
    SlashedRow slashed(text, shortest, view);
    for_each_run(text, pieces, 1, [&](std::size_t begin, std::size_t end) { slashed.add(begin, end); });
    slashed.finish();
}

}  // namespace tfy::redaction
