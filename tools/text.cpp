#include "tools/text.hpp"

#include "policy/visible.hpp"

namespace tfy::tools {
namespace {

constexpr std::chrono::seconds a_moment{5};

/// Also a moment ahead: what has happened bears the time of another clock.
bool is_at(policy::Time time, policy::Time now) { return time > now - a_moment && time <= now + a_moment; }

std::string until(policy::Time time, policy::Time now) {
    using std::chrono::days;
    constexpr days hours_matter{3};
    if (time - now < hours_matter) return policy::format_duration(time - now);
    const auto calendar = std::chrono::floor<days>(time) - std::chrono::floor<days>(now);
    return std::to_string(calendar.count()) + " days";
}

}  // namespace

std::string one_line(const policy::Seals& seal, std::string_view text, std::size_t limit) {
    return policy::shown_line(seal.seal_text(text), limit);
}

std::string day(policy::Time time) { return policy::format_time(time).substr(0, 10); }

std::string distance(policy::Time time, policy::Time now) {
    return time <= now ? policy::format_duration(now - time) + " ago" : "in " + until(time, now);
}

std::string ago(policy::Time time, policy::Time now) {
    return is_at(time, now) ? "just now" : distance(time, now);
}

policy::Time ago_holds_until(policy::Time time, policy::Time now) {
    using namespace std::chrono;
    if (is_at(time, now)) return time + a_moment;
    if (time > now) return now + milliseconds{1};
    const auto past = now - time;
    const policy::Duration unit = past < hours{1}  ? seconds{1}
                                  : past < days{1} ? minutes{1}
                                                   : policy::Duration{hours{1}};
    return time + (past / unit + 1) * unit;
}

std::string distance_from_asking(policy::Time time, policy::Time asked) {
    return time <= asked ? policy::format_duration(asked - time) + " before this was asked"
                         : until(time, asked) + " after this was asked";
}

std::string before_asking(policy::Time time, policy::Time asked) {
    return is_at(time, asked) ? "just before this was asked" : distance_from_asking(time, asked);
}

std::string in_quotes(const policy::Seals& seal, std::string_view text) {
    return policy::between_quotes(one_line(seal, text));
}

}  // namespace tfy::tools
