// Line framing: each byte is looked at once and moved a bounded number of times, however the bytes arrive.
#include "protocol/frame.hpp"

#include <utility>

namespace tfy::protocol {
namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

Error too_long(std::size_t limit) {
    return {Errc::too_large,
            "A line is longer than " + std::to_string(limit) +
                " bytes. It was skipped and nothing in it was done. Send a smaller message."};
}

}  // namespace

void LineFramer::feed(std::string_view bytes) {
    // Only once as much was taken as would have to move: many short lines in one buffer stay linear.
    if (start_ > buffer_.size() / 2) {
        buffer_.erase(0, start_);
        scanned_ -= start_;
        start_ = 0;
    }
    buffer_ += bytes;
}

Result<std::optional<std::string>> LineFramer::next() {
    if (!begun_) skip_byte_order_mark();
    for (;;) {
        const auto end = buffer_.find('\n', scanned_);
        if (end == buffer_.npos) return wait_for_more();
        std::string_view line(buffer_.data() + start_, end - start_);
        start_ = scanned_ = end + 1;
        if (std::exchange(skipping_, false)) continue;
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (line.size() > limit_) return too_long(limit_);
        if (!line.empty()) return std::optional(std::string(line));
    }
}

void LineFramer::skip_byte_order_mark() {
    if (buffer_.starts_with(byte_order_mark)) start_ = scanned_ = byte_order_mark.size();
    begun_ = start_ > 0 || !byte_order_mark.starts_with(buffer_);
}

/// No end of line in sight. A line that cannot fit any more is refused now: it is never held whole.
Result<std::optional<std::string>> LineFramer::wait_for_more() {
    scanned_ = buffer_.size();
    const bool outgrown = !skipping_ && scanned_ - start_ > limit_ + 1;  // one more for a "\r"
    if (outgrown) skipping_ = true;
    if (skipping_) start_ = scanned_;
    if (outgrown) return too_long(limit_);
    return std::optional<std::string>();
}

}  // namespace tfy::protocol
