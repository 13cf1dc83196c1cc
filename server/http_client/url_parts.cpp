// Splitting a URL with curl's parser.
#include "server/http_client/url_parts.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <memory>

namespace tfy::http_client {
namespace {

std::optional<std::string> part_of(CURLU* url, CURLUPart part) {
    char* text = nullptr;
    if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return {};
    const std::unique_ptr<char, decltype(&curl_free)> owned(text, &curl_free);
    return std::string(owned.get());
}

}  // namespace

std::optional<UrlParts> UrlParts::read(const std::string& text) {
    const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> url(curl_url(), &curl_url_cleanup);
    if (!url || curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) return {};
    UrlParts parts{.scheme = part_of(url.get(), CURLUPART_SCHEME).value_or(""),
                   .host = part_of(url.get(), CURLUPART_HOST).value_or(""),
                   .port = part_of(url.get(), CURLUPART_PORT).value_or(""),
                   .path = part_of(url.get(), CURLUPART_PATH).value_or("/")};
    std::ranges::transform(parts.host, parts.host.begin(), [](char c) {
        return static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    });
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
