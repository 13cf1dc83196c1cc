// The search as one would write it who has all the time in the world: every window of every token at every
// byte, every way to decode at every level. The fast one must find the same.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "policy/redaction/decoded_text.hpp"
#include "policy/redaction/fingerprint.hpp"
#include "policy/redaction/foreign_jwt.hpp"
#include "policy/redaction/search.hpp"
#include "policy/redaction/shapes.hpp"
#include "tests/policy/leak_tokens.hpp"

namespace tfy::leaks {

/// Where registered windows begin, by the whole 128-bit digest.
inline std::vector<std::pair<std::size_t, std::size_t>> slow_windows(
    std::string_view text, const std::vector<redaction::TokenFingerprints>& tokens) {
    const redaction::WindowHash hash(a_key());
    std::vector<std::size_t> sizes;
    for (const auto& token : tokens)
        for (const auto& window : token.windows)
            if (std::ranges::find(sizes, window.size) == sizes.end()) sizes.push_back(window.size);
    std::vector<std::pair<std::size_t, std::size_t>> found;  // begin, size
    for (const auto size : sizes)
        for (std::size_t at = 0; at + size <= text.size(); ++at) {
            const auto digest = hash.digest(text.substr(at, size));
            const auto known = [&](const redaction::Fingerprint& each) {
                return each.size == size && each.digest == digest;
            };
            if (std::ranges::any_of(
                    tokens, [&](const auto& token) { return std::ranges::any_of(token.windows, known); }))
                found.emplace_back(at, size);
        }
    std::ranges::sort(found);
    return found;
}

/// A hit for every place; may overlap.
inline std::vector<redaction::Hit> slow_search(std::string_view text, const redaction::Index& index,
                                               redaction::Depth depth) {
    std::vector<redaction::Hit> hits;
    if (text.size() < index.shortest()) return hits;
    index.find(text, hits);
    if (!hits.empty()) redaction::forgive_claim_names(text, hits);
    redaction::find_shapes(text, index, hits);
    for (const auto step : redaction::all_steps) {
        if (!depth.allows(step.decoding)) continue;
        const auto view = redaction::decode(step, text, index.shortest(), redaction::View::Origins::kept);
        if (view.text().empty() || view.text() == text) continue;
        const auto look = [&](std::size_t begin, std::size_t end) {
            const auto part = std::string_view(view.text()).substr(begin, end - begin);
            auto inner = depth.behind(step.decoding);
            if (redaction::is_bare(step)) inner.reversed = true;
            for (const auto& hit : slow_search(part, index, inner)) {
                const auto origin = view.origin(begin + hit.begin, begin + hit.end);
                hits.push_back({origin.begin, origin.end, hit.token});
            }
        };
        if (!depth.reversed &&
            (step.decoding == redaction::Decoding::hex || step.decoding == redaction::Decoding::numbers ||
             step.decoding == redaction::Decoding::calls)) {
            std::vector<redaction::Hit> found;
            redaction::find_in_base64url(view.text(), index, found);
            for (const auto& hit : found) {
                const auto origin = view.origin(hit.begin, hit.end);
                hits.push_back({origin.begin, origin.end, hit.token});
            }
        }
        if (redaction::gives_bytes(step.decoding))
            redaction::for_each_text(view.text(), index.shortest(), look);
        else
            look(0, view.text().size());
    }
    return hits;
}

/// 'x' for each byte that is in a hit.
inline std::string covered(std::size_t size, const std::vector<redaction::Hit>& hits) {
    std::string marks(size, '.');
    for (const auto& hit : hits)
        std::fill(marks.begin() + static_cast<std::ptrdiff_t>(hit.begin),
                  marks.begin() + static_cast<std::ptrdiff_t>(hit.end), 'x');
    return marks;
}

}  // namespace tfy::leaks
