// What one message costs on its way through the house: parse and hash. (Redaction: redact_bench.cpp.)
#include <benchmark/benchmark.h>

#include <string>

#include "policy/canonical_json.hpp"
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

}  // namespace
