// Splitting a URL with curl's parser, which is loaded for it unless the URL is one of the plain sort.
#include "server/http_client/url_parts.hpp"

#include <algorithm>
#include <memory>
#include <string_view>

#include "protocol/lower.hpp"
#include "server/http_client/curl_library.hpp"

namespace tfy::http_client {
namespace {

std::optional<std::string> part_of(CURLU* url, CURLUPart part) {
    char* text = nullptr;
    if (curl().url_get(url, part, &text, 0) != CURLUE_OK) return {};
    const std::unique_ptr<char, decltype(CurlLibrary::free)> owned(text, curl().free);
    return std::string(owned.get());
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Labels of letters, digits and hyphens, the last of which begins with a letter: no spelling of an IP
/// address.
bool is_plain_host(std::string_view host) {
    for (;;) {
        const auto label = host.substr(0, host.find('.'));
        if (label.empty() || label.size() > 63 || label.front() == '-') return false;
        if (!std::ranges::all_of(label, [](char c) { return is_letter(c) || is_digit(c) || c == '-'; }))
            return false;
        if (label.size() == host.size()) return is_letter(label.front());
        host.remove_prefix(label.size() + 1);
    }
}

bool is_plain_port(std::string_view port) {
    constexpr std::string_view last = "65535";
    const bool in_range = port.size() < last.size() || (port.size() == last.size() && port <= last);
    return !port.empty() && in_range && port.front() != '0' && std::ranges::all_of(port, is_digit);
}

/// Nothing in it that is decoded, resolved or taken for something else.
bool is_plain_path(std::string_view path) {
    return std::ranges::all_of(
        path, [](char c) { return is_letter(c) || is_digit(c) || c == '/' || c == '-' || c == '_'; });
}

std::optional<UrlParts> read_plain(std::string_view text) {
    UrlParts parts{.scheme = text.starts_with("https://") ? "https" : "http"};
    const auto start = parts.scheme + "://";
    if (!text.starts_with(start)) return std::nullopt;
    text.remove_prefix(start.size());
    const auto authority = text.substr(0, text.find('/'));
    const auto host = authority.substr(0, authority.find(':'));
    if (host.size() > 253 || !is_plain_host(host)) return std::nullopt;
    if (host.size() < authority.size()) {
        parts.port = authority.substr(host.size() + 1);
        if (!is_plain_port(parts.port)) return std::nullopt;
    }
    text.remove_prefix(authority.size());
    if (!is_plain_path(text)) return std::nullopt;
    parts.path = text.empty() ? "/" : text;
    parts.host = protocol::lowered(host);
    return parts;
}

}  // namespace

std::optional<UrlParts> UrlParts::read(const std::string& text) {
    if (text.empty()) return std::nullopt;
    if (auto plain = read_plain(text)) return plain;
    return read_with_curl(text);
}

std::optional<UrlParts> UrlParts::read_with_curl(const std::string& text) {
    const std::unique_ptr<CURLU, decltype(CurlLibrary::url_cleanup)> url(curl().url(), curl().url_cleanup);
    if (!url || curl().url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) return {};
    UrlParts parts{.scheme = part_of(url.get(), CURLUPART_SCHEME).value_or(""),
                   .host = part_of(url.get(), CURLUPART_HOST).value_or(""),
                   .port = part_of(url.get(), CURLUPART_PORT).value_or(""),
                   .path = part_of(url.get(), CURLUPART_PATH).value_or("/")};
    parts.host = protocol::lowered(parts.host);
    for (const auto part :
         {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_OPTIONS, CURLUPART_QUERY, CURLUPART_FRAGMENT})
        parts.has_more = parts.has_more || part_of(url.get(), part).has_value();
    return parts;
}

bool UrlParts::is_loopback() const {
    if (host == "localhost" || host == "[::1]") return true;
    return host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string::npos;
}

}  // namespace tfy::http_client
