// Newline framing of stdio, without a file descriptor.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/error.hpp"

namespace tfy::protocol {

/// Cuts a byte stream into lines. A line over the limit is skipped to its end and reported once, so the
/// stream goes on.
class LineFramer {
public:
    explicit LineFramer(std::size_t limit = 4 * 1024 * 1024) : limit_(limit) {}

    void feed(std::string_view bytes);
    /// The next whole line, without its "\n" or "\r\n"; blank lines are skipped, and a byte order mark at the
    /// very beginning; nullopt when more bytes are needed; Errc::too_large for a line over the limit.
    Result<std::optional<std::string>> next();

    /// Bytes held: at most twice what was not taken yet, and what was fed last.
    std::size_t held() const { return buffer_.size(); }

private:
    void skip_byte_order_mark();
    Result<std::optional<std::string>> wait_for_more();

    std::size_t limit_;
    std::string buffer_;
    std::size_t start_ = 0;    // where the current line begins
    std::size_t scanned_ = 0;  // no line end before here
    bool begun_ = false;       // past the place of a byte order mark
    bool skipping_ = false;    // inside a line that was already refused
};

}  // namespace tfy::protocol
