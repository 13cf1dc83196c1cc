// W3C Trace Context and Baggage in `_meta`: what may be passed on, and nothing else.
#include <algorithm>

#include "protocol/member.hpp"
#include "protocol/meta.hpp"

namespace tfy::protocol {
namespace {

constexpr std::size_t longest_state = 512;
constexpr std::size_t longest_baggage = 8192;

bool is_lower_hex(std::string_view text) { return text.find_first_not_of("0123456789abcdef") == text.npos; }
bool is_zero(std::string_view text) { return text.find_first_not_of('0') == text.npos; }

/// version "-" trace-id "-" parent-id "-" flags, in lower case; what versions after 00 may add starts with
/// "-".
bool is_traceparent(std::string_view text) {
    constexpr std::size_t size = 55;
    if (text.size() < size || text[2] != '-' || text[35] != '-' || text[52] != '-') return false;
    const auto version = text.substr(0, 2);
    const auto trace = text.substr(3, 32);
    const auto parent = text.substr(36, 16);
    const auto flags = text.substr(53, 2);
    const bool ends_well = text.size() == size || (version != "00" && text[size] == '-');
    return ends_well && is_lower_hex(version) && version != "ff" && is_lower_hex(trace) && !is_zero(trace) &&
           is_lower_hex(parent) && !is_zero(parent) && is_lower_hex(flags);
}

/// A text of printable ASCII that is no longer than `limit`; empty for anything else.
std::string read_printable(const Json& meta, std::string_view name, std::size_t limit) {
    const auto* member = find_member(meta, name);
    if (member == nullptr || !member->is_string()) return {};
    const auto& text = member->get_ref<const std::string&>();
    const bool fits =
        text.size() <= limit && std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
    return fits ? text : std::string();
}

}  // namespace

TraceContext TraceContext::read(const Json& params) {
    TraceContext trace;
    const auto* meta = find_member(params, "_meta");
    if (meta == nullptr) return trace;
    trace.baggage = read_printable(*meta, "baggage", longest_baggage);
    auto parent = read_printable(*meta, "traceparent", longest_state);
    if (!is_traceparent(parent)) return trace;
    trace.traceparent = std::move(parent);
    trace.tracestate = read_printable(*meta, "tracestate", longest_state);
    return trace;
}

}  // namespace tfy::protocol
