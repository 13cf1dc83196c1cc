#include "server/dashboard/own_origin.hpp"

#include "server/transport/text.hpp"

namespace tfy::dashboard {
namespace {

using transport::as_browsers_write_it;

constexpr std::string_view http = "http://";
constexpr std::string_view https = "https://";

std::string_view without_scheme(std::string_view origin) {
    const auto end = origin.find("://");
    return end == std::string_view::npos ? origin : origin.substr(end + 3);
}

std::string_view without_port(std::string_view authority) {
    const auto colon = authority.rfind(':');
    const bool in_brackets = authority.ends_with(']');
    return colon == std::string_view::npos || in_brackets ? authority : authority.substr(0, colon);
}

bool is_loopback_name(std::string_view authority) {
    const auto name = without_port(authority);
    return name == "localhost" || name == "127.0.0.1" || name == "[::1]";
}

/// A proxy may leave the port out of Host.
bool is_at(std::string_view host, std::string_view origin) {
    const auto scheme = origin.starts_with(https) ? https : http;
    const auto asked = as_browsers_write_it(std::string(scheme) + std::string(host));
    return asked == origin || without_scheme(asked) == without_port(without_scheme(origin));
}

}  // namespace

std::string origin_of(const std::string& address) {
    const auto begin = address.find("://");
    if (begin == std::string::npos) return {};
    return as_browsers_write_it(address.substr(0, address.find('/', begin + 3)));
}

std::optional<std::string> OwnOrigin::instead_of(const transport::HttpRequest& request) const {
    auto origin = text();
    const auto host = request.header("host");
    if (origin.empty() || !host || is_at(*host, origin)) return std::nullopt;
    if (is_loopback_name(transport::lowered(*host)) && !is_loopback_name(without_scheme(origin)))
        return std::nullopt;
    return origin;
}

bool OwnOrigin::sent(const transport::HttpRequest& request) const {
    const auto site = request.header("sec-fetch-site").value_or("same-origin");
    const auto origin = request.header("origin");
    const auto own = text();
    return site == "same-origin" && (!origin || own.empty() || as_browsers_write_it(*origin) == own);
}

}  // namespace tfy::dashboard
