#include "server/http_client/response_times.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "server/http_client/curl_library.hpp"

namespace tfy::http_client {

using std::chrono::seconds;

std::optional<policy::Time> read_date(const std::string& header) {
    const auto read = header.empty() ? std::time_t{-1} : curl().getdate(header.c_str(), nullptr);
    return read < 0 ? std::nullopt : std::optional(policy::Time{seconds{read}});
}

// Not CURLINFO_RETRY_AFTER: it reads "7s" and "7.5" as 7, and gives 0 for a header that is not there.
std::optional<seconds> read_retry_after(const std::string& header, policy::Time now) {
    constexpr seconds none{0}, most = std::chrono::days{3650};
    std::uint32_t count = 0;
    const auto* end = header.data() + header.size();
    const auto [rest, failure] = std::from_chars(header.data(), end, count);
    if (rest == end && failure == std::errc::result_out_of_range) return most;
    if (rest == end && failure == std::errc{}) return std::min(seconds{count}, most);
    const auto date = read_date(header);
    if (!date) return std::nullopt;
    return std::clamp(std::chrono::ceil<seconds>(*date - now), none, most);
}

}  // namespace tfy::http_client
