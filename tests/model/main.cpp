// model_tests [--schedules=N] [--base=N|random] [--store=memory|file] [--seed=N]: plays schedules against the
// reference. What fails is cut down and printed; --seed plays one schedule again.
#include <sys/time.h>

#include <cstdio>
#include <cstring>
#include <random>
#include <string>

#include "tests/model/world.hpp"

namespace {

using namespace tfy::model;

struct Options {
    std::uint64_t schedules = 1000;
    std::uint64_t base = 20261123;
    std::optional<std::uint64_t> seed = {};
    std::vector<Kept> stores = {Kept::in_memory, Kept::in_file};
};

const char* name(Kept kept) { return kept == Kept::in_memory ? "memory" : "file"; }

/// Of the real clock: steady_clock is ours here.
double seconds() {
    timeval now = {};
    ::gettimeofday(&now, nullptr);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_usec) / 1e6;
}

std::string play(const Schedule& schedule, Kept kept, Tally& tally) {
    World world(kept, schedule.seed, tally);
    auto complaint = world.play(schedule);
    ++tally.schedules;
    return complaint;
}

int report(const Schedule& failing, Kept kept, const std::string& complaint, const Tally& tally) {
    std::printf("FAILED after %zu schedules, %s store, seed %llu: %s\n", tally.schedules, name(kept),
                static_cast<unsigned long long>(failing.seed), complaint.c_str());
    Tally ignored;
    const auto fails = [&](const Schedule& each) { return !play(each, kept, ignored).empty(); };
    const auto shortest = shrink(failing, fails);
    std::printf("cut down to %zu of %zu steps: %s\n", shortest.steps.size(), failing.steps.size(),
                play(shortest, kept, ignored).c_str());
    for (const auto& step : shortest.steps) std::printf("  %s\n", words(step).c_str());
    std::printf("again: model_tests --store=%s --seed=%llu\n", name(kept),
                static_cast<unsigned long long>(failing.seed));
    return 1;
}

int play_all(const Options& options, Kept kept) {
    Tally tally;
    const auto begun = seconds();
    for (std::uint64_t i = 0; i < options.schedules; ++i) {
        const auto schedule = make_schedule(options.seed.value_or(options.base + i));
        const auto complaint = play(schedule, kept, tally);
        if (!complaint.empty()) return report(schedule, kept, complaint, tally);
        if (options.seed) break;
    }
    std::printf(
        "%s store: %zu schedules of %zu steps and %zu events; %zu calls, %zu approvals (%zu by standing "
        "permission, %zu superseded), %zu outcomes asked for again, %zu executions, %zu values shown, %zu "
        "crashes, %zu races; %zu people enrolled, %zu suspended, %zu sessions, %zu decisions signed with "
        "passkeys, "
        "%zu forged answers; %.0f s\n",
        name(kept), tally.schedules, tally.steps, tally.events, tally.calls, tally.approvals, tally.permitted,
        tally.superseded, tally.repeated, tally.executions, tally.shown, tally.crashes, tally.races,
        tally.enrolled, tally.suspended, tally.sessions, tally.signed_decisions, tally.forged,
        seconds() - begun);
    return 0;
}

bool read(Options& options, const std::string& argument) {
    const auto equals = argument.find('=');
    if (equals == std::string::npos) return false;
    const auto key = argument.substr(0, equals);
    const auto value = argument.substr(equals + 1);
    if (key == "--schedules")
        options.schedules = std::stoull(value);
    else if (key == "--base")
        options.base = value == "random" ? std::random_device{}() : std::stoull(value);
    else if (key == "--seed")
        options.seed = std::stoull(value);
    else if (key == "--store")
        options.stores = {value == "memory" ? Kept::in_memory : Kept::in_file};
    else
        return false;
    return true;
}

}  // namespace

int main(int count, char** arguments) {
    Options options;
    for (int i = 1; i < count; ++i)
        if (!read(options, arguments[i])) {
            std::fprintf(
                stderr,
                "usage: model_tests [--schedules=N] [--base=N|random] [--store=memory|file] [--seed=N]\n");
            return 2;
        }
    take_over_randomness();
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    std::printf("schedules of the seeds from %llu\n", static_cast<unsigned long long>(options.base));
    int failed = 0;
    for (const auto kept : options.stores) failed += play_all(options, kept);
    return failed == 0 ? 0 : 1;
}
