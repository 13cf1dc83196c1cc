// A text as valid UTF-8, and the way back to the bytes that it was.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tfy::redaction {

/// As repaired_utf8: U+FFFD, three bytes, for each byte that is no UTF-8. A text that is valid is not copied.
class RepairedText {
public:
    explicit RepairedText(std::string_view source);
    RepairedText(const RepairedText&) = delete;
    RepairedText& operator=(const RepairedText&) = delete;

    std::string_view text() const { return text_; }
    /// Where in the source the byte `at` of the text came from; behind a bad byte where it is in the middle
    /// of one.
    std::size_t source(std::size_t at) const;

private:
    std::string_view text_;
    std::string repaired_;
    std::vector<std::size_t> repairs_;  // where they begin in the text
};

}  // namespace tfy::redaction
