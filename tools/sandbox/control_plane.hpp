// A stand-in for TrueFoundry's PAT API: everything that is known of it, on make-believe tokens.
#pragma once

#include <memory>
#include <string>

#include "tools/sandbox/world.hpp"
#include "tools/truefoundry/exchange.hpp"

namespace tfy::sandbox {

/// The key that works against a fresh sandbox, over real HTTP: "tfy-sandbox-key". Not secret: it opens
/// nothing but make-believe.
inline constexpr std::string_view sandbox_key = "tfy-sandbox-key-0000-not-a-secret";

struct Answer {
    int status = 200;
    std::string content_type = "application/json";
    std::string request_id;
    std::string body;
};

/// Answers one HTTP request as the real one would: listing with limit, offset and nameSearchQuery, create
/// (name rules, 409, jwt and opaque values, expiry in the past: 400), delete, 401 for a wrong bearer, 404 for
/// unknown routes. A created token's value is a key, too, until it expires or is deleted. `GET /{name}` and
/// `DELETE /revoke/all` are answered 599, a defect of the caller. Synchronous: one thread.
class ControlPlane {
public:
    ControlPlane(std::unique_ptr<Shelf> shelf, const Clock& clock, std::string account = "sandbox");

    Answer handle(std::string_view method, std::string_view target, std::string_view bearer,
                  std::string_view body);

private:
    Answer route(std::string_view method, std::string_view target, std::string_view body);
    Answer list(std::string_view target);
    Answer create(std::string_view body);
    Answer remove(const std::string& id);
    Result<bool> accepts(std::string_view bearer);

    std::unique_ptr<Shelf> shelf_;
    const Clock& clock_;
    std::string account_;
};

/// The same in-process, as an Exchange that always sends the right key.
std::unique_ptr<truefoundry::Exchange> make_sandbox_exchange(ControlPlane& plane);

}  // namespace tfy::sandbox
