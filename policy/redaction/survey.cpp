// Marks the sets of characters that decoders care about and looks for long runs and rows in the marks.
#include "policy/redaction/survey.hpp"

#include <algorithm>
#include <bit>

#include "policy/redaction/byte_masks.hpp"
#include "policy/redaction/decoded_text.hpp"
#include "policy/redaction/pieces.hpp"
#include "policy/redaction/rows.hpp"
#include "policy/redaction/window_hash.hpp"

namespace tfy::redaction {

namespace {

/// Of ASCII, all that is no blank. Together with the separators they are the ordinary ones.
constexpr auto ink = bytes_between(0x21, 0x7e);

constexpr auto label_digits = characters("0123456789abcdefABCDEF");

enum Set : std::uint8_t { tokens, hex, separators, joints, signs, literal_ends, graphic, breaks };
constexpr ByteClasses classes = {scanned_characters,
                                 hex_digits_and_separators,
                                 usual_separators,
                                 joining_separators,
                                 characters("%\\&=+(<"),
                                 characters(" \t\r\n\"'`+.|<&~^\\_"),
                                 ink,
                                 characters("\r\n")};

/// "0000020   e   y" and "0040: Authoriz".
bool has_label(std::string_view line) {
    std::size_t digits = 0;
    while (digits < line.size() && has(label_digits, line[digits])) ++digits;
    const auto behind = line.substr(digits, 2);
    return (digits >= 4 && behind == ": ") || (digits >= 6 && behind == "  ");
}

/// As PieceRow and join_pieces have it, without branches that depend on the text: words have any length.
struct Row {
    std::size_t pieces = 0;
    std::size_t length = 0;
    std::size_t end = 0;
    bool counts = false;  // it did, or one before it

    void add(std::size_t begin, std::size_t piece_end, std::size_t least) {
        const auto size = piece_end - begin;
        const bool near = begin - end <= widest_gap;
        const bool same = near & (size == length);
        const auto all = pieces + static_cast<std::size_t>(near & (size < length));
        const bool enough = (all > 2) | ((pieces == 2) & (length >= telling_piece));
        counts |= !same & enough & (all * length >= least) & (length <= longest_piece);
        pieces = (same ? pieces : 0) + 1;
        length = size;
        end = piece_end;
    }
};

/// Pieces between separators, from one word of marks to the next.
class Pieces {
public:
    explicit Pieces(std::size_t least) : least_(least) {}

    void word(std::uint64_t separators, std::size_t at) {
        if (open_ && separators == 0) return;
        const auto before = separators << 1U | (open_ ? 0U : 1U);
        auto begins = ~separators & before;
        const auto next = [&] {
            const auto begin = at + static_cast<std::size_t>(std::countr_zero(begins));
            begins &= begins - 1;
            return begin;
        };
        auto row = row_;  // a copy stays in registers
        auto begin = open_ ? begin_ : next();
        for (auto ends = separators & ~before; ends != 0; ends &= ends - 1) {
            row.add(begin, at + static_cast<std::size_t>(std::countr_zero(ends)), least_);
            begin = next();
        }
        row_ = row;
        begin_ = begin;
        open_ = separators >> (mask_bytes - 1) == 0;
    }
    bool found(std::size_t end) {
        if (open_ && begin_ < end) row_.add(begin_, end, least_);
        const auto far = end + widest_gap + 1;
        row_.add(far, far, least_);
        return row_.counts;
    }

private:
    std::size_t least_;
    Row row_;
    std::size_t begin_ = 0;
    bool open_ = false;  // a piece has begun and not ended
};

/// Pieces that stand on a line each, as decode_rows has them: the first and the last word of each line.
class LineRow {
public:
    void line(std::string_view text, std::size_t begin, std::size_t end, std::size_t least) {
        while (begin < end && is_row_blank(text[begin])) ++begin;
        while (begin < end && is_row_blank(text[end - 1])) --end;
        auto word = begin;  // the end of the first one
        while (word < end && !is_row_blank(text[word])) ++word;
        auto last = end;
        while (last > word && !is_row_blank(text[last - 1])) --last;
        const bool marked = word < last && is_line_mark(text.substr(begin, word - begin));
        if (begin < word && !marked) row_.add(begin, word, least);
        if (last > word) row_.add(last, end, least);
    }
    bool found(std::size_t end, std::size_t least) {
        const auto far = end + widest_gap + 1;
        row_.add(far, far, least);
        return row_.counts;
    }

private:
    Row row_;
};

class Surveyor {
public:
    Surveyor(std::string_view text, std::size_t shortest)
        : text_(text), shortest_(shortest), chunks_(shortest), hyphened_(shortest) {}

    Survey run() {
        // The common size as a constant.
        if (shortest_ == window_size)
            look([](WordPair bits) { return runs_of<window_size>(bits); });
        else
            look([least = shortest_](WordPair bits) { return runs_of(bits, least); });
        return result();
    }

private:
    template <class Runs>
    void look(Runs runs_of_shortest) {
        for_each_mask(text_, classes, [&](std::size_t at, const std::uint64_t* masks, std::size_t stride) {
            for (const auto set : {separators, joints, breaks}) seen_[set] |= masks[set * stride];
            for (auto ends = masks[breaks * stride]; ends != 0; ends &= ends - 1)
                line(at + static_cast<std::size_t>(std::countr_zero(ends)));
            for (auto bits = masks[signs * stride]; bits != 0; bits &= bits - 1)
                sign(at + static_cast<std::size_t>(std::countr_zero(bits)));
            token_runs(runs_of_shortest(pair_at(masks + tokens * stride)), at);
            literals(masks, stride, at);
            const auto half = runs_of_shortest(pair_at(masks + hex * stride));
            hex_run_ |= static_cast<std::uint64_t>(half & (half >> shortest_));
            lines(masks, stride, at);
            rows(masks, stride, at);
            chunks_.word(masks[separators * stride], at);
            hyphened_.word(masks[joints * stride], at);
            const auto inside = text_.size() - at;
            const auto all = inside < mask_bytes ? (std::uint64_t{1} << inside) - 1 : ~std::uint64_t{0};
            if (long_graphic_run_ == 0) graphic_runs(runs_of_shortest(pair_at(masks + graphic * stride)));
            if ((masks[graphic * stride] | masks[separators * stride]) != all)
                unusual(text_.substr(at, mask_bytes));
        });
    }
    /// Lines that begin as those of a dump do whose cells are no hex digits.
    void lines(const std::uint64_t* masks, std::size_t stride, std::size_t at) {
        const auto ends = masks[breaks * stride];
        if (seen_[breaks] == 0) return;  // what has one line is no dump
        const auto digits = pair_at(masks + hex * stride) & ~pair_at(masks + separators * stride);
        auto begins = (ends << 1U | line_begins_) & static_cast<std::uint64_t>(runs_of<4>(digits));
        line_begins_ = ends >> 63U;
        for (; begins != 0 && !labelled_; begins &= begins - 1)
            labelled_ = has_label(text_.substr(at + static_cast<std::size_t>(std::countr_zero(begins))));
    }
    /// Looks for what decode_rows(), decode_quoted() and decode_calls() read.
    void rows(const std::uint64_t* masks, std::size_t stride, std::size_t at) {
        const auto of = [&](Set set) { return masks[set * stride]; };
        const auto ordinary = of(graphic) & ~of(separators);
        const auto spaced = of(graphic) & ((of(separators) & ~of(graphic)) >> 1U);
        spaced_ |= spaced & (spaced >> 2U) & (of(graphic) >> 4U);
        for (auto dots = of(separators) & of(tokens) & of(literal_ends); dots != 0; dots &= dots - 1)
            call(at + static_cast<std::size_t>(std::countr_zero(dots)));
        const auto marks = of(graphic) & of(separators) & (of(tokens) ^ of(literal_ends));
        const auto quotes = marks & ~of(tokens);
        // Those whose second quote is in this word.
        const auto quoted = quotes & (ordinary << 1U | last_ordinary_) & (quotes << 2U | last_quotes_);
        last_ordinary_ = ordinary >> 63U;
        last_quotes_ = quotes >> 62U;
        if (quoted != 0) quoted_ += static_cast<std::size_t>(std::popcount(quoted));
        for (auto slashes = marks & of(tokens); slashes != 0 && !slashed_; slashes &= slashes - 1)
            slash(at + static_cast<std::size_t>(std::countr_zero(slashes)));
    }
    void call(std::size_t at) { calls_ += is_of_call(text_, at) ? 1 : 0; }
    /// One in a piece as long as one beside it.
    void slash(std::size_t at) {
        if (at < slash_seen_) return;
        const auto is_between = [&](std::size_t i) {
            return i >= text_.size() || (has(usual_separators, text_[i]) && text_[i] != '/');
        };
        auto end = at;
        while (!is_between(end) && end - at <= longest_piece) ++end;
        auto begin = at;
        while (begin > slash_seen_ && !is_between(begin - 1) && at - begin <= longest_piece) --begin;
        slash_seen_ = end;
        const auto size = end - begin;
        if (size > longest_piece) return;
        auto next = end;
        while (next < text_.size() && is_between(next) && next - end <= widest_gap) ++next;
        auto next_end = next;
        while (!is_between(next_end) && next_end - next <= size) ++next_end;
        auto last = begin;
        while (last > 0 && is_between(last - 1) && begin - last <= widest_gap) --last;
        auto last_begin = last;
        while (last_begin > 0 && !is_between(last_begin - 1) && last - last_begin <= size) --last_begin;
        slashed_ = next_end - next == size || last - last_begin == size;
    }
    /// One that has just ended; the text's last one, too.
    void line(std::size_t end) {
        const auto line = text_.substr(line_begin_, end - line_begin_);
        line_rows_.line(text_, line_begin_, end, shortest_);
        line_begin_ = end + 1;
        std::array<char, 4> head{};
        if (line.size() <= head.size()) return;
        uuencode_ = uuencode_ || is_uuencoded(line);
        if (line.front() == ' ' || line.front() == '\t') return;
        for (std::size_t i = 0; i < head.size(); ++i)  // counters and times differ
            head[i] = is_digit(line[i]) ? '0' : line[i];
        alike_ += head == heads_[0] || head == heads_[1] ? 1 : 0;
        heads_ = {head, heads_[0]};
    }
    /// Longer ones are made of several that overlap.
    void token_runs(WordPair runs, std::size_t at) {
        if (static_cast<std::uint64_t>(runs) == 0) return;
        const auto longer = [&](std::size_t least) {
            return static_cast<std::uint64_t>(runs & (runs >> (least - shortest_)));
        };
        runs_.shortest = true;
        runs_.base32 |= longer(least_base32(shortest_)) != 0;
        runs_.base58 |= longer(least_base58(shortest_)) != 0;
        const auto base64 = longer(least_base64(shortest_));
        if (base64 == 0) return;
        runs_.base64 = true;
        if (turned_) return;
        const auto first = static_cast<std::size_t>(std::countr_zero(base64));
        const auto last = mask_bytes - 1 - static_cast<std::size_t>(std::countl_zero(base64));
        turned_ = may_hold_turned(text_.substr(at + first, last - first + 2 * shortest_), shortest_);
    }
    void graphic_runs(WordPair runs) {
        const auto longer = runs & (runs >> (least_base85(shortest_) - shortest_));
        graphic_run_ |= static_cast<std::uint64_t>(runs);
        long_graphic_run_ |= static_cast<std::uint64_t>(longer);
    }
    void sign(std::size_t at) {
        const char c = text_[at];
        if (c == '(' || c == '+' || c == '=') call(at);
        if (c == '=') {
            equals_ = true;
        } else if (c == '(') {
            return;
        } else if (c == '<') {
            notation_ |= text_.substr(at + 1, 2) == "U0";
        } else if (c == '+') {
            plus_ = true;
            notation_ |= is_notation(at);
            mirrored(at);
        } else {
            escapes_ = true;
            mirrored(at);
        }
    }
    /// Of a notation of a code point, U+0065. Base64 has some by chance: right behind a digit of it, only two
    /// in a row count.
    bool is_notation(std::size_t at) const {
        const auto begins = [&](std::size_t letter) {
            const auto two = text_.substr(std::min(letter, text_.size()), 2);
            return two == "U+" || two == "u+";
        };
        if (at == 0 || !begins(at - 1) || text_.substr(at + 1, 1) != "0") return false;
        if (at == 1 || !has(token_characters, text_[at - 2])) return true;
        return begins(at + 5) || begins(at + 6) || begins(at + 7);
    }
    void mirrored(std::size_t at) {
        constexpr std::size_t nearby = 16;  // "};56#&"
        if (mirrored_ >= least_mirrored || !ends_mirrored_escape(text_, at)) return;
        mirrored_ = at - last_mirrored_ <= nearby ? mirrored_ + 1 : 1;
        last_mirrored_ = at;
    }
    /// A token's character, a quote, and what may stand between two literals.
    void literals(const std::uint64_t* masks, std::size_t stride, std::size_t at) {
        const auto before = pair_at(masks + tokens * stride);
        const auto ends = pair_at(masks + literal_ends * stride);
        auto bits = static_cast<std::uint64_t>(before & ((ends & ~before) >> 1U) & (ends >> 2U));
        for (; bits != 0 && !literals_; bits &= bits - 1)
            literals_ = joins_literals(text_, at + static_cast<std::size_t>(std::countr_zero(bits)) + 1);
    }
    /// Beyond ASCII there is reason for all that control characters are a reason for.
    void unusual(std::string_view block) {
        if (beyond_ascii_) return;
        for (const char c : block) {
            const auto byte = static_cast<unsigned char>(c);
            beyond_ascii_ |= byte >= 0x80;
            control_ |= byte == 0x7f || (byte < 0x20 && c != '\t' && c != '\r' && c != '\n');
        }
    }
    Survey result() {
        Survey found;
        const auto may = [&](Decoding decoding, bool there_is) {
            if (there_is) found.add(decoding);
        };
        may(Decoding::escapes,
            escapes_ || notation_ || (beyond_ascii_ && text_.find("\u27e8U+") != std::string_view::npos));
        may(Decoding::plain_forms, beyond_ascii_ || control_);
        may(Decoding::quoted_printable, equals_);
        constexpr std::string_view tags = "\xf3\xa0";  // how all from U+E0020 to U+E007F begin
        may(Decoding::tags, beyond_ascii_ && text_.find(tags) != std::string_view::npos);
        may(Decoding::chunks, seen_[separators] != 0 && chunks_.found(text_.size()));
        may(Decoding::hyphened, seen_[joints] != 0 && hyphened_.found(text_.size()));
        may(Decoding::reversed, runs_.shortest);
        may(Decoding::base64, runs_.base64 || (runs_.shortest && seen_[breaks] != 0));
        may(Decoding::base32, runs_.base32);
        may(Decoding::hex, hex_run_ != 0);
        may(Decoding::columns, seen_[breaks] != 0 && (hex_run_ != 0 || labelled_));
        may(Decoding::numbers, hex_run_ != 0);
        may(Decoding::turned, turned_);
        may(Decoding::mirrored, mirrored_ >= least_mirrored);
        may(Decoding::literals, literals_);
        may(Decoding::url_digits, runs_.shortest && (plus_ || (seen_[separators] != 0 &&
                                                               text_.find('/') != std::string_view::npos)));
        may(Decoding::base85, long_graphic_run_ != 0 || (graphic_run_ != 0 && seen_[breaks] != 0));
        may(Decoding::base58, runs_.base58 || (runs_.shortest && seen_[breaks] != 0));
        line(text_.size());
        may(Decoding::rows, slashed_ || spaced_ != 0 || line_rows_.found(text_.size(), shortest_));
        may(Decoding::quoted, quoted_ >= least_quoted(shortest_));
        may(Decoding::uuencode, uuencode_);
        may(Decoding::events, alike_ >= 2);
        may(Decoding::calls, calls_ + 1 >= shortest_);
        found.token_run = runs_.shortest;
        return found;
    }

    static constexpr int least_mirrored = 5;  // a value has six characters or more
    struct Runs {
        bool shortest = false;
        bool base64 = false;
        bool base32 = false;
        bool base58 = false;
    };

    std::string_view text_;
    std::size_t shortest_;
    std::array<std::uint64_t, 8> seen_{};
    Runs runs_;
    std::uint64_t hex_run_ = 0;
    std::uint64_t graphic_run_ = 0;
    std::uint64_t long_graphic_run_ = 0;
    std::uint64_t line_begins_ = 0;
    std::size_t line_begin_ = 0;
    std::array<std::array<char, 4>, 2> heads_{};  // of the last two lines
    std::size_t alike_ = 0;                       // lines that begin as one of the two before them
    std::size_t calls_ = 0;
    std::uint64_t spaced_ = 0;
    std::size_t quoted_ = 0;
    std::uint64_t last_ordinary_ = 0;  // the last bits of the word before
    std::uint64_t last_quotes_ = 0;
    std::size_t slash_seen_ = 0;  // a piece with one ends there
    bool slashed_ = false;
    LineRow line_rows_;
    bool uuencode_ = false;
    bool labelled_ = false;
    bool escapes_ = false;
    bool equals_ = false;
    bool plus_ = false;
    bool notation_ = false;  // U+0065, <U0065>
    bool literals_ = false;
    bool turned_ = false;
    int mirrored_ = 0;  // escapes written backwards, near to each other
    std::size_t last_mirrored_ = 0;
    bool beyond_ascii_ = false;
    bool control_ = false;
    Pieces chunks_;
    Pieces hyphened_;
};

}  // namespace

Survey survey(std::string_view text, std::size_t shortest) { return Surveyor(text, shortest).run(); }

}  // namespace tfy::redaction
