// Ways to read a text that is more than what it shows: each view is what a reader would have after one step
// of decoding.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tfy::redaction {

/// The part of the source that one byte of a view stands for.
struct Origin {
    std::size_t begin = 0;
    std::size_t end = 0;
};

class View {
public:
    /// Most views hold nothing, so where their bytes came from is kept only when asked for.
    enum class Origins { dropped, kept };
    View() = default;
    explicit View(Origins origins) : keeps_(origins == Origins::kept) {}

    void clear() {
        text_.clear();
        origins_.clear();
    }

    void put(char byte, std::size_t begin, std::size_t end) {
        text_ += byte;
        if (keeps_) origins_.push_back({begin, end});
    }
    /// Bytes [begin, end) of `source`, as they are.
    void put_same(std::string_view source, std::size_t begin, std::size_t end) {
        text_.append(source, begin, end - begin);
        if (!keeps_) return;
        for (auto at = begin; at < end; ++at) origins_.push_back({at, at + 1});
    }
    void put(std::string_view bytes, std::size_t begin, std::size_t end) {
        for (const char byte : bytes) put(byte, begin, end);
    }
    /// Bytes [begin, end) of `source`, the last one first.
    void put_reversed(std::string_view source, std::size_t begin, std::size_t end) {
        append_reversed(source.substr(begin, end - begin));
        if (!keeps_) return;
        for (auto at = end; at > begin; --at) origins_.push_back({at - 1, at});
    }
    /// Bytes whose origins no one asked for; only where keeps_origins() is false.
    void put_unmapped(std::string_view bytes) { text_ += bytes; }
    bool keeps_origins() const { return keeps_; }
    /// Keeps what is before and behind from being read as one.
    void put_break(std::size_t at) {
        if (!text_.empty()) put('\xff', at, at);
    }
    /// Only what is at most 256 bytes from one of these places, which are sorted; breaks between. No word and
    /// no JWT is cut: half of one tells less about itself.
    void keep_near(const std::vector<std::size_t>& places);
    /// What `inner` holds, whose source is the text of `outer`.
    void put_through(const View& inner, const View& outer);
    /// Takes back all but the first `size` bytes.
    void cut(std::size_t size) {
        text_.resize(size);
        if (keeps_) origins_.resize(size);
    }
    /// In all but the first `size` bytes.
    void replace(std::size_t size, char what, char by) {
        std::replace(text_.begin() + static_cast<std::ptrdiff_t>(size), text_.end(), what, by);
    }
    void reserve(std::size_t size) { text_.reserve(size); }

    const std::string& text() const { return text_; }
    /// The part of the source that bytes [begin, end) stand for. Only where origins are kept.
    Origin origin(std::size_t begin, std::size_t end) const;

private:
    void append_reversed(std::string_view bytes);

    bool keeps_ = false;
    std::string text_;
    std::vector<Origin> origins_;
};

enum class Decoding {
    escapes,           // %41 \u0041 \x41 \101 \n \/ &#65; &amp; U+0041
    plain_forms,       // without invisible characters and pictures, with look-alikes as ASCII
    quoted_printable,  // =41, and "=" at the end of a line
    tags,              // the invisible copies of ASCII at U+E0020
    chunks,            // pieces of one length with white space or punctuation between them
    hyphened,          // the same with hyphens and underscores, which may be a token's own
    reversed,
    base64,  // both alphabets, with or without padding, over line breaks
    base32,
    hex,         // "746679", "74:66:79", "0x74, 0x66"
    columns,     // the cells of a dump, without offsets and the column of text
    numbers,     // bytes as decimal, octal or binary numbers; words with the last byte first
    turned,      // digits written backwards, to be read as such
    mirrored,    // the same as reversed, of all that the text holds
    literals,    // "abc" + "def"
    url_digits,  // base64 with the digits of base64url, as JWTs have them
    compressed,  // gzip, zlib, zstd; only in bytes, which other steps give (inflate.hpp)
    base85,      // ASCII85, Z85, RFC 1924: what they spell if that is ASCII
    any_base85,  // the same of any text
    base58,      // Bitcoin's, of whole runs
    uuencode,
    events,  // what lines of a stream do not share
    calls,   // chr(101).chr(121), (byte) 0x65
    rows,    // pieces of one length that hold separators
    quoted,  // 'e', 'y': characters between quotes, with anything in between
};

struct Step {
    Decoding decoding = Decoding::escapes;
    // Characters left out at the start of a run: it may begin in the middle of something. Of escapes and
    // plain_forms 1 is the bare reading: symbols are nothing.
    std::size_t phase = 0;
};

/// The reading of characters in which symbols are nothing.
constexpr bool is_bare(Step step) {
    return step.phase != 0 && (step.decoding == Decoding::escapes || step.decoding == Decoding::plain_forms);
}

inline constexpr std::array all_steps = {
    Step{Decoding::plain_forms, 0}, Step{Decoding::escapes, 0},    Step{Decoding::quoted_printable, 0},
    Step{Decoding::tags, 0},        Step{Decoding::chunks, 0},     Step{Decoding::hyphened, 0},
    Step{Decoding::reversed, 0},    Step{Decoding::base64, 0},     Step{Decoding::base64, 1},
    Step{Decoding::base64, 2},      Step{Decoding::base64, 3},     Step{Decoding::base32, 0},
    Step{Decoding::base32, 1},      Step{Decoding::base32, 2},     Step{Decoding::base32, 3},
    Step{Decoding::base32, 4},      Step{Decoding::base32, 5},     Step{Decoding::base32, 6},
    Step{Decoding::base32, 7},      Step{Decoding::hex, 0},        Step{Decoding::hex, 1},
    Step{Decoding::columns, 0},     Step{Decoding::numbers, 0},    Step{Decoding::turned, 0},
    Step{Decoding::mirrored, 0},    Step{Decoding::literals, 0},   Step{Decoding::url_digits, 0},
    Step{Decoding::base85, 0},      Step{Decoding::any_base85, 0}, Step{Decoding::base58, 0},
    Step{Decoding::uuencode, 0},    Step{Decoding::events, 0},     Step{Decoding::calls, 0},
    Step{Decoding::rows, 0},        Step{Decoding::quoted, 0},     Step{Decoding::plain_forms, 1},
    Step{Decoding::escapes, 1},
};

/// Digits that it takes for `shortest` bytes. A line of base64 before a line break may be shorter.
constexpr std::size_t least_base64(std::size_t shortest) { return (shortest * 8 + 5) / 6; }
constexpr std::size_t least_base32(std::size_t shortest) { return (shortest * 8 + 4) / 5; }

/// In codes of 58 and 85 digits a value of 16 characters is looked for from 24 on: ids and times of 24 digits
/// are everywhere.
constexpr std::size_t least_in_large_digits(std::size_t shortest) { return shortest < 16 ? shortest : 24; }
constexpr std::size_t least_base58(std::size_t shortest) {
    return (least_in_large_digits(shortest) * 8 - 3) * 100 / 586 + 1;  // 5.86 bits; text begins with a 0
}
constexpr std::size_t least_base85(std::size_t shortest) {
    return (least_in_large_digits(shortest) * 5 + 3) / 4;
}

/// Quoted characters that are no separators: most of what a value has.
constexpr std::size_t least_quoted(std::size_t shortest) { return (shortest + 1) / 2; }

/// False if no phase of base64 gives text or what is compressed: names and ids are cheap to tell from it.
/// Long texts are not looked at.
bool may_hold_base64(std::string_view text, std::size_t shortest);

/// Total: any bytes in, no error. `shortest` is the least number of bytes that is of interest in a decoded
/// run. The view is empty if the step does not apply.
View decode(Step step, std::string_view text, std::size_t shortest, View::Origins origins);

/// Where digits stand in runs that are long enough: the same in every phase of a code.
struct DigitRuns {
    std::optional<Decoding> decoding;  // of the last step; nothing if the text is another one
    std::vector<Origin> runs;
};
/// The same into a view that has been used before; `runs` are those of this text.
void decode(Step step, std::string_view text, std::size_t shortest, DigitRuns& runs, View& view);

/// True if the %, \, & or + at `at` may be of an escape that is written backwards: "14%" for "%41".
bool ends_mirrored_escape(std::string_view text, std::size_t at);
/// True if among digits there may be some that were written backwards.
bool may_hold_turned(std::string_view digits, std::size_t shortest);
/// True if at `at` a literal ends to which the one behind it is joined.
bool joins_literals(std::string_view text, std::size_t at);
/// True if the ( or + at `at` is beside a number as source code has it for one byte.
bool is_of_call(std::string_view text, std::size_t at);
/// True if a line has as many digits of uuencode as its first character says.
bool is_uuencoded(std::string_view line);
/// What bytes are in base64url, begun with byte `phase` (0 to 2); empty if the bytes are text, which no
/// signature is.
std::string as_base64url(std::string_view bytes, std::size_t phase);

/// True if decoded bytes are mostly garbage, of which only stretches of text are of interest.
bool gives_bytes(Decoding decoding);
/// True for how a text is laid out, in pieces or columns: no encoding, and not counted as one.
bool is_layout(Decoding decoding);
// The decoders behind decode(), by kind.
void decode_escapes(std::string_view text, View& view);
void decode_plain_forms(std::string_view text, View& view);
// Where symbols are nothing, and escapes go on behind line breaks; empty if that makes no difference.
void decode_bare_escapes(std::string_view text, View& view);
void decode_bare_forms(std::string_view text, View& view);
void decode_quoted_printable(std::string_view text, View& view);
void decode_tags(std::string_view text, View& view);
void decode_chunks(std::string_view text, std::size_t shortest, View& view);
void decode_hyphened(std::string_view text, std::size_t shortest, View& view);
void decode_rows(std::string_view text, std::size_t shortest, View& view);
void decode_quoted(std::string_view text, std::size_t shortest, View& view);
void decode_reversed(std::string_view text, std::size_t shortest, View& view);
void decode_columns(std::string_view text, View& view);
void decode_turned(std::string_view text, std::size_t shortest, View& view);
void decode_mirrored(std::string_view text, View& view);
void decode_literals(std::string_view text, View& view);
void decode_url_digits(std::string_view text, std::size_t shortest, View& view);
void decode_base85(std::string_view text, std::size_t shortest, View& view);
void decode_any_base85(std::string_view text, std::size_t shortest, View& view);
void decode_base58(std::string_view text, std::size_t shortest, View& view);
void decode_uuencode(std::string_view text, View& view);
void decode_events(std::string_view text, std::size_t shortest, View& view);
void decode_calls(std::string_view text, std::size_t shortest, View& view);
// Of those for digits there are two: what is done once for all phases, and the phase.
void find_base64(std::string_view text, std::size_t shortest, std::vector<Origin>& runs);
void find_base32(std::string_view text, std::size_t shortest, std::vector<Origin>& runs);
void find_hex(std::string_view text, std::size_t shortest, std::vector<Origin>& runs);
void decode_base64(std::string_view text, const std::vector<Origin>& runs, std::size_t phase,
                   std::size_t shortest, View& view);
void decode_base32(std::string_view text, const std::vector<Origin>& runs, std::size_t phase, View& view);
void decode_hex(std::string_view text, const std::vector<Origin>& runs, std::size_t phase, View& view);
void decode_numbers(std::string_view text, const std::vector<Origin>& runs, std::size_t shortest, View& view);

}  // namespace tfy::redaction
