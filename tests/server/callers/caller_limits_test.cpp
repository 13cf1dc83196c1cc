// One caller cannot take what belongs to the others.
#include "server/callers/caller_limits.hpp"

#include <doctest/doctest.h>

#include <vector>

namespace tfy::callers_limits_test {
namespace {

using namespace std::chrono_literals;
constexpr policy::Time noon{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + 12h};

}  // namespace

TEST_CASE("a caller has so many requests a minute, and others have their own") {
    callers::CallerLimits limits({.at_once = 2, .a_minute = 3});
    for (int i = 0; i < 3; ++i) CHECK_FALSE(limits.note("key:A", noon + i * 1s));
    CHECK(limits.note("key:A", noon + 3s) == 57s);
    CHECK(limits.note("key:A", noon + 59s + 999ms) == 1s);
    CHECK_FALSE(limits.note("key:B", noon + 3s));
    CHECK_FALSE(limits.note("key:A", noon + 60s));
    CHECK_FALSE(limits.note("key:A", noon - 24h));  // a clock that was set back
    CHECK_FALSE(limits.note("key:C", noon, 2));     // a batch: each of its messages counts
    CHECK_FALSE(limits.note("key:C", noon));
    CHECK(limits.note("key:C", noon) == 60s);
    CHECK(limits.note("key:D", noon, 4) == 60s);
    for (int i = 0; i < 10'000; ++i) CHECK_FALSE(limits.note("key:" + std::to_string(i), noon + i * 1s));
}

TEST_CASE("a caller has so many calls under way, and each that ends makes room") {
    callers::CallerLimits limits({.at_once = 2, .a_minute = 3});
    auto first = limits.begin("key:A");
    {
        auto second = limits.begin("key:A");
        CHECK(first.has_value());
        CHECK(second.has_value());
        CHECK_FALSE(limits.begin("key:A").has_value());
        CHECK(limits.begin("key:B").has_value());
        auto moved = std::move(second);
        CHECK_FALSE(limits.begin("key:A").has_value());
    }
    CHECK(limits.begin("key:A").has_value());
    auto third = limits.begin("key:A");
    first.reset();
    third.reset();
    std::vector<callers::CallerLimits::Turn> all;
    for (int i = 0; i < 2; ++i) all.push_back(limits.begin("key:A").value());
    CHECK_FALSE(limits.begin("key:A").has_value());
}

}  // namespace tfy::callers_limits_test
