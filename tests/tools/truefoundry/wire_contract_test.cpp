// The client's half of the wire contract: what it sends, and what it makes of each answer.
#include <doctest/doctest.h>

#include <set>

#include "tests/contract/client_side.hpp"
#include "tests/tools/examples.hpp"

namespace tfy::wire_contract_test {

using namespace tfy::examples;

namespace {

Result<truefoundry::ApiResponse> answered(const Json& exchange) {
    if (exchange.contains("lost")) return lost();
    const auto body =
        exchange.contains("text") ? exchange["text"].get<std::string>() : exchange["answer"].dump();
    auto response = answer(exchange.at("status").get<int>(), body);
    if (exchange.contains("retry_after"))
        response.retry_after = std::chrono::seconds{std::stoi(exchange["retry_after"].get<std::string>())};
    response.content_type = exchange.value("type", "application/json");
    return response;
}

}  // namespace

TEST_CASE("the wire contract, the client's half") {
    for (const auto& written_example : contract::examples("client")) {
        const auto example = contract::filled(written_example, contract::samples(written_example));
        const auto name = example.at("name").get<std::string>();
        CAPTURE(name);
        Upstream upstream;
        const auto exchanges = contract::exchanges_of_call(example);
        for (const auto& each : exchanges)
            upstream.exchange.expect(each.at("request").get<std::string>(), answered(each));
        const auto by = [](auto work) { return run(std::move(work)); };
        const auto made = contract::called(by, upstream.client, example.at("call"));
        contract::Bindings none;
        CHECK(contract::wrong(example.at("gives"), made, none) == "");
        CHECK(upstream.exchange.finished());
        for (std::size_t i = 0; i < exchanges.size() && i < upstream.exchange.bodies.size(); ++i) {
            const auto& sent = upstream.exchange.bodies[i];
            CHECK((sent.empty() ? Json() : Json::parse(sent)) == exchanges[i].value("body", Json()));
        }
    }
}

TEST_CASE("both halves of the table have examples, and no name is there twice") {
    std::set<std::string> names;
    std::size_t count = 0;
    for (const auto* side : {"client", "sandbox"}) {
        const auto found = contract::examples(side);
        CHECK(found.size() >= 40);
        for (const auto& example : found) {
            if (std::string(side) == "client" || example.contains("only")) ++count;
            names.insert(example.at("name").get<std::string>());
            CHECK(example.contains("source"));
        }
    }
    CHECK(names.size() == count);
}

}  // namespace tfy::wire_contract_test
