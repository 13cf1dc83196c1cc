// Decode, then match: finds registered values in a text, plain or encoded, to a depth of three encodings.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/redaction/index.hpp"
#include "policy/redaction/inflate.hpp"
#include "policy/redaction/views.hpp"

namespace tfy::redaction {

inline constexpr int most_nested = 3;

/// What a text of this size may cost in decoded bytes: enough for what is sent in earnest, such as nested
/// Base64 of megabytes.
///
/// Ordinary documents of many encodings side by side were seen to take 66 times their size. Beyond 87 KiB the
/// rate falls towards 32, so that no one can keep a loop busy for seconds.
constexpr std::size_t budget_for(std::size_t size) {
    return size * 32 + std::min(size * 96, std::size_t{8} * 1024 * 1024) + 64 * 1024;
}

/// Who looks through a file has more time than who answers a call.
constexpr std::size_t patient_budget_for(std::size_t size) { return size * 128 + 256 * 1024; }

/// What may still be undone behind a text.
struct Depth {
    int codes = 0;          // encodings
    bool laid_out = false;  // a layout has just been undone: what is left has none that counts
    bool reversed = false;  // turned round: what is left are escapes, pieces and digits, and not twice

    bool allows(Decoding decoding) const {
        if (codes == 0 || (laid_out && is_layout(decoding))) return false;
        if (!reversed) return true;
        constexpr std::array left = {Decoding::escapes, Decoding::chunks, Decoding::rows,
                                     Decoding::base64,  Decoding::base32, Decoding::hex};
        return std::ranges::find(left, decoding) != left.end();
    }
    Depth behind(Decoding decoding) const {
        if (decoding == Decoding::url_digits || decoding == Decoding::reversed) return {};
        if (is_layout(decoding)) return {codes, true, reversed};
        const bool turned = decoding == Decoding::turned || decoding == Decoding::mirrored;
        return {codes - 1, false, reversed || turned};
    }
    std::size_t place() const { return 2 * static_cast<std::size_t>(codes) + (laid_out ? 1 : 0); }
};
inline constexpr std::size_t depths = 2 * (most_nested + 1);

/// One after the other many texts can be searched with it: it keeps its buffers.
class Search {
public:
    explicit Search(const Index& index) : index_(index) {}

    /// The hits in `text`, sorted, without overlaps; nullopt if the budget was not enough to say.
    std::optional<std::vector<Hit>> run(std::string_view text) { return run(text, budget_for(text.size())); }
    /// May decode up to `budget` bytes.
    std::optional<std::vector<Hit>> run(std::string_view text, std::size_t budget);
    /// The same for a piece of a longer text: there are also hits that are Hit::unfinished, compressed
    /// streams of which the end is not in it. Shorter than 4 KiB they are not told.
    std::optional<std::vector<Hit>> run_piece(std::string_view piece, std::size_t budget);
    /// The same for bytes, which may also be what base64url stands for.
    std::optional<std::vector<Hit>> run_bytes(std::string_view bytes);

private:
    void look(std::string_view text, Depth depth, std::vector<Hit>& hits);
    void look_plainly(std::string_view text, std::vector<Hit>& hits) const;
    bool look_behind(Step step, std::string_view text, Depth depth, std::vector<Hit>& hits);
    std::vector<Hit> look_into(Step step, std::string_view decoded, Depth depth);
    void look_at_bytes(std::string_view bytes, Depth depth, std::vector<Hit>& hits);
    void look_into_compressed(std::string_view bytes, Depth depth, std::vector<Hit>& hits);

    const Index& index_;
    std::size_t budget_ = 0;
    bool over_ = false;
    bool of_piece_ = false;
    std::array<View, depths> views_;
    std::array<DigitRuns, depths> runs_;
    Inflater inflater_;
};

/// Adds the hits in what bytes are in base64url, such as the signature of a JWT.
void find_in_base64url(std::string_view bytes, const Index& index, std::vector<Hit>& hits);

/// How the value of a hit was written, from the outside to the inside: "plain", "base64", "escapes, hex";
/// "shape" where it is no registered one.
std::string technique(const Hit& hit);

/// The text with marks in the place of what was found; "[redacted:over-budget]" if no one can say.
/// nullopt: nothing to take out.
std::optional<std::string> redact(std::string_view text, Search& search, const Index& index);

}  // namespace tfy::redaction
