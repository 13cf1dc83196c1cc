// Looks at a text and, under a budget, at what it decodes to; carries hits back to the bytes that they came
// from.
#include "policy/redaction/search.hpp"

#include <algorithm>

#include "policy/redaction/foreign_jwt.hpp"
#include "policy/redaction/shapes.hpp"

namespace tfy::policy {

namespace {

constexpr std::string_view over_budget = "[redacted:over-budget]";

/// Hits that overlap become one, named after the first of them that has a name.
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
        if (last.token == Hit::unnamed) last.token = hit.token;
    }
    return result;
}

}  // namespace

std::optional<std::vector<Hit>> Search::run(std::string_view text) {
    std::vector<Hit> hits;
    look(text, most_nested, hits);
    if (over_) return std::nullopt;
    return hits.empty() ? hits : merged(std::move(hits));
}

void Search::look(std::string_view text, int nested, std::vector<Hit>& hits) {
    if (over_ || text.size() < index_.shortest()) return;
    std::vector<Hit> plain;
    index_.find(text, plain);
    if (!plain.empty()) forgive_claim_names(text, plain);
    hits.insert(hits.end(), plain.begin(), plain.end());
    find_shapes(text, hits);
    if (nested == 0) return;
    const auto features = features_of(text);
    std::optional<Decoding> pointless;  // what gave nothing in one phase gives nothing in the next
    for (const auto step : all_steps) {
        if (step.decoding == pointless || !may_apply(step.decoding, features)) continue;
        if (!look_behind(step, text, nested - 1, hits)) pointless = step.decoding;
    }
}

/// False where the step leads nowhere.
bool Search::look_behind(Step step, std::string_view text, int nested, std::vector<Hit>& hits) {
    const auto view = decode(step, text, index_.shortest(), View::Origins::dropped);
    const std::string_view decoded = view.text();
    if (decoded.empty() || decoded == text) return false;
    if (decoded.size() > budget_) {
        over_ = true;
        return false;
    }
    budget_ -= decoded.size();

    std::vector<Hit> found;
    if (!gives_bytes(step.decoding)) {
        // Backwards is the last step: twice is where we came from.
        look(decoded, step.decoding == Decoding::reversed ? 0 : nested, found);
    } else {
        for (auto part = next_text(decoded, 0, index_.shortest()); part.end > part.begin;
             part = next_text(decoded, part.end, index_.shortest())) {
            const auto known = found.size();
            look(decoded.substr(part.begin, part.end - part.begin), nested, found);
            for (auto i = known; i < found.size(); ++i) {
                found[i].begin += part.begin;
                found[i].end += part.begin;
            }
        }
    }
    if (found.empty()) return true;
    const auto mapped = decode(step, text, index_.shortest(), View::Origins::kept);
    for (const auto& hit : found) {
        const auto origin = mapped.origin(hit.begin, hit.end);
        hits.push_back({origin.begin, origin.end, hit.token});
    }
    return true;
}

std::optional<std::string> redact(std::string_view text, const Index& index) {
    if (text.size() < index.shortest()) return std::nullopt;
    const auto hits = Search(index, budget_for(text.size())).run(text);
    if (!hits) return std::string(over_budget);
    if (hits->empty()) return std::nullopt;
    std::string result;
    std::size_t at = 0;
    for (const auto& hit : *hits) {
        result.append(text.substr(at, hit.begin - at)).append(index.mark(hit.token));
        at = hit.end;
    }
    return result.append(text.substr(at));
}

}  // namespace tfy::policy
