#include "server/notify/retry_after.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>

namespace tfy::notify {

policy::Duration retry_after(const std::string& header, policy::Time now) {
    constexpr policy::Duration none{0}, most = std::chrono::hours{24};
    std::uint32_t seconds = 0;
    const auto* end = header.data() + header.size();
    const auto [rest, failure] = std::from_chars(header.data(), end, seconds);
    if (failure == std::errc{} && rest == end)
        return std::min<policy::Duration>(std::chrono::seconds{seconds}, most);
    const auto date = header.empty() ? -1 : curl_getdate(header.c_str(), nullptr);
    if (date < 0) return none;
    return std::clamp(policy::Time{std::chrono::seconds{date}} - now, none, most);
}

}  // namespace tfy::notify
