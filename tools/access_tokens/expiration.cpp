#include "tools/access_tokens/expiration.hpp"

#include <charconv>

#include "tools/text.hpp"
#include "tools/truefoundry/types.hpp"

namespace tfy::tools {
namespace {

using std::chrono::days;

constexpr int longest = 36'500;  // days

std::optional<policy::Time> read_days(std::string_view asked, policy::Time now) {
    int count = 0;
    const auto* end = asked.data() + asked.size();
    const auto read = std::from_chars(asked.data(), end, count);
    if (read.ec != std::errc{} || count < 0 || count > longest) return std::nullopt;
    std::string_view unit(read.ptr, static_cast<std::size_t>(end - read.ptr));
    while (unit.starts_with(' ')) unit.remove_prefix(1);
    if (unit != "d" && unit != "day" && unit != "days") return std::nullopt;
    return std::chrono::floor<days>(now) + days{count};
}

}  // namespace

std::string write_expiration(policy::Time time) {
    return policy::format_time(std::chrono::floor<std::chrono::seconds>(time));
}

Result<std::string> resolve_expiration(std::string_view asked, policy::Time now) {
    auto time = read_days(asked, now);
    if (!time) time = truefoundry::read_time(asked);
    if (!time)
        return Error{Errc::refused, "The expirationDate " + in_quotes(asked) +
                                        " cannot be read: give a date (2027-02-21), a time "
                                        "(2027-02-21T12:00:00Z) or a number of days "
                                        "(90 days). Nothing was created."};
    if (*time <= now)
        return Error{Errc::refused, "The expirationDate " + in_quotes(asked) +
                                        " is not in the future: it is now " +
                                        policy::format_time_for_people(now) +
                                        ". Nothing was created. Ask the user for another one."};
    return write_expiration(*time);
}

}  // namespace tfy::tools
