#include "server/oauth/redirect_uri.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace tfy::oauth {
namespace {

constexpr std::size_t longest_address = 1024;
constexpr std::string_view https = "https://", http = "http://";
constexpr std::array<std::string_view, 3> loopback_hosts = {"localhost", "127.0.0.1", "[::1]"};
/// What a browser runs or reads in place of going there, whatever the operator lists.
constexpr std::array<std::string_view, 12> never_private = {"about",    "blob",        "data",  "file",
                                                            "ftp",      "http",        "https", "javascript",
                                                            "vbscript", "view-source", "ws",    "wss"};

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

/// Characters of RFC 3986 without '#', '[', ']' and '@'.
bool is_plain(char c) {
    constexpr std::string_view marks = "-._~:/?!$&'()*+,;=%";
    return is_lower(c) || is_digit(c) || (c >= 'A' && c <= 'Z') || marks.find(c) != std::string_view::npos;
}

/// An http or https address in its parts, of which none is decoded.
struct Parts {
    std::string_view scheme;  // with "://"
    std::string_view host;
    std::string_view port;  // with its ':'; empty: none
    std::string_view rest;  // path and query
};

bool is_port(std::string_view text) {
    if (text.size() < 2 || text.size() > 6 || text.front() != ':' || text[1] == '0') return false;
    const auto digits = text.substr(1);
    if (!std::ranges::all_of(digits, is_digit)) return false;
    return digits.size() < 5 || digits <= "65535";
}

std::optional<Parts> parts_of(std::string_view address) {
    Parts parts;
    for (const auto scheme : {https, http})
        if (address.starts_with(scheme)) parts.scheme = scheme;
    if (parts.scheme.empty()) return std::nullopt;
    address.remove_prefix(parts.scheme.size());
    auto authority = address.substr(0, address.find_first_of("/?#"));
    parts.rest = address.substr(authority.size());
    const auto colon = authority.find(':', authority.starts_with('[') ? authority.find(']') : 0);
    parts.host = authority.substr(0, colon);
    if (colon != std::string_view::npos) parts.port = authority.substr(colon);
    if (!parts.port.empty() && !is_port(parts.port)) return std::nullopt;
    return parts;
}

bool is_loopback(const Parts& parts) {
    return parts.scheme == http && std::ranges::find(loopback_hosts, parts.host) != loopback_hosts.end();
}

/// Labels of lower-case letters, digits and hyphens, the last of which begins with a letter: no spelling of
/// an IP address.
bool is_name(std::string_view host) {
    if (host.empty() || host.size() > 253) return false;
    for (;;) {
        const auto label = host.substr(0, host.find('.'));
        if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') return false;
        if (!std::ranges::all_of(label, [](char c) { return is_lower(c) || is_digit(c) || c == '-'; }))
            return false;
        if (label.size() == host.size()) return is_lower(label.front());
        host.remove_prefix(label.size() + 1);
    }
}

/// What "%XX" stands for; nullopt if it is not written so.
std::optional<unsigned> escaped_at(std::string_view text, std::size_t at) {
    if (at + 2 >= text.size() || !is_hex(text[at + 1]) || !is_hex(text[at + 2])) return std::nullopt;
    unsigned byte = 0;
    for (const char c : text.substr(at + 1, 2))
        byte = byte * 16 + static_cast<unsigned>(is_digit(c) ? c - '0' : (c | 0x20) - 'a' + 10);
    return byte;
}

/// Empty for good ones.
std::string_view wrong_with_escapes(std::string_view text) {
    for (auto at = text.find('%'); at != std::string_view::npos; at = text.find('%', at + 3)) {
        const auto byte = escaped_at(text, at);
        if (!byte) return "it has a % without two hexadecimal digits";
        if (*byte < 0x20 || *byte == 0x7f || *byte == '\\' || *byte == '.' || *byte == '/' || *byte == '%')
            return "it hides a character behind %";
    }
    return {};
}

/// Segments that a browser or a server would leave out or go up by.
std::string_view wrong_with_path(std::string_view rest) {
    auto path = rest.substr(0, rest.find('?'));
    if (!path.empty()) path.remove_prefix(1);
    while (!path.empty()) {
        const auto segment = path.substr(0, path.find('/'));
        if (segment == "." || segment == "..") return "its path has dot segments";
        if (segment.empty()) return "its path has empty segments";
        if (segment.size() == path.size()) break;
        path.remove_prefix(segment.size() + 1);
    }
    return {};
}

std::string_view wrong_with_private(std::string_view address, const std::vector<std::string>& schemes) {
    const auto scheme = address.substr(0, address.find(':'));
    if (std::ranges::find(schemes, scheme) == schemes.end() ||
        std::ranges::find(never_private, scheme) != never_private.end())
        return "it is neither https, nor http on localhost, 127.0.0.1 or [::1]";
    const auto rest = address.substr(scheme.size());
    if (!rest.starts_with(":/")) return "nothing follows its scheme";
    return wrong_with_path(rest.starts_with("://") ? rest.substr(2) : rest.substr(1));
}

std::string_view wrong_with(std::string_view address, const std::vector<std::string>& private_schemes) {
    if (address.empty()) return "it is empty";
    if (address.size() > longest_address) return "it is longer than 1024 bytes";
    if (address.find('#') != std::string_view::npos) return "it has a fragment";
    const auto parts = parts_of(address);
    const bool in_brackets = parts && parts->host == "[::1]";
    const auto seen = in_brackets ? parts->rest : address;
    if (seen.find('@') != std::string_view::npos) return "it has an @";
    if (!std::ranges::all_of(seen, is_plain)) return "it has a character that does not belong in an address";
    if (const auto wrong = wrong_with_escapes(address); !wrong.empty()) return wrong;
    const bool is_web = address.starts_with(https) || address.starts_with(http);
    if (!is_web) return wrong_with_private(address, private_schemes);
    if (!parts) return "its port is none";
    if (parts->scheme == http && !is_loopback(*parts))
        return "http is for localhost, 127.0.0.1 and [::1] only; it has to be https";
    if (parts->scheme == https && !is_name(parts->host)) return "its host is not a name in lower case";
    return wrong_with_path(parts->rest);
}

}  // namespace

Result<void> check_redirect_uri(std::string_view address, const std::vector<std::string>& private_schemes) {
    const auto wrong = wrong_with(address, private_schemes);
    if (wrong.empty()) return {};
    return Error{Errc::refused, std::string(wrong)};
}

bool redirect_uri_matches(std::string_view registered, std::string_view asked) {
    if (registered == asked) return true;
    const auto known = parts_of(registered), wanted = parts_of(asked);
    return known && wanted && is_loopback(*known) && is_loopback(*wanted) && known->host == wanted->host &&
           known->rest == wanted->rest;
}

bool is_loopback_redirect(std::string_view address) {
    const auto parts = parts_of(address);
    return parts && is_loopback(*parts);
}

std::string_view redirect_host(std::string_view address) {
    if (const auto parts = parts_of(address)) return parts->host;
    return address.substr(0, address.find(':') + 1);
}

}  // namespace tfy::oauth
