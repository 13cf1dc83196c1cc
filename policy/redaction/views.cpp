// Calls the decoder of a step.
#include "policy/redaction/views.hpp"

#include <algorithm>
#include <cstring>

#include "policy/redaction/characters.hpp"

namespace tfy::redaction {

Origin View::origin(std::size_t begin, std::size_t end) const {
    // Reversed views run backwards, so the outermost bytes may be either.
    const auto& first = origins_.at(begin);
    const auto& last = origins_.at(end - 1);
    return {std::min(first.begin, last.begin), std::max(first.end, last.end)};
}

void View::put_through(const View& inner, const View& outer) {
    if (!keeps_) return put_unmapped(inner.text());
    for (std::size_t at = 0; at < inner.text_.size(); ++at) {
        const auto& part = inner.origins_[at];
        const auto origin = outer.origin(part.begin, part.end);
        put(inner.text_[at], origin.begin, origin.end);
    }
}

void View::keep_near(const std::vector<std::size_t>& places) {
    constexpr std::size_t reach = 256;
    View all(keeps_ ? Origins::kept : Origins::dropped);
    std::swap(all.text_, text_);
    std::swap(all.origins_, origins_);
    const auto joins = [&](std::size_t at) {
        return has(word_characters, all.text_[at]) || all.text_[at] == '.';
    };
    std::size_t end = 0;
    for (const auto place : places) {
        auto begin = std::max(end, place - std::min(place, reach));
        while (begin > end && joins(begin - 1)) --begin;
        if (begin > end) put_break(keeps_ ? all.origins_[begin].begin : 0);
        end = std::max(end, std::min(place + reach, all.text_.size()));
        while (end < all.text_.size() && joins(end)) ++end;
        text_.append(all.text_, begin, end - begin);
        if (keeps_)
            origins_.insert(origins_.end(), all.origins_.begin() + static_cast<std::ptrdiff_t>(begin),
                            all.origins_.begin() + static_cast<std::ptrdiff_t>(end));
    }
}

/// Eight bytes at a time.
void View::append_reversed(std::string_view bytes) {
    const auto size = text_.size();
    text_.resize(size + bytes.size());
    auto* to = text_.data() + size;
    for (; bytes.size() >= 8; bytes.remove_suffix(8), to += 8) {
        std::uint64_t eight = 0;
        std::memcpy(&eight, bytes.data() + bytes.size() - 8, 8);
        eight = __builtin_bswap64(eight);
        std::memcpy(to, &eight, 8);
    }
    std::reverse_copy(bytes.begin(), bytes.end(), to);
}

namespace {

void find_runs(Decoding decoding, std::string_view text, std::size_t shortest, DigitRuns& found) {
    if (found.decoding == decoding) return;
    found.decoding = decoding;
    found.runs.clear();
    switch (decoding) {
        case Decoding::base64: return find_base64(text, shortest, found.runs);
        case Decoding::base32: return find_base32(text, shortest, found.runs);
        case Decoding::hex:
        case Decoding::numbers: return find_hex(text, shortest, found.runs);
        default: return;
    }
}

}  // namespace

View decode(Step step, std::string_view text, std::size_t shortest, View::Origins origins) {
    View view(origins);
    DigitRuns runs;
    decode(step, text, shortest, runs, view);
    return view;
}

void decode(Step step, std::string_view text, std::size_t shortest, DigitRuns& found, View& view) {
    view.clear();
    find_runs(step.decoding, text, shortest, found);
    const auto& runs = found.runs;
    switch (step.decoding) {
        case Decoding::escapes:
            step.phase == 0 ? decode_escapes(text, view) : decode_bare_escapes(text, view);
            break;
        case Decoding::plain_forms:
            step.phase == 0 ? decode_plain_forms(text, view) : decode_bare_forms(text, view);
            break;
        case Decoding::quoted_printable: decode_quoted_printable(text, view); break;
        case Decoding::tags: decode_tags(text, view); break;
        case Decoding::chunks: decode_chunks(text, shortest, view); break;
        case Decoding::hyphened: decode_hyphened(text, shortest, view); break;
        case Decoding::reversed: decode_reversed(text, shortest, view); break;
        case Decoding::base64: decode_base64(text, runs, step.phase, shortest, view); break;
        case Decoding::base32: decode_base32(text, runs, step.phase, view); break;
        case Decoding::hex: decode_hex(text, runs, step.phase, view); break;
        case Decoding::columns: decode_columns(text, view); break;
        case Decoding::numbers: decode_numbers(text, runs, shortest, view); break;
        case Decoding::turned: decode_turned(text, shortest, view); break;
        case Decoding::mirrored: decode_mirrored(text, view); break;
        case Decoding::literals: decode_literals(text, view); break;
        case Decoding::url_digits: decode_url_digits(text, shortest, view); break;
        case Decoding::base85: decode_base85(text, shortest, view); break;
        case Decoding::any_base85: decode_any_base85(text, shortest, view); break;
        case Decoding::base58: decode_base58(text, shortest, view); break;
        case Decoding::uuencode: decode_uuencode(text, view); break;
        case Decoding::events: decode_events(text, shortest, view); break;
        case Decoding::calls: decode_calls(text, shortest, view); break;
        case Decoding::rows: decode_rows(text, shortest, view); break;
        case Decoding::quoted: decode_quoted(text, shortest, view); break;
        case Decoding::compressed: break;
    }
}

bool gives_bytes(Decoding decoding) {
    switch (decoding) {
        case Decoding::base64:
        case Decoding::base32:
        case Decoding::hex:
        case Decoding::numbers:
        case Decoding::base85:
        case Decoding::any_base85:
        case Decoding::base58:
        case Decoding::uuencode:
        case Decoding::calls: return true;
        default: return false;
    }
}

bool is_layout(Decoding decoding) {
    return decoding == Decoding::chunks || decoding == Decoding::columns || decoding == Decoding::literals ||
           decoding == Decoding::events || decoding == Decoding::rows || decoding == Decoding::quoted;
}

}  // namespace tfy::redaction
