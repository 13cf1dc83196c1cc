// The one origin of the page. Passkeys belong to it, and so do the sessions of a browser.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "server/transport/http.hpp"

namespace tfy::dashboard {

/// Of an address: "https://tfy.example.com", without a port that its scheme has by default. Empty for none.
std::string origin_of(const std::string& address);

class OwnOrigin {
public:
    /// `home` tells the page's address, "https://tfy.example.com/approvals"; none or empty while it is not
    /// known, as in tests. Then every origin is the own one.
    explicit OwnOrigin(std::function<std::string()> home) : home_(std::move(home)) {}

    std::string text() const { return home_ ? origin_of(home_()) : std::string{}; }
    /// This origin, for a browser that came by another name. Nothing if it came by this one, and for a
    /// loopback name where the origin is on another machine: a proxy may have put that name in, and would do
    /// so again.
    std::optional<std::string> instead_of(const transport::HttpRequest& request) const;
    /// Whether a request for data comes from the page at this origin, as far as its headers tell.
    bool sent(const transport::HttpRequest& request) const;

private:
    std::function<std::string()> home_;
};

}  // namespace tfy::dashboard
