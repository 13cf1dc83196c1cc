// A place is judged when enough of the text is around it; what reaches over that place's end waits for
// the next piece.
#include "policy/redaction/streamed_search.hpp"

#include <algorithm>

#include "policy/redaction/marks.hpp"

namespace tfy::redaction {

std::string Stretch::mark() const {
    if (holds == Holds::unknown) return std::string(redaction::over_budget_mark);
    return finding != nullptr ? redaction::mark_for(finding->token) : std::string();
}

StreamedSearch::StreamedSearch(const redaction::Redactor& redactor, Take take, PieceSizes sizes)
    : redactor_(redactor), take_(std::move(take)), sizes_(sizes) {
    piece_.reserve(sizes_.piece);  // never moved, so no copy of what it held stays behind
}

StreamedSearch::~StreamedSearch() { policy::wipe(piece_); }

Result<void> StreamedSearch::feed(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto size = std::min(bytes.size(), sizes_.piece - piece_.size());
        piece_.append(bytes.substr(0, size));
        bytes.remove_prefix(size);
        if (piece_.size() < sizes_.piece) continue;
        if (auto judged = judge(false); !judged) return judged;
    }
    return {};
}

Result<void> StreamedSearch::finish() {
    auto judged = judge(true);
    forget_before(piece_.size());
    return judged;
}

Result<void> StreamedSearch::judge(bool at_end) {
    const auto limit = at_end ? piece_.size() : piece_.size() - sizes_.overlap;
    const auto findings = redactor_.find_in_piece(piece_);
    if (!findings) return judge_unknown(limit);
    if (auto judged = judge_found(*findings, limit, at_end); !judged) return judged;
    forget_before(judged_ - std::min(judged_, sizes_.overlap));
    return {};
}

/// Nothing of it stays to be looked at again with what comes next, which may be easier to read.
Result<void> StreamedSearch::judge_unknown(std::size_t limit) {
    auto given = give(limit, Stretch::Holds::unknown);
    forget_before(judged_);
    return given;
}

Result<void> StreamedSearch::judge_found(const std::vector<redaction::Match>& findings, std::size_t limit,
                                         bool at_end) {
    constexpr std::size_t rest_of_a_code = 64;  // digits that spell no whole byte yet
    for (const auto& finding : findings) {
        if (finding.end <= judged_) continue;
        if (finding.unfinished && (at_end || finding.end + rest_of_a_code < piece_.size())) continue;
        if (finding.begin >= limit) break;
        const bool reaches_over = finding.end > limit;
        // The next piece has it whole, unless it began where this one did.
        if (reaches_over && finding.begin > judged_) return give(finding.begin, Stretch::Holds::nothing);
        if (finding.unfinished) return judge_unknown(limit);
        if (auto given = give(std::max(finding.begin, judged_), Stretch::Holds::nothing); !given)
            return given;
        if (auto given = give(finding.end, Stretch::Holds::token, &finding); !given) return given;
    }
    return give(std::max(limit, judged_), Stretch::Holds::nothing);
}

Result<void> StreamedSearch::give(std::size_t end, Stretch::Holds holds, const redaction::Match* finding) {
    if (end <= judged_) return {};
    const Stretch stretch{std::string_view(piece_).substr(judged_, end - judged_), holds, finding};
    judged_ = end;
    return take_(stretch);
}

void StreamedSearch::forget_before(std::size_t at) {
    const auto kept = piece_.size() - at;
    std::copy(piece_.begin() + static_cast<std::ptrdiff_t>(at), piece_.end(), piece_.begin());
    std::fill(piece_.begin() + static_cast<std::ptrdiff_t>(kept), piece_.end(), '\0');
    piece_.resize(kept);
    judged_ -= at;
}

}  // namespace tfy::redaction
