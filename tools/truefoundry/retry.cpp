#include "tools/truefoundry/retry.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

namespace tfy::truefoundry {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds longest{60};
constexpr milliseconds first_bound{1000};
constexpr seconds for_ever = std::chrono::days{3650};

std::string_view trimmed(std::string_view text) {
    while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
    while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
    return text;
}

/// "Wed, 21 Oct 2026 07:28:00 GMT"; the two spellings that RFC 9110 calls obsolete are not read.
std::optional<policy::Time> read_http_date(std::string_view text) {
    constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    constexpr std::string_view form = "Wed, 21 Oct 2026 07:28:00 GMT";
    if (text.size() != form.size() || text.substr(3, 2) != ", " || !text.ends_with(" GMT"))
        return std::nullopt;
    const auto month = std::ranges::find(months, text.substr(8, 3));
    if (month == months.end()) return std::nullopt;
    const auto number = std::to_string(101 + (month - months.begin())).substr(1);
    return policy::read_time(std::string(text.substr(12, 4)) + "-" + number + "-" +
                             std::string(text.substr(5, 2)) + "T" + std::string(text.substr(17, 8)) + "Z");
}

}  // namespace

std::optional<seconds> read_retry_after(std::string_view header, policy::Time now) {
    const auto text = trimmed(header);
    if (const auto date = read_http_date(text))
        return std::max(seconds{0}, std::chrono::ceil<seconds>(*date - now));
    std::uint32_t count = 0;
    const auto* end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, count);
    if (text.empty() || read.ptr != end) return std::nullopt;
    if (read.ec == std::errc::result_out_of_range) return for_ever;
    return read.ec == std::errc{} ? std::optional(std::min(seconds{count}, for_ever)) : std::nullopt;
}

std::optional<milliseconds> pause(int tried, std::uint32_t random, std::optional<seconds> retry_after) {
    const auto least = retry_after.value_or(seconds{0});
    if (least > longest) return std::nullopt;
    const auto bound = first_bound * (1U << static_cast<unsigned>(std::clamp(tried, 1, 6) - 1));
    return least + milliseconds{random % (static_cast<std::uint32_t>(bound.count()) + 1)};
}

}  // namespace tfy::truefoundry
