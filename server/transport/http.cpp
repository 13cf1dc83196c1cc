// Looking up a header of a request.
#include "server/transport/http.hpp"

namespace tfy::transport {

std::optional<std::string_view> HttpRequest::header(std::string_view lower_case_name) const {
    std::optional<std::string_view> found;
    for (const auto& [name, value] : headers) {
        if (name != lower_case_name) continue;
        if (found) return std::nullopt;
        found = value;
    }
    return found;
}

}  // namespace tfy::transport
