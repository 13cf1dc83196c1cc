// Looks at a text and, under a budget, at what it decodes to; carries hits back to the bytes that they came
// from.
#include "policy/redaction/search.hpp"

#include <algorithm>

#include "policy/redaction/decoded_text.hpp"
#include "policy/redaction/foreign_jwt.hpp"
#include "policy/redaction/marks.hpp"
#include "policy/redaction/shapes.hpp"
#include "policy/redaction/survey.hpp"

namespace tfy::redaction {

namespace {

// Hit::path has a step in each byte, the outermost one lowest.
constexpr std::uint64_t by_shape = 0xff;

std::uint64_t path_through(Decoding decoding, std::uint64_t inner) {
    return inner << 8U | (static_cast<unsigned>(decoding) + 1);
}

constexpr std::string_view step_name(std::uint64_t step) {
    constexpr std::array<std::string_view, 26> names = {
        "plain",    "escapes",   "look-alikes", "quoted-printable", "tag characters",
        "pieces",   "hyphens",   "reversed",    "base64",           "base32",
        "hex",      "columns",   "numbers",     "reversed",         "reversed",
        "literals", "base64url", "compressed",  "base85",           "base85",
        "base58",   "uuencode",  "events",      "numbers",          "pieces",
        "pieces"};
    return step == by_shape ? "shape" : names.at(step);
}

/// Hits that overlap become one, named after the first of them that has a name; of the ways in which it was
/// written, the one with the fewest steps is told.
std::vector<Hit> merged(std::vector<Hit> hits) {
    std::ranges::sort(hits, {}, [](const Hit& hit) { return std::pair(hit.begin, hit.end); });
    std::vector<Hit> result;
    for (const auto& hit : hits) {
        if (result.empty() || hit.begin >= result.back().end) {
            result.push_back(hit);
            continue;
        }
        auto& last = result.back();
        last.end = std::max(last.end, hit.end);
        const auto rank = [](const Hit& one) {
            return one.token == Hit::unfinished ? 0 : one.token == Hit::unnamed ? 1 : 2;
        };
        const auto has_name = rank(hit);
        const auto had_name = rank(last);
        if (has_name > had_name) last.token = hit.token;
        if (has_name > had_name || (has_name == had_name && hit.path < last.path)) last.path = hit.path;
    }
    return result;
}

}  // namespace

std::string technique(const Hit& hit) {
    std::string steps(step_name(hit.path & 0xffU));
    for (auto rest = hit.path >> 8U; rest != 0; rest >>= 8U)
        steps.append(", ").append(step_name(rest & 0xffU));
    return steps;
}

std::optional<std::vector<Hit>> Search::run(std::string_view text, std::size_t budget) {
    budget_ = budget;
    over_ = false;
    std::vector<Hit> hits;
    look(text, {most_nested}, hits);
    if (over_) return std::nullopt;
    return hits.empty() ? hits : merged(std::move(hits));
}

std::optional<std::vector<Hit>> Search::run_piece(std::string_view piece, std::size_t budget) {
    of_piece_ = true;
    auto hits = run(piece, budget);
    of_piece_ = false;
    return hits;
}

void Search::look(std::string_view text, Depth depth, std::vector<Hit>& hits) {
    if (over_ || text.size() < index_.shortest()) return;
    if (depth.codes == 0) return look_plainly(text, hits);
    auto reasons = survey(text, index_.shortest());
    if (reasons.token_run || index_.has_odd()) look_plainly(text, hits);
    if (reasons.gives_reason_for(Decoding::base64) && !may_hold_base64(text, index_.shortest()))
        reasons.drop(Decoding::base64);
    if (index_.has_odd()) {
        reasons.add(Decoding::mirrored);
        if (reasons.gives_reason_for(Decoding::base85)) reasons.add(Decoding::any_base85);
        reasons.drop(Decoding::base85);
    }
    if (reasons.decodings == 0) return;
    if (reasons.gives_reason_for(Decoding::mirrored)) {
        reasons.drop(Decoding::reversed);
        reasons.drop(Decoding::turned);
    }
    runs_[depth.place()].decoding.reset();
    std::optional<Decoding> pointless;  // digits that gave nothing in one phase give nothing in the next
    for (const auto step : all_steps) {
        if (step.decoding == pointless || !reasons.gives_reason_for(step.decoding)) continue;
        if (!depth.allows(step.decoding)) continue;
        if (!look_behind(step, text, depth, hits) && gives_bytes(step.decoding)) pointless = step.decoding;
    }
}

void Search::look_plainly(std::string_view text, std::vector<Hit>& hits) const {
    std::vector<Hit> plain;
    index_.find(text, plain);
    if (!plain.empty()) forgive_claim_names(text, plain);
    const auto known = plain.size();
    find_shapes(text, index_, plain);
    for (auto i = known; i < plain.size(); ++i) plain[i].path = by_shape;
    hits.insert(hits.end(), plain.begin(), plain.end());
}

/// False if the step leads nowhere.
bool Search::look_behind(Step step, std::string_view text, Depth depth, std::vector<Hit>& hits) {
    auto inner = depth.behind(step.decoding);
    if (is_bare(step)) inner.reversed = true;  // escapes, pieces and digits are enough
    auto& view = views_[inner.place()];
    decode(step, text, index_.shortest(), runs_[depth.place()], view);
    const std::string_view decoded = view.text();
    if (decoded.empty() || decoded == text) return false;
    if (decoded.size() > budget_) {
        over_ = true;
        return false;
    }
    budget_ -= decoded.size();
    const auto found = look_into(step, decoded, inner);
    if (found.empty()) return true;
    const auto mapped = decode(step, text, index_.shortest(), View::Origins::kept);
    for (const auto& hit : found) {
        const auto origin = mapped.origin(hit.begin, hit.end);
        hits.push_back({origin.begin, origin.end, hit.token, 0, path_through(step.decoding, hit.path)});
    }
    return true;
}

std::vector<Hit> Search::look_into(Step step, std::string_view decoded, Depth depth) {
    std::vector<Hit> found;
    if (!gives_bytes(step.decoding)) {
        look(decoded, depth, found);
        return found;
    }
    const bool of_bytes = step.decoding == Decoding::hex || step.decoding == Decoding::numbers ||
                          step.decoding == Decoding::calls;
    if (of_bytes && !depth.reversed) find_in_base64url(decoded, index_, found);
    look_at_bytes(decoded, depth, found);
    return found;
}

/// Text among them, and what is compressed.
void Search::look_at_bytes(std::string_view bytes, Depth depth, std::vector<Hit>& hits) {
    for_each_text(bytes, index_.shortest(), [&](std::size_t begin, std::size_t end) {
        const auto known = hits.size();
        look(bytes.substr(begin, end - begin), depth, hits);
        for (auto i = known; i < hits.size(); ++i) {
            hits[i].begin += begin;
            hits[i].end += begin;
        }
    });
    if (depth.allows(Decoding::compressed)) look_into_compressed(bytes, depth, hits);
}

/// No part of a compressed text can be taken out: all of it is the hit.
void Search::look_into_compressed(std::string_view bytes, Depth depth, std::vector<Hit>& hits) {
    constexpr std::size_t least_unfinished = 4096;  // what is none but begins like one fails sooner
    const bool enough = inflater_.for_each(bytes, budget_, [&](const Inflater::Stream& stream) {
        std::vector<Hit> found;
        look_at_bytes(stream.held, depth.behind(Decoding::compressed), found);
        for (const auto& hit : found)
            hits.push_back(
                {stream.begin, stream.end, hit.token, 0, path_through(Decoding::compressed, hit.path)});
        if (of_piece_ && stream.goes_on && stream.end - stream.begin >= least_unfinished)
            hits.push_back({stream.begin, stream.end, Hit::unfinished});
    });
    over_ = over_ || !enough;
}

std::optional<std::vector<Hit>> Search::run_bytes(std::string_view bytes) {
    auto hits = run(bytes);
    if (!hits) return hits;
    look_into_compressed(bytes, {most_nested}, *hits);
    if (over_) return std::nullopt;
    find_in_base64url(bytes, index_, *hits);
    return merged(std::move(*hits));
}

void find_in_base64url(std::string_view bytes, const Index& index, std::vector<Hit>& hits) {
    for (std::size_t phase = 0; phase < 3; ++phase) {
        std::vector<Hit> found;
        index.find(as_base64url(bytes, phase), found);
        for (const auto& hit : found) {  // four digits are three bytes
            const auto begin = phase + hit.begin * 3 / 4;
            const auto end = std::min(phase + (hit.end * 3 + 3) / 4, bytes.size());
            hits.push_back({begin, end, hit.token, 0, path_through(Decoding::url_digits, 0)});
        }
    }
}

std::optional<std::string> redact(std::string_view text, Search& search, const Index& index) {
    if (text.size() < index.shortest()) return std::nullopt;
    const auto hits = search.run(text);
    if (!hits) return std::string(over_budget_mark);
    if (hits->empty()) return std::nullopt;
    std::string result;
    std::size_t at = 0;
    for (const auto& hit : *hits) {
        result.append(text.substr(at, hit.begin - at)).append(index.mark(hit.token));
        at = hit.end;
    }
    return result.append(text.substr(at));
}

}  // namespace tfy::redaction
