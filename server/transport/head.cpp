// Reading a request head and its target, strictly.
#include <algorithm>
#include <array>

#include "server/transport/guard.hpp"
#include "server/transport/text.hpp"

namespace tfy::transport::guard {
namespace {

constexpr std::string_view line_end = "\r\n";

/// By byte: whether a token may hold it.
constexpr auto token_bytes = [] {
    std::array<bool, 256> fits{};
    for (unsigned c = 0; c < fits.size(); ++c) {
        const auto small = lower(static_cast<char>(c));
        fits[c] = (c >= '0' && c <= '9') || (small >= 'a' && small <= 'z');
    }
    for (const char c : std::string_view("!#$%&'*+-.^_`|~")) fits[static_cast<unsigned char>(c)] = true;
    return fits;
}();

bool is_token(std::string_view text) {
    return !text.empty() &&
           std::ranges::all_of(text, [](char c) { return token_bytes[static_cast<unsigned char>(c)]; });
}

/// Anything but control characters: bytes over 0x7f are opaque, as RFC 9110 has them.
bool is_value(std::string_view text) {
    return std::ranges::none_of(text, [](char c) { return is_control(c) && c != '\t'; });
}

std::optional<Rejection> read_request_line(std::string_view line, Head& head) {
    const auto first = line.find(' ');
    const auto last = line.rfind(' ');
    if (first == std::string_view::npos || first == last)
        return Rejection{400, "The request line cannot be read."};
    const auto version = line.substr(last + 1);
    head.method = line.substr(0, first);
    head.target = line.substr(first + 1, last - first - 1);
    if (!is_token(head.method)) return Rejection{400, "The request line cannot be read."};
    if (!version.starts_with("HTTP/")) return Rejection{400, "The request line cannot be read."};
    if (version != "HTTP/1.1" && version != "HTTP/1.0") return Rejection{505, "This server speaks HTTP/1.1."};
    head.minor_version = version.back() - '0';
    return {};
}

std::optional<Rejection> read_header_line(std::string_view line, Head& head) {
    if (line.front() == ' ' || line.front() == '\t')
        return Rejection{400, "Folded header lines are not served."};
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon)) ||
        !is_value(line.substr(colon + 1)))
        return Rejection{400, "A header line cannot be read."};
    head.headers.emplace_back(lowered(line.substr(0, colon)), trimmed(line.substr(colon + 1)));
    return {};
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (lower(c) >= 'a' && lower(c) <= 'f') return lower(c) - 'a' + 10;
    return -1;
}

/// Once: "%2541" becomes "%41". A slash must be as itself, so that no one in front of us sees other
/// segments than we do.
std::optional<std::string> percent_decoded(std::string_view text) {
    std::string decoded;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            decoded += text[i];
            continue;
        }
        if (i + 2 >= text.size() || hex_digit(text[i + 1]) < 0 || hex_digit(text[i + 2]) < 0) return {};
        const auto c = static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
        if (is_control(c) || c == '/' || c == '\\') return {};
        decoded += c;
        i += 2;
    }
    return decoded;
}

bool has_dot_segment(std::string_view path) {
    while (!path.empty()) {
        path.remove_prefix(1);  // the slash
        const auto segment = path.substr(0, path.find('/'));
        if (segment == "." || segment == "..") return true;
        path.remove_prefix(segment.size());
    }
    return false;
}

/// Takes "http://authority" off the front of an absolute-form target.
std::optional<std::string_view> take_authority(std::string_view& target) {
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (!equal_in_any_case(target.substr(0, scheme.size()), scheme)) continue;
        const auto rest = target.substr(scheme.size());
        const auto end = std::min(rest.find_first_of("/?"), rest.size());
        target = rest.substr(end);
        return rest.substr(0, end);
    }
    return {};
}

}  // namespace

std::variant<Head, Rejection> read_head(std::string_view text) {
    Head head;
    head.headers.reserve(16);  // as many as most clients send
    bool first = true;
    while (!text.starts_with(line_end)) {
        const auto end = text.find(line_end);
        if (end == std::string_view::npos || end == 0)
            return Rejection{400, "The request head cannot be read."};
        const auto line = text.substr(0, end);
        if (auto refusal = first ? read_request_line(line, head) : read_header_line(line, head))
            return std::move(*refusal);
        first = false;
        text.remove_prefix(end + line_end.size());
    }
    if (first || text.size() != line_end.size()) return Rejection{400, "The request head cannot be read."};
    return head;
}

std::optional<RequestTarget> read_target(std::string_view target) {
    const auto is_graphic = [](char c) { return c > ' ' && c < 0x7f && c != '#'; };
    if (!std::ranges::all_of(target, is_graphic)) return {};
    RequestTarget read;
    if (!target.starts_with('/')) {
        const auto authority = take_authority(target);
        if (!authority || authority->empty()) return {};
        read.authority = *authority;
    }
    const auto question = std::min(target.find('?'), target.size());
    auto path = percent_decoded(question == 0 ? "/" : target.substr(0, question));
    if (!path || has_dot_segment(*path)) return {};
    read.path = std::move(*path);
    if (question < target.size()) read.query = target.substr(question + 1);
    return read;
}

}  // namespace tfy::transport::guard
