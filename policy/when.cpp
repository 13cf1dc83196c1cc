// Days, hours and places, read strictly; the calendar is the standard library's, the places are ICU's.
#include "policy/when.hpp"

#include <unicode/strenum.h>
#include <unicode/timezone.h>

#include <algorithm>
#include <cstdio>
#include <optional>
#include <stdexcept>
#include <vector>

#include "policy/near_miss.hpp"

namespace tfy::policy {
namespace {

using namespace std::chrono;

constexpr std::array<std::string_view, 7> day_names{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
constexpr int minutes_a_day = 24 * 60;

std::string quoted_word(std::string_view text) { return "'" + std::string(text) + "'"; }

Error wrong(const std::string& what) { return {Errc::refused, what}; }

/// A place, and not one of the short names ("EST", "IST") that mean several or that only ICU knows.
bool is_place(std::string_view zone) {
    return zone == "UTC" || (zone.find('/') != std::string_view::npos && !zone.starts_with("SystemV/") &&
                             zone != "Etc/Unknown");
}

std::vector<std::string> places() {
    UErrorCode status = U_ZERO_ERROR;
    const std::unique_ptr<icu::StringEnumeration> all(
        icu::TimeZone::createTimeZoneIDEnumeration(UCAL_ZONE_TYPE_ANY, nullptr, nullptr, status));
    std::vector<std::string> names;
    if (U_FAILURE(status) || !all) return names;
    for (const char* name = all->next(nullptr, status); name != nullptr; name = all->next(nullptr, status))
        if (is_place(name)) names.emplace_back(name);
    return names;
}

/// Takes the part up to `mark` off the front of `rest`: all of it if there is no mark.
std::string_view take_until(std::string_view& rest, char mark) {
    const auto at = std::min(rest.find(mark), rest.size());
    const auto part = rest.substr(0, at);
    rest.remove_prefix(std::min(at + 1, rest.size()));
    return part;
}

Result<std::size_t> read_day(std::string_view text) {
    const auto found = std::ranges::find(day_names, text);
    if (found != day_names.end()) return static_cast<std::size_t>(found - day_names.begin());
    return wrong("unknown day " + quoted_word(text) + "; the days are Mon, Tue, Wed, Thu, Fri, Sat and Sun");
}

/// One day or a range, which may go over the end of the week: "Fri-Mon".
Result<void> mark_days(std::array<bool, 7>& days, std::string_view text) {
    const bool range = text.find('-') != std::string_view::npos;
    const auto first = read_day(take_until(text, '-'));
    if (!first) return first.error();
    const auto last = range ? read_day(text) : first;
    if (!last) return last.error();
    if (range && *first == *last)
        return wrong(quoted_word(day_names[*first]) + " is not a range of days; for every day, use Mon-Sun");
    for (auto day = *first;; day = (day + 1) % 7) {
        if (days[day]) return wrong(std::string(day_names[day]) + " is named twice");
        days[day] = true;
        if (day == *last) return {};
    }
}

Result<std::array<bool, 7>> read_days(std::string_view text) {
    std::array<bool, 7> days{};
    const auto items = static_cast<std::size_t>(std::ranges::count(text, ',')) + 1;
    for (std::size_t i = 0; i < items; ++i)
        if (const auto marked = mark_days(days, take_until(text, ',')); !marked) return marked.error();
    return days;
}

/// "08:00" to "24:00" as minutes since midnight.
std::optional<int> read_minute(std::string_view text) {
    constexpr std::string_view shape = "00:00";
    if (text.size() != shape.size() || text[2] != ':') return std::nullopt;
    for (const std::size_t at : {0U, 1U, 3U, 4U})
        if (text[at] < '0' || text[at] > '9') return std::nullopt;
    const auto number = [text](std::size_t at) { return (text[at] - '0') * 10 + (text[at + 1] - '0'); };
    const int minute = number(0) * 60 + number(3);
    if (number(3) > 59 || minute > minutes_a_day) return std::nullopt;
    return minute;
}

Result<std::pair<int, int>> read_hours(std::string_view text) {
    auto rest = text;
    const auto from = read_minute(take_until(rest, '-'));
    const auto to = read_minute(rest);
    if (!from || !to || *from == minutes_a_day)
        return wrong(quoted_word(text) +
                     " are not hours; use for example 08:00-18:00, with midnight as 00:00 at the start or "
                     "24:00 at the end");
    if (*from == *to)
        return wrong(quoted_word(text) + " is an empty range; for the whole day, use 00:00-24:00");
    return std::pair(*from, *to);
}

}  // namespace

struct When::Zone {
    std::string name;
    std::unique_ptr<const icu::TimeZone> icu;

    /// What the clocks there show, as if it were UTC.
    Time local(Time now) const {
        std::int32_t standard = 0, summer = 0;
        UErrorCode status = U_ZERO_ERROR;
        icu->getOffset(static_cast<UDate>(now.time_since_epoch().count()), false, standard, summer, status);
        if (U_FAILURE(status)) throw std::runtime_error("ICU does not know the time in " + name);
        return now + milliseconds{standard} + milliseconds{summer};
    }
};

When::When(std::string text, Days days, int from, int to, std::shared_ptr<const Zone> zone)
    : text_(std::move(text)), days_(days), from_(from), to_(to), zone_(std::move(zone)) {}

Result<When> When::read(std::string_view text) {
    auto rest = text;
    const auto day_text = take_until(rest, ' ');
    const auto hour_text = take_until(rest, ' ');
    if (rest.empty() || rest.find(' ') != std::string_view::npos)
        return wrong(quoted_word(text) +
                     " must be days, hours and a place, for example \"Mon-Fri 08:00-18:00 Europe/Berlin\"");
    const auto days = read_days(day_text);
    if (!days) return days.error();
    const auto hours = read_hours(hour_text);
    if (!hours) return hours.error();
    const auto known = places();
    if (std::ranges::find(known, rest) == known.end()) {
        const std::vector<std::string_view> names(known.begin(), known.end());
        const auto near = near_miss(rest, names);
        return wrong("unknown time zone " + quoted_word(rest) +
                     (near ? "; did you mean " + quoted_word(*near) + "?"
                           : "; use UTC or a place of the IANA database, for example Europe/Berlin"));
    }
    const std::string name(rest);
    std::unique_ptr<const icu::TimeZone> zone(icu::TimeZone::createTimeZone(name.c_str()));
    return When(std::string(text), *days, hours->first, hours->second,
                std::make_shared<const Zone>(Zone{name, std::move(zone)}));
}

bool When::covers(Time now) const {
    const auto there = zone_->local(now);
    const auto midnight = floor<days>(there);
    const auto day = weekday{midnight}.iso_encoding() - 1;
    const auto minute = floor<minutes>(there - midnight).count();
    if (from_ < to_) return days_[day] && from_ <= minute && minute < to_;
    return (days_[day] && from_ <= minute) || (days_[(day + 6) % 7] && minute < to_);
}

std::string When::local(Time now) const {
    const auto there = zone_->local(now);
    const auto day = weekday{floor<days>(there)}.iso_encoding() - 1;
    auto text = format_time(there).substr(0, std::string_view("2026-11-24T08:31").size());
    text.replace(text.find('T'), 1, " ");
    return std::string(day_names[day]) + " " + text + " " + zone_->name;
}

}  // namespace tfy::policy
