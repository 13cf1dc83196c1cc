// What redaction costs on ordinary JSON, between its ceiling (copying the bytes) and its naive peer
// (searching for each value in turn).
#include <benchmark/benchmark.h>

#include <cstring>
#include <string>
#include <vector>

#include "policy/redaction/index.hpp"
#include "policy/redaction/redactor.hpp"
#include "tests/policy/leak_tokens.hpp"

namespace {

using namespace tfy;
using namespace tfy::leaks;

const Json& ordinary_json() {
    static const Json made = [] {
        Json rows = Json::array();
        for (int i = 0; i < 1000; ++i)
            rows.push_back(
                {{"id", "jqfwg345gi25n5ju2yz5iz" + std::to_string(i)},
                 {"name", "ci-pipeline-" + std::to_string(i)},
                 {"created", "2026-08-25T09:30:00.000Z"},
                 {"note", "made by the deploy job of the platform team; ask them before it is deleted"},
                 {"expires", nullptr},
                 {"expired", false}});
        return Json{{"jsonrpc", "2.0"}, {"id", 1}, {"result", {{"tokens", std::move(rows)}}}};
    }();
    return made;
}

std::vector<std::string> tokens(benchmark::State& state) {
    std::vector<std::string> made;
    for (std::int64_t i = 0; i < state.range(0); ++i)
        made.push_back(opaque_token(static_cast<unsigned>(i) + 1));
    return made;
}

std::vector<policy::TokenPrints> prints(benchmark::State& state) {
    std::vector<policy::TokenPrints> made;
    for (const auto& token : tokens(state)) made.push_back(policy::fingerprint(token, "token", a_key()));
    return made;
}

void count(benchmark::State& state, std::size_t bytes) {
    state.SetBytesProcessed(static_cast<std::int64_t>(bytes) * state.iterations());
}

void copies(benchmark::State& state) {
    const auto text = ordinary_json().dump();
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
    const auto text = ordinary_json().dump();
    const auto values = tokens(state);
    for (auto _ : state)
        for (const auto& value : values) benchmark::DoNotOptimize(text.find(value));
    count(state, text.size());
}
BENCHMARK(searches_for_each_value)->Arg(10)->Arg(1000)->Arg(10'000);

void serialises(benchmark::State& state) {
    const auto size = ordinary_json().dump().size();
    for (auto _ : state) benchmark::DoNotOptimize(ordinary_json().dump());
    count(state, size);
}
BENCHMARK(serialises);

void scans_for_windows(benchmark::State& state) {
    const auto text = ordinary_json().dump();
    const policy::Index index(a_key(), prints(state));
    std::vector<policy::Hit> hits;
    for (auto _ : state) index.find(text, hits);
    if (!hits.empty()) state.SkipWithError("found something in ordinary JSON");
    count(state, text.size());
}
BENCHMARK(scans_for_windows)->Arg(10)->Arg(1000)->Arg(10'000);

void seals_message(benchmark::State& state) {
    const policy::Redactor redactor(a_key(), prints(state));
    std::size_t size = 0;
    for (auto _ : state) size = redactor.seal(ordinary_json()).text().size();
    count(state, size);
}
BENCHMARK(seals_message)->Arg(10)->Arg(1000)->Arg(10'000);

void seals_text(benchmark::State& state) {
    const auto text = ordinary_json().dump();
    const policy::Redactor redactor(a_key(), prints(state));
    for (auto _ : state) benchmark::DoNotOptimize(redactor.seal_text(text));
    count(state, text.size());
}
BENCHMARK(seals_text)->Arg(10)->Arg(1000)->Arg(10'000);

/// Everything is one run that must be decoded at every phase.
void seals_base64(benchmark::State& state) {
    std::mt19937_64 random(5);
    const auto text = random_text(random, 1 << 20, base64url_digits);
    const policy::Redactor redactor(a_key(), prints(state));
    for (auto _ : state) benchmark::DoNotOptimize(redactor.seal_text(text));
    count(state, text.size());
}
BENCHMARK(seals_base64)->Arg(10)->Arg(10'000);

}  // namespace
