// Times and durations as text, both ways; the calendar is the standard library's.
#include "policy/time.hpp"

#include <array>
#include <charconv>
#include <cstdio>
#include <utility>

namespace tfy::policy {
namespace {

using namespace std::chrono;

/// Takes a text apart from the left; every step fails for good once one has failed.
class Cursor {
public:
    explicit Cursor(std::string_view text) : rest_(text) {}

    bool done() const { return rest_.empty(); }
    bool failed() const { return failed_; }
    bool take(std::string_view one_of) {
        if (rest_.empty() || one_of.find(rest_.front()) == std::string_view::npos) return false;
        rest_.remove_prefix(1);
        return true;
    }
    void need(std::string_view one_of) { failed_ = !take(one_of) || failed_; }
    /// Exactly `digits` digits, within the bounds.
    int number(std::size_t digits, int low, int high) {
        const auto part = rest_.substr(0, digits);
        int value = 0;
        const auto [end, code] = std::from_chars(part.data(), part.data() + part.size(), value);
        const bool whole = part.size() == digits && part.front() != '-' && code == std::errc{} &&
                           end == part.data() + digits;
        if (!whole || value < low || value > high) failed_ = true;
        rest_.remove_prefix(part.size());
        return value;
    }
    /// One digit or more after the point, as whole milliseconds; what is finer is cut off.
    int milliseconds_of_fraction() {
        int value = 0;
        std::size_t count = 0;
        for (; !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9';
             ++count, rest_.remove_prefix(1))
            if (count < 3) value = value * 10 + (rest_.front() - '0');
        if (count == 0) failed_ = true;
        for (; count < 3; ++count) value *= 10;
        return value;
    }

private:
    std::string_view rest_;
    bool failed_ = false;
};

std::optional<sys_days> take_date(Cursor& text) {
    const year y{text.number(4, 0, 9999)};
    text.need("-");
    const month m{static_cast<unsigned>(text.number(2, 1, 12))};
    text.need("-");
    const day d{static_cast<unsigned>(text.number(2, 1, 31))};
    const year_month_day date{y, m, d};
    if (text.failed() || !date.ok()) return std::nullopt;
    return sys_days{date};
}

minutes take_zone(Cursor& text) {
    if (text.done() || text.take("Zz")) return minutes{0};
    const bool west = text.take("-");
    if (!west) text.need("+");
    const hours h{text.number(2, 0, 23)};
    text.need(":");
    const minutes m{text.number(2, 0, 59)};
    return west ? -(h + m) : h + m;
}

/// A number of at most `digits` digits, and what follows it. (print would take most of a listing's time.)
void put(std::string& text, long number, int digits, char then) {
    text.append(static_cast<std::size_t>(digits), '0');
    for (auto at = text.rbegin(); number > 0; number /= 10) *at++ = static_cast<char>('0' + number % 10);
    text += then;
}

template <class... Parts>
std::string print(const char* format, Parts... parts) {
    std::array<char, 64> buffer{};
    const int size = std::snprintf(buffer.data(), buffer.size(), format, parts...);
    return {buffer.data(), static_cast<std::size_t>(size)};
}

}  // namespace

std::string format_time(Time time) {
    const auto midnight = floor<days>(time);
    const year_month_day date{midnight};
    const hh_mm_ss clock{time - midnight};
    const int y{date.year()};
    std::string text;
    if (y >= 0 && y <= 9999)
        put(text, y, 4, '-');
    else
        text = print("%04d-", y);
    put(text, unsigned{date.month()}, 2, '-');
    put(text, unsigned{date.day()}, 2, 'T');
    put(text, clock.hours().count(), 2, ':');
    put(text, clock.minutes().count(), 2, ':');
    put(text, clock.seconds().count(), 2, '.');
    put(text, clock.subseconds().count(), 3, 'Z');
    return text;
}

std::string format_time_for_people(Time time) {
    const auto text = format_time(time);
    const auto t = text.find('T');
    return text.substr(0, t) + " " + text.substr(t + 1, 5) + " UTC";
}

std::optional<Time> read_time(std::string_view text) {
    Cursor cursor(text);
    const auto date = take_date(cursor);
    if (!date) return std::nullopt;
    if (cursor.done()) return Time{*date};
    cursor.need("Tt ");
    const hours h{cursor.number(2, 0, 23)};
    cursor.need(":");
    const minutes m{cursor.number(2, 0, 59)};
    cursor.need(":");
    const seconds s{cursor.number(2, 0, 60)};
    const milliseconds fraction{cursor.take(".") ? cursor.milliseconds_of_fraction() : 0};
    const auto zone = take_zone(cursor);
    if (cursor.failed() || !cursor.done()) return std::nullopt;
    const auto whole = *date + h + m + s - zone;
    // A leap second is allowed only at the end of a UTC day, and is read as the second after it.
    if (s == seconds{60} && whole != floor<days>(whole)) return std::nullopt;
    return Time{whole + fraction};
}

std::optional<Duration> read_duration(std::string_view text) {
    constexpr std::size_t most_digits = 9;  // even as days far from any overflow
    if (text.size() < 2 || text.size() > most_digits + 1) return std::nullopt;
    const auto digits = text.substr(0, text.size() - 1);
    if (digits.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
    std::int64_t count = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), count);
    if (count == 0) return std::nullopt;
    switch (text.back()) {
        case 's': return seconds{count};
        case 'm': return minutes{count};
        case 'h': return hours{count};
        case 'd': return days{count};
        default: return std::nullopt;
    }
}

std::string format_duration(Duration duration) {
    const auto total = std::max<std::int64_t>(floor<seconds>(duration).count(), 0);
    const std::array<std::pair<std::int64_t, const char*>, 4> units{
        {{86'400, " day"}, {3'600, " hour"}, {60, " minute"}, {1, " second"}}};
    const auto in_words = [](std::int64_t count, const char* unit) {
        return std::to_string(count) + unit + (count == 1 ? "" : "s");
    };
    for (std::size_t i = 0; i + 1 < units.size(); ++i) {
        const auto [size, name] = units[i];
        const auto [next_size, next_name] = units[i + 1];
        if (total < size) continue;
        const auto rest = total % size / next_size;
        return in_words(total / size, name) + (rest == 0 ? "" : " " + in_words(rest, next_name));
    }
    return in_words(total, units.back().second);
}

}  // namespace tfy::policy
