// Looks for registered values in a text of any size, in pieces that overlap.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "policy/redaction/redactor.hpp"

namespace tfy::redaction {

/// Some of the text, in its order: all of it comes by, once.
struct Stretch {
    enum class Holds { nothing, token, unknown };  // unknown: there was too much to decode to say

    std::string_view bytes;  // until the next call only
    Holds holds = Holds::nothing;
    const redaction::Match* finding = nullptr;  // of a token; its places are not those of the whole text

    /// What a filter writes in its place.
    std::string mark() const;
};

struct PieceSizes {
    std::size_t piece = std::size_t{512} * 1024;   // searched at once; more than twice the overlap
    std::size_t overlap = std::size_t{64} * 1024;  // what is before and behind a place when it is judged
};

/// Finds what Redactor::find finds in the whole text, as far as no hit and what belongs to it (a whole JWT)
/// takes more than the overlap. A longer one is found in parts, and if it is so long that it fills a
/// piece, that piece is taken for a part of it. What is compressed and fills a piece is unknown: nothing
/// reads the rest of it without its head. Holds one piece in memory and wipes it.
class StreamedSearch {
public:
    using Take = std::function<Result<void>(const Stretch&)>;

    StreamedSearch(const redaction::Redactor& redactor, Take take, PieceSizes sizes = {});
    ~StreamedSearch();
    StreamedSearch(const StreamedSearch&) = delete;
    StreamedSearch& operator=(const StreamedSearch&) = delete;

    /// The next bytes, any number of them. An error is one of `take`; then nothing more may be fed.
    Result<void> feed(std::string_view bytes);
    /// The end of the text: what was held back is judged.
    Result<void> finish();

private:
    Result<void> judge(bool at_end);
    Result<void> judge_unknown(std::size_t limit);
    Result<void> judge_found(const std::vector<redaction::Match>& findings, std::size_t limit, bool at_end);
    Result<void> give(std::size_t end, Stretch::Holds holds, const redaction::Match* finding = nullptr);
    void forget_before(std::size_t at);

    const redaction::Redactor& redactor_;
    Take take_;
    PieceSizes sizes_;
    std::string piece_;
    std::size_t judged_ = 0;  // bytes of the piece that were given out
};

}  // namespace tfy::redaction
