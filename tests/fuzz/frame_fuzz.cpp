// Any bytes in any chunks: the framer gives the same lines as for one chunk, and never one over its limit.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/frame.hpp"

namespace {

constexpr std::size_t limit = 64;

void drain(tfy::protocol::LineFramer& framer, std::vector<std::string>& lines) {
    for (;;) {
        auto line = framer.next();
        if (!line) {
            lines.emplace_back("too large");
            continue;
        }
        if (!*line) return;
        if ((*line)->size() > limit) std::abort();
        lines.push_back(std::move(**line));
    }
}

std::vector<std::string> lines_of(std::string_view bytes, std::size_t chunk) {
    tfy::protocol::LineFramer framer(limit);
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < bytes.size(); at += chunk) {
        framer.feed(bytes.substr(at, chunk));
        drain(framer, lines);
    }
    return lines;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    if (lines_of(bytes, bytes.size()) != lines_of(bytes, 1U + data[0] % 31U)) std::abort();
    return 0;
}
