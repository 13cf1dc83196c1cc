// What one message costs on its way through the house: parse, hash, redact.
#include <benchmark/benchmark.h>

#include <string>

#include "policy/canonical_json.hpp"
#include "policy/redaction/redactor.hpp"
#include "protocol/parse.hpp"

namespace {

using namespace tfy;

std::string a_list(std::size_t tokens) {
    Json rows = Json::array();
    for (std::size_t i = 0; i < tokens; ++i)
        rows.push_back({{"id", "jqfwg345gi25n5ju2yz5iz" + std::to_string(i)},
                        {"name", "ci-pipeline-" + std::to_string(i)},
                        {"created", "2026-08-25T09:30:00.000Z"},
                        {"expires", "never"},
                        {"expired", false}});
    return Json{{"jsonrpc", "2.0"}, {"id", 1}, {"result", {{"tokens", std::move(rows)}}}}.dump();
}

std::string a_value(std::size_t number) {
    return "tfy-" + policy::sha256(std::to_string(number)).substr(7, 48);
}

void parses(benchmark::State& state) {
    const auto text = a_list(static_cast<std::size_t>(state.range(0)));
    for (auto _ : state) benchmark::DoNotOptimize(protocol::parse(text));
    state.SetBytesProcessed(static_cast<std::int64_t>(text.size()) * state.iterations());
}
BENCHMARK(parses)->Arg(1)->Arg(100);

void makes_canonical(benchmark::State& state) {
    const auto value = *protocol::parse(a_list(static_cast<std::size_t>(state.range(0))));
    for (auto _ : state) benchmark::DoNotOptimize(policy::sha256(policy::canonical_json(value)));
}
BENCHMARK(makes_canonical)->Arg(1)->Arg(100);

void seals(benchmark::State& state) {
    const policy::FingerprintKey key{};
    std::vector<policy::TokenPrints> known;
    for (std::size_t i = 0; i < static_cast<std::size_t>(state.range(1)); ++i)
        known.push_back(policy::fingerprint(a_value(i), "token", key));
    const policy::Redactor redactor(key, std::move(known));
    const auto message = *protocol::parse(a_list(static_cast<std::size_t>(state.range(0))));
    for (auto _ : state) benchmark::DoNotOptimize(redactor.seal(message));
}
BENCHMARK(seals)->Args({1, 1})->Args({100, 1})->Args({100, 1000});

}  // namespace
