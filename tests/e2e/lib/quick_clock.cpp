// To be preloaded: the process's clocks run TFY_QUICK_CLOCK times as fast, and its timers with them. With
// TFY_CLOCK_START (seconds since 1970) the time of day begins there.
#include <dlfcn.h>
#include <sys/timerfd.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>

namespace {

constexpr long long second = 1'000'000'000;

long long nanoseconds(const timespec& time) { return time.tv_sec * second + time.tv_nsec; }
timespec time_of(long long nanoseconds) { return {nanoseconds / second, nanoseconds % second}; }

template <class Function>
Function* next(const char* name) {
    return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

long long factor() {
    const auto* said = std::getenv("TFY_QUICK_CLOCK");
    static const long long value = said == nullptr ? 1 : std::max(1LL, std::atoll(said));
    return value;
}

/// A clock goes on from where it stood when it was first read, so that it agrees with everyone else's then.
long long begin(clockid_t clock) {
    const auto read = [](clockid_t which) {
        timespec now{};
        next<int(clockid_t, timespec*)>("clock_gettime")(which, &now);
        return nanoseconds(now);
    };
    static const long long realtime = read(CLOCK_REALTIME);
    static const long long monotonic = read(CLOCK_MONOTONIC);
    return clock == CLOCK_REALTIME ? realtime : monotonic;
}

long long time_of_day_at_start() {
    const auto* said = std::getenv("TFY_CLOCK_START");
    static const long long start = said == nullptr ? begin(CLOCK_REALTIME) : std::atoll(said) * second;
    return start;
}

}  // namespace

extern "C" int clock_gettime(clockid_t clock, timespec* now) noexcept {
    const int status = next<int(clockid_t, timespec*)>("clock_gettime")(clock, now);
    if (status != 0 || (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC)) return status;
    const auto passed = (nanoseconds(*now) - begin(clock)) * factor();
    *now = time_of((clock == CLOCK_REALTIME ? time_of_day_at_start() : begin(clock)) + passed);
    return 0;
}

/// Only what is still to come gets shorter. An absolute time is how asio says "at once".
extern "C" int timerfd_settime(int timer, int flags, const itimerspec* asked, itimerspec* old) noexcept {
    auto quick = *asked;
    if (const auto wait = nanoseconds(asked->it_value); wait != 0 && (flags & TFD_TIMER_ABSTIME) == 0)
        quick.it_value = time_of(std::max(1LL, wait / factor()));
    return next<int(int, int, const itimerspec*, itimerspec*)>("timerfd_settime")(timer, flags, &quick, old);
}
