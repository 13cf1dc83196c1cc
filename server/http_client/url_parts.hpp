// An http(s) URL in its parts, as curl reads it: what we check is what curl will use.
#pragma once

#include <optional>
#include <string>

namespace tfy::http_client {

struct UrlParts {
    std::string scheme;  // lower case
    std::string
        host;  // lower case; "[::1]" in brackets; other spellings of an IPv4 address come out as four numbers
    std::string port;       // empty if none
    std::string path;       // "/" at least
    bool has_more = false;  // a user, a password, a query or a fragment
    bool operator==(const UrlParts&) const = default;

    /// nullopt for what curl does not take as an absolute URL.
    static std::optional<UrlParts> read(const std::string& text);
    /// The same, by curl alone: read() does without for most addresses, because to load curl takes longer
    /// than all the rest of a start.
    static std::optional<UrlParts> read_with_curl(const std::string& text);

    /// localhost, 127.0.0.0/8 and [::1].
    bool is_loopback() const;
};

}  // namespace tfy::http_client
