#include "tools/access_tokens/expiration.hpp"

#include <charconv>

#include "tools/text.hpp"
#include "tools/truefoundry/types.hpp"
#include "tools/truefoundry/wire.hpp"

namespace tfy::access_tokens {
namespace {

using std::chrono::days;

constexpr int most_days = 36'500;  // days

/// The last second of the day (UTC) that is so many days from `now`: never sooner than a day away for "1
/// day", and the same all day.
policy::Time end_of_day(policy::Time now, int count) {
    return std::chrono::floor<days>(now) + days{count + 1} - std::chrono::seconds{1};
}

/// "90 days": how many; more than `most_days` where no int has so many.
std::optional<int> read_days(std::string_view asked) {
    int count = 0;
    const auto* end = asked.data() + asked.size();
    const auto read = std::from_chars(asked.data(), end, count);
    const bool too_many = read.ec == std::errc::result_out_of_range && !asked.starts_with('-');
    if (too_many) count = most_days + 1;
    if ((read.ec != std::errc{} && !too_many) || count < 0) return std::nullopt;
    std::string_view unit(read.ptr, static_cast<std::size_t>(end - read.ptr));
    while (unit.starts_with(' ')) unit.remove_prefix(1);
    if (unit != "d" && unit != "day" && unit != "days") return std::nullopt;
    return count;
}

Error too_far(std::string_view asked, const policy::Seals& seal) {
    return {Errc::refused, "The expirationDate " + tools::in_quotes(seal, asked) +
                               " is too far away: give a day up to 9999-12-31, or up to " +
                               std::to_string(most_days) +
                               " days, for example 90 days. Nothing was created."};
}

}  // namespace

std::string write_expiration(policy::Time time) {
    return policy::format_time(std::chrono::floor<std::chrono::seconds>(time));
}

Result<std::string> resolve_expiration(std::string_view asked, policy::Time now, const policy::Seals& seal) {
    const auto count = read_days(asked);
    if ((count && *count > most_days) || truefoundry::wire::is_beyond_calendar(asked))
        return too_far(asked, seal);
    std::optional<policy::Time> time = truefoundry::read_time(asked);
    if (count) time = *count == 0 ? now : end_of_day(now, *count);
    if (!time)
        return Error{Errc::refused, "The expirationDate " + tools::in_quotes(seal, asked) +
                                        " cannot be read: give a date (2027-02-21), a time "
                                        "(2027-02-21T12:00:00Z) or a number of days "
                                        "(90 days). Nothing was created."};
    if (*time > truefoundry::wire::last_moment) return too_far(asked, seal);
    if (*time <= now)
        return Error{Errc::refused, "The expirationDate " + tools::in_quotes(seal, asked) +
                                        " is not in the future: it is now " +
                                        policy::format_time_for_people(now) +
                                        ". Nothing was created. Ask the user for another one."};
    return write_expiration(*time);
}

}  // namespace tfy::access_tokens
