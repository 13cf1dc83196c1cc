// What every round of the soak shares: its luck, its limit, and how a wrong one is told.
#pragma once

#include <cstdio>
#include <random>

#include "tests/soak/caller.hpp"
#include "tests/soak/lossy_plane.hpp"

namespace tfy::soak {

/// The request's own time, half a minute of settling and the last look; the rest is for a second DELETE.
inline constexpr std::chrono::seconds longest_round{30 + 30 + 5 + 15};

template <class Options>
auto any_of(const Options& options, std::mt19937_64& random) {
    return options[random() % options.size()];
}

/// How many of a hundred reads go wrong.
inline unsigned ill_reads(std::mt19937_64& random) {
    return any_of(std::array{0U, 0U, 0U, 20U, 60U, 90U}, random);
}

/// Of a round's time; remembers the longest.
class Stopwatch {
public:
    explicit Stopwatch(const SoakTime& time) : time_(time) {}
    void start() { begun_ = time_.now(); }
    /// Empty if it was quick enough.
    std::string stop() {
        const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(time_.now() - begun_);
        longest_ = std::max(longest_, took);
        return took > longest_round ? "it took " + policy::format_duration(took) : "";
    }
    std::string longest() const { return policy::format_duration(longest_); }

private:
    const SoakTime& time_;
    truefoundry::Timing::Instant begun_ = {};
    std::chrono::milliseconds longest_{0};
};

/// The plane, the caller and their time, for as many rounds as are played.
struct Stage {
    explicit Stage(std::uint64_t seed) : random(seed) {}

    std::mt19937_64 random;
    SoakTime time = {};
    LossyPlane plane{time, random()};
    Caller caller{time, plane.port()};
    Stopwatch watch{time};
};

inline int failed(int round, std::uint64_t seed, const std::string& how, const std::string& wrong) {
    std::printf("FAILED in round %d (%s), seed %llu: %s\n", round, how.c_str(),
                static_cast<unsigned long long>(seed), wrong.c_str());
    return 1;
}

/// Creations: no POST goes out twice; what the caller is told is what was done, whenever it was done.
int play_creations(int rounds, std::uint64_t seed);
/// Deletions: no other token is ever deleted; no DELETE goes out again before the token was read again and
/// was the same; what the caller is told is what was done, whenever it was done.
int play_deletions(int rounds, std::uint64_t seed);

}  // namespace tfy::soak
