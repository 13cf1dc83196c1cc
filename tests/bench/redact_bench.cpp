// What redaction costs, between its ceiling (copying the bytes) and its naive peer (searching for each value
// in turn): on ordinary JSON, on text that is one unbroken run of a token's characters, and on what must be
// decoded.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstring>
#include <ctime>
#include <string>
#include <vector>

#include "policy/redaction/index.hpp"
#include "policy/redaction/redactor.hpp"
#include "policy/redaction/survey.hpp"
#include "tests/fakes/redactor.hpp"
#include "tests/policy/leak_tokens.hpp"

namespace {

using namespace tfy;
using namespace tfy::leaks;

constexpr std::size_t opaque_size = 48;
constexpr std::size_t mebibyte = 1 << 20;

/// As in a process that has run for a while: who has once given back a large block is not made to fetch
/// every other one from the kernel (mallopt(3), M_MMAP_THRESHOLD).
[[maybe_unused]] const std::size_t given_back = std::string(16 * mebibyte, ' ').size();

/// A list of access tokens, as a tool result carries it: about 220 bytes a row.
Json json_with_rows(int rows) {
    Json list = Json::array();
    for (int i = 0; i < rows; ++i)
        list.push_back(
            {{"id", "jqfwg345gi25n5ju2yz5iz" + std::to_string(i)},
             {"name", "ci-pipeline-" + std::to_string(i)},
             {"created", "2026-08-25T09:30:00.000Z"},
             {"note", "made by the deploy job of the platform team; ask them before it is deleted"},
             {"expires", nullptr},
             {"expired", false}});
    return Json{{"jsonrpc", "2.0"}, {"id", 1}, {"result", {{"tokens", std::move(list)}}}};
}

const Json& ordinary_json() {
    static const Json made = json_with_rows(1000);
    return made;
}
const Json& message_of_64_kib() {
    static const Json made = json_with_rows(309);
    return made;
}

std::string random_bytes(std::size_t size) {
    std::mt19937_64 random(6);
    std::string bytes;
    while (bytes.size() < size) bytes += static_cast<char>(random() & 0xffU);
    return bytes;
}

std::string unbroken_text() {
    std::mt19937_64 random(5);
    return random_text(random, mebibyte, base64url_digits);
}
std::string ordinary_text() { return ordinary_json().dump(); }
/// Base64 in hex in base64: nothing is there but what must be decoded, at every level.
std::string nested_text() { return base64(hex(base64(random_bytes(mebibyte / 4)))); }
std::string picture() { return base64(random_bytes(mebibyte)); }
/// A document that a tool returns as base64: once encoded, all of it.
std::string encoded_text() { return base64(ordinary_text()); }

std::vector<std::string> tokens(std::int64_t count) {
    std::vector<std::string> made;
    for (std::int64_t i = 0; i < count; ++i)
        made.push_back(opaque_token(static_cast<unsigned>(i) + 1, opaque_size));
    return made;
}

const std::vector<redaction::TokenFingerprints>& prints(std::int64_t count) {
    static std::vector<redaction::TokenFingerprints>
        made;  // of the last count: making them takes longer than looking for them
    if (made.size() == static_cast<std::size_t>(count)) return made;
    made.clear();
    for (const auto& token : tokens(count)) made.push_back(redaction::fingerprint(token, "token", a_key()));
    return made;
}

void count(benchmark::State& state, std::size_t bytes) {
    state.SetBytesProcessed(static_cast<std::int64_t>(bytes) * state.iterations());
}

void copies(benchmark::State& state) {
    const auto text = ordinary_text();
    std::string copy(text.size(), '\0');
    for (auto _ : state) {
        std::memcpy(copy.data(), text.data(), text.size());
        benchmark::DoNotOptimize(copy.data());
        benchmark::ClobberMemory();
    }
    count(state, text.size());
}
BENCHMARK(copies);

void searches_for_each_value(benchmark::State& state) {
    const auto text = ordinary_text();
    const auto values = tokens(state.range(0));
    for (auto _ : state)
        for (const auto& value : values) benchmark::DoNotOptimize(text.find(value));
    count(state, text.size());
}
BENCHMARK(searches_for_each_value)->Arg(10)->Arg(1000)->Arg(10'000)->Unit(benchmark::kMicrosecond);

template <std::string text_of()>
void scans(benchmark::State& state) {
    const auto text = text_of();
    const redaction::Index index(a_key(), prints(state.range(0)));
    std::vector<redaction::Hit> hits;
    for (auto _ : state) index.find(text, hits);
    if (!hits.empty()) state.SkipWithError("found something where there is nothing");
    count(state, text.size());
}
BENCHMARK(scans<ordinary_text>)->RangeMultiplier(10)->Range(10, 100'000)->Unit(benchmark::kMicrosecond);
BENCHMARK(scans<unbroken_text>)->RangeMultiplier(10)->Range(10, 100'000)->Unit(benchmark::kMicrosecond);

template <std::string text_of()>
void surveys(benchmark::State& state) {
    const auto text = text_of();
    for (auto _ : state) benchmark::DoNotOptimize(redaction::survey(text, redaction::window_size));
    count(state, text.size());
}
BENCHMARK(surveys<ordinary_text>)->Unit(benchmark::kMicrosecond);
BENCHMARK(surveys<unbroken_text>)->Unit(benchmark::kMicrosecond);

void serialises(benchmark::State& state) {
    const auto size = ordinary_text().size();
    for (auto _ : state) benchmark::DoNotOptimize(ordinary_json().dump());
    count(state, size);
}
BENCHMARK(serialises)->Unit(benchmark::kMicrosecond);

/// Another redactor's texts take the place of those that are remembered as clean (clean_texts.hpp).
void forget(const Json& message) {
    static const auto other = redaction::RedactorForTests::make();
    benchmark::DoNotOptimize(other.seal(message));
}

void seals_message(benchmark::State& state) {
    const auto redactor = redaction::RedactorForTests::make(a_key(), prints(state.range(0)));
    std::size_t size = 0;
    for (auto _ : state) {
        state.PauseTiming();
        forget(ordinary_json());
        state.ResumeTiming();
        size = redactor.seal(ordinary_json()).text().size();
    }
    count(state, size);
}
BENCHMARK(seals_message)->RangeMultiplier(10)->Range(10, 100'000)->Unit(benchmark::kMicrosecond);

void seals_message_again(benchmark::State& state) {
    const auto redactor = redaction::RedactorForTests::make(a_key(), prints(10'000));
    std::size_t size = 0;
    for (auto _ : state) size = redactor.seal(ordinary_json()).text().size();
    count(state, size);
}
BENCHMARK(seals_message_again)->Unit(benchmark::kMicrosecond);

double microseconds(clockid_t clock) {
    timespec now{};
    clock_gettime(clock, &now);
    return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

double quantile(std::vector<double> values, double share) {
    std::ranges::sort(values);
    return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

/// What a caller waits, and what of it this thread has worked: on a busy machine the scheduler's turns are
/// the rest.
void seals_64_kib(benchmark::State& state) {
    const auto redactor = redaction::RedactorForTests::make(a_key(), prints(state.range(0)));
    std::vector<double> waited;
    std::vector<double> worked;
    std::size_t size = 0;
    for (auto _ : state) {
        state.PauseTiming();
        forget(message_of_64_kib());
        state.ResumeTiming();
        const auto start = microseconds(CLOCK_MONOTONIC);
        const auto work = microseconds(CLOCK_THREAD_CPUTIME_ID);
        size = redactor.seal(message_of_64_kib()).text().size();
        worked.push_back(microseconds(CLOCK_THREAD_CPUTIME_ID) - work);
        waited.push_back(microseconds(CLOCK_MONOTONIC) - start);
    }
    state.counters["p50_wall_us"] = quantile(waited, 0.5);
    state.counters["p99_wall_us"] = quantile(waited, 0.99);
    state.counters["p99_cpu_us"] = quantile(worked, 0.99);
    count(state, size);
}
BENCHMARK(seals_64_kib)->Arg(10'000)->Unit(benchmark::kMicrosecond);

template <std::string text_of()>
void seals_text(benchmark::State& state) {
    const auto text = text_of();
    const auto redactor = redaction::RedactorForTests::make(a_key(), prints(10'000));
    for (auto _ : state) benchmark::DoNotOptimize(redactor.seal_text(text));
    count(state, text.size());
}
BENCHMARK(seals_text<ordinary_text>)->Unit(benchmark::kMicrosecond);
BENCHMARK(seals_text<unbroken_text>)->Unit(benchmark::kMicrosecond);
BENCHMARK(seals_text<picture>)->Unit(benchmark::kMicrosecond);
BENCHMARK(seals_text<encoded_text>)->Unit(benchmark::kMicrosecond);
BENCHMARK(seals_text<nested_text>)->Unit(benchmark::kMicrosecond);

/// From fingerprints to an index, and what a token takes in it.
void builds_index(benchmark::State& state, const std::vector<redaction::TokenFingerprints>& known) {
    std::size_t bytes = 0;
    for (auto _ : state) bytes = redaction::Index(a_key(), known).bytes();
    state.counters["bytes_a_token"] = static_cast<double>(bytes) / static_cast<double>(known.size());
    state.SetItemsProcessed(static_cast<std::int64_t>(known.size()) * state.iterations());
}
void builds_index_of_opaque_tokens(benchmark::State& state) { builds_index(state, prints(state.range(0))); }
BENCHMARK(builds_index_of_opaque_tokens)->Arg(10'000)->Arg(100'000)->Unit(benchmark::kMillisecond);

void builds_index_of_jwts(benchmark::State& state) {
    std::vector<redaction::TokenFingerprints> known;
    std::size_t size = 0;
    for (std::int64_t i = 0; i < state.range(0); ++i) {
        const auto token =
            jwt_token(static_cast<unsigned>(i),
                      "https://login.example.com/" + opaque_token(static_cast<unsigned>(i) + 7, 270));
        size += token.size();
        known.push_back(redaction::fingerprint(token, "token", a_key()));
    }
    builds_index(state, known);
    state.counters["characters_a_token"] = static_cast<double>(size) / static_cast<double>(known.size());
}
BENCHMARK(builds_index_of_jwts)->Arg(10'000)->Unit(benchmark::kMillisecond);

}  // namespace
