#include "server/oauth/client_settings.hpp"

#include <algorithm>
#include <string>

#include "server/oauth/client_document.hpp"
#include "server/oauth/redirect_uri.hpp"

namespace tfy::oauth {

bool is_client_host(std::string_view text) {
    const std::string host(text);
    return !host.ends_with(":443") && check_document_address("https://" + host + "/c", {host}).has_value();
}

bool is_private_scheme(std::string_view text) {
    const auto is_part = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '+';
    };
    if (text.empty() || text.front() < 'a' || text.front() > 'z' || !std::ranges::all_of(text, is_part))
        return false;
    const std::string scheme(text);
    return check_redirect_uri(scheme + ":/cb", {scheme}).has_value();
}

}  // namespace tfy::oauth
