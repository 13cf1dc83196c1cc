// Looks for a JWT around each hit, and at what the hit spells in its claims.
#include "policy/redaction/foreign_jwt.hpp"

#include <algorithm>
#include <iterator>
#include <string>

#include "policy/base64url.hpp"
#include "policy/redaction/characters.hpp"
#include "policy/redaction/jwt.hpp"
#include "protocol/error.hpp"

namespace tfy::redaction {

namespace {

/// A whole JWT in the text, and whether all that was found in it are claim names.
struct Found {
    std::size_t begin = 0;
    std::size_t payload = 0;
    std::size_t signature = 0;
    std::size_t end = 0;
    std::string claims;  // decoded
    bool ours = false;

    /// A window that is in the payload and has the edge of a claim's name or value in it, or the start of
    /// a URL.
    bool is_claim_name(std::size_t window) const {
        if (window < payload || window + window_size >= signature) return false;
        const auto first = std::min((window - payload) * 3 / 4, claims.size());
        return std::string_view(claims).substr(first, window_size * 3 / 4).find_first_of("\":,") !=
               std::string_view::npos;
    }
};

/// The JWTs in one run of words and dots.
class Run {
public:
    bool holds(std::size_t at) const { return at >= begin_ && at < end_; }

    Run(std::string_view text, std::size_t at) : begin_(at), end_(at) {
        while (begin_ > 0 && is_member(text[begin_ - 1])) --begin_;
        while (end_ < text.size() && is_member(text[end_])) ++end_;
        std::vector<std::size_t> starts = {begin_};  // of the parts between dots
        for (auto i = begin_; i < end_; ++i)
            if (text[i] == '.') starts.push_back(i + 1);
        starts.push_back(end_ + 1);
        for (std::size_t i = 0; i + 3 < starts.size(); ++i)
            add(text, starts[i], starts[i + 1], starts[i + 2], starts[i + 3] - 1);
    }

    Found* find(std::size_t at) {
        const auto next = std::ranges::upper_bound(jwts_, at, {}, &Found::begin);
        return next != jwts_.begin() && at < std::prev(next)->end ? &*std::prev(next) : nullptr;
    }

private:
    static bool is_member(char c) { return has(word_characters, c) || c == '.'; }

    void add(std::string_view text, std::size_t begin, std::size_t payload, std::size_t signature,
             std::size_t end) {
        if (!text.substr(begin).starts_with("eyJ") || !read_jwt(text.substr(begin, end - begin))) return;
        auto claims = policy::from_base64url(text.substr(payload, signature - 1 - payload));
        // Anything can be base64url between two dots; only names of claims are forgiven.
        if (claims && claims->starts_with('{') && Json::accept(*claims))
            jwts_.push_back({begin, payload, signature, end, std::move(*claims)});
    }

    std::size_t begin_;
    std::size_t end_;
    std::vector<Found> jwts_;
};

}  // namespace

void forgive_claim_names(std::string_view text, std::vector<Hit>& hits) {
    std::ranges::sort(hits, {}, &Hit::window);
    std::vector<Run> runs;
    std::vector<std::size_t> run_of;
    for (const auto& hit : hits) {
        if (runs.empty() || !runs.back().holds(hit.window)) runs.emplace_back(text, hit.window);
        run_of.push_back(runs.size() - 1);
    }
    std::vector<Found*> around;
    for (std::size_t i = 0; i < hits.size(); ++i) {
        around.push_back(runs[run_of[i]].find(hits[i].window));
        if (around[i] != nullptr && !around[i]->is_claim_name(hits[i].window)) around[i]->ours = true;
    }
    std::size_t kept = 0;
    for (std::size_t i = 0; i < hits.size(); ++i)
        if (around[i] == nullptr || around[i]->ours) hits[kept++] = hits[i];
    hits.resize(kept);
}

}  // namespace tfy::redaction
