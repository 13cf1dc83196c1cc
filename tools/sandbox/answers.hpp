// What the make-believe control plane reads and writes, in the shapes of the real one.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tools/sandbox/control_plane.hpp"

namespace tfy::sandbox {

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
