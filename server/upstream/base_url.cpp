#include "server/upstream/base_url.hpp"

#include <algorithm>

#include "server/http_client/url_parts.hpp"

namespace tfy::upstream {
namespace {

Error not_a_base_url(const std::string& why) { return {Errc::refused, why}; }

}  // namespace

Result<std::string> read_base_url(std::string text) {
    const auto is_odd = [](char c) {
        return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f || c == '\\';
    };
    if (std::ranges::any_of(text, is_odd))
        return not_a_base_url("holds a space, a backslash or a control character");
    const auto after_scheme = text.find("://");
    if (after_scheme == std::string::npos) return not_a_base_url("does not start with https://");
    const auto parts = http_client::UrlParts::read(text);
    if (!parts || parts->host.empty() || text.substr(after_scheme + 3).starts_with('/'))
        return not_a_base_url("cannot be read");
    if (parts->scheme != "https" && parts->scheme != "http")
        return not_a_base_url("does not start with https://");
    // An empty query or fragment has no part of its own.
    if (parts->has_more || text.find_first_of("?#@") != std::string::npos)
        return not_a_base_url("must not hold a user name, a password, a query or a fragment");
    if (parts->scheme == "http" && !parts->is_loopback())
        return not_a_base_url(
            "must start with https://: over http:// others on the network could read the API key (http:// "
            "works for "
            "this machine only)");
    if (parts->path.find("/api/svc") != std::string::npos)
        return not_a_base_url("contains /api/svc, which this server adds itself");
    auto url =
        parts->scheme + "://" + parts->host + (parts->port.empty() ? "" : ":" + parts->port) + parts->path;
    while (url.ends_with('/')) url.pop_back();
    return url;
}

}  // namespace tfy::upstream
