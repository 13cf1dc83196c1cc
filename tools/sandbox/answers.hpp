// What the make-believe control plane reads and writes, in the shapes of the real one.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tools/sandbox/control_plane.hpp"

namespace tfy::sandbox {

/// A request target, taken apart and percent-decoded: {"revoke", "all"} below
/// /api/svc/v1/personal-access-tokens.
struct ApiTarget {
    std::string path;
    std::vector<std::pair<std::string, std::string>> query = {};

    /// The last value of `name`, nullptr if absent.
    const std::string* find(std::string_view name) const;
};
ApiTarget read_target(std::string_view text);

/// Without "http://host" in front.
std::string_view origin_form(std::string_view target);
/// Once; what is no encoding stays as it is.
std::string percent_decoded(std::string_view text);

/// A Date header: "Tue, 24 Nov 2026 12:00:00 GMT".
std::string http_date(policy::Time time);

/// An HttpError body.
SandboxResponse http_error(int status, std::string message);
SandboxResponse json_answer(int status, const Json& body);

struct Wanted {
    std::string name;
    std::string type;
    std::string team;
    std::string account;
    std::optional<policy::Time> expires;
};
/// The body of a create; the error's message is what an HttpError would say.
Result<Wanted> read_wanted(std::string_view body, policy::Time now);

}  // namespace tfy::sandbox
