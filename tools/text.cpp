#include "tools/text.hpp"

#include "policy/facts.hpp"

namespace tfy::tools {

std::string one_line(std::string_view text, std::size_t limit) {
    std::string flat(text);
    for (auto& c : flat)
        if (c == '\n' || c == '\r' || c == '\t') c = ' ';
    return policy::shown(flat, limit);
}

std::string cell(std::string_view text) {
    std::string escaped;
    for (const char c : one_line(text)) {
        if (c == '|' || c == '\\') escaped += '\\';
        escaped += c;
    }
    return escaped;
}

std::string day(policy::Time time) { return policy::format_time(time).substr(0, 10); }

std::string distance(policy::Time time, policy::Time now) {
    using std::chrono::days;
    if (time <= now) return policy::format_duration(now - time) + " ago";
    const auto calendar = std::chrono::floor<days>(time) - std::chrono::floor<days>(now);
    if (time - now < days{1}) return "in " + policy::format_duration(time - now);
    return "in " + std::to_string(calendar.count()) + (calendar == days{1} ? " day" : " days");
}

std::string in_quotes(std::string_view text) { return "\"" + one_line(text) + "\""; }

}  // namespace tfy::tools
