// Request targets, taken apart.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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

/// The targets that were asked for last: the pages of a list are asked for again and again.
class KeptTargets {
public:
    static constexpr std::size_t most = 64;
    /// Stands until the next one is read.
    const ApiTarget& read(std::string_view text);

private:
    std::map<std::string, ApiTarget, std::less<>> known_;
};

}  // namespace tfy::sandbox
