// Decode, then match: finds registered values in a text, plain or encoded, to a depth of three encodings.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/redaction/index.hpp"
#include "policy/redaction/views.hpp"

namespace tfy::policy {

inline constexpr int most_nested = 3;

class Search {
public:
    /// May decode up to `budget` bytes.
    Search(const Index& index, std::size_t budget) : index_(index), budget_(budget) {}

    /// The hits in `text`, sorted, without overlaps; nullopt where the budget was not enough to say.
    std::optional<std::vector<Hit>> run(std::string_view text);

private:
    void look(std::string_view text, int nested, std::vector<Hit>& hits);
    bool look_behind(Step step, std::string_view text, int nested, std::vector<Hit>& hits);

    const Index& index_;
    std::size_t budget_;
    bool over_ = false;
};

/// What a text of this size may cost: enough for what is sent in earnest, such as nested Base64 of megabytes.
constexpr std::size_t budget_for(std::size_t size) { return size * 32 + 64 * 1024; }

/// The text with marks in the place of what was found; "[redacted:over-budget]" where nobody can say.
/// nullopt: nothing to take out.
std::optional<std::string> redact(std::string_view text, const Index& index);

}  // namespace tfy::policy
