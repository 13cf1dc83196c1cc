// The sandbox's half of the wire contract over real HTTP, and both halves together.
#include <doctest/doctest.h>

#include "server/upstream/exchange.hpp"
#include "tests/contract/client_side.hpp"
#include "tests/fakes/redactor.hpp"
#include "tests/fakes/served_sandbox.hpp"

namespace tfy::wire_contract_test {

using namespace std::chrono_literals;
using contract::Bindings;
using tests::RawReply;
using tests::ServedLab;
using tests::ServedSandbox;

namespace {

const std::string collection = "/api/svc/v1/personal-access-tokens";

/// "nobody", an account's name, or a token's value.
std::string key_of(const std::string& who) {
    if (who == "dana") return std::string(sandbox::sandbox_key);
    if (who == "nobody" || who.starts_with("tfy-") || who.starts_with("eyJ")) return who;
    return "tfy-sandbox-key-" + who + "-not-a-secret";
}

template <class Served>
void set_up(Served& served, const Json& example, const std::string& key) {
    for (const auto& token : example.value("given", Json::array())) {
        served.advance(1min);
        REQUIRE(served.ask("POST " + collection, token.dump(), key).status == 200);
    }
    served.advance(1min);
    if (example.contains("script")) REQUIRE(served.post_faults(example.at("script")).status == 201);
}

void check_lost(const RawReply& reply, const std::string& how) {
    CHECK_FALSE(reply.whole);
    CHECK((reply.status == 0) == (how == "reset"));
    if (how == "half") CHECK(!reply.body.empty());
}

void check_answer(const RawReply& reply, const Json& exchange, Bindings& bindings) {
    REQUIRE(reply.status == exchange.at("status").get<int>());
    CHECK(reply.whole);
    CHECK(reply.header("content-type") == exchange.value("type", "application/json"));
    CHECK(reply.header("retry-after") == exchange.value("retry_after", ""));
    CHECK(reply.header("x-request-id").size() == 32);
    if (exchange.contains("text")) {
        CHECK(reply.body.starts_with(exchange.at("text").get<std::string>()));
        return;
    }
    const auto body = protocol::parse(reply.body);
    REQUIRE(body.has_value());
    const auto wrong = contract::difference(exchange.at("answer"), *body, bindings);
    CHECK(wrong == "");
}

std::vector<sandbox::Account> accounts() {
    return {sandbox::read_account("alice").value(), sandbox::read_account("bob").value(),
            sandbox::read_account("guest:forbidden").value()};
}

template <class Served>
void play(const Json& example) {
    Served served(accounts());
    const auto who = example.value("as", "dana");
    set_up(served, example, key_of("dana"));
    Bindings bindings;
    for (const auto& exchange : example.at("exchanges")) {
        const auto line = contract::filled(exchange.at("request").get<std::string>(), bindings);
        CAPTURE(line);
        const auto body =
            exchange.contains("body") ? contract::filled(exchange["body"], bindings).dump() : "";
        const auto key = key_of(contract::filled(exchange.value("as", who), bindings));
        const auto reply = served.ask(line, body, key);
        if (exchange.contains("lost"))
            check_lost(reply, exchange.at("lost").get<std::string>());
        else
            check_answer(reply, exchange, bindings);
        served.advance(1min);
    }
}

Async<void> at_once(std::chrono::milliseconds) { co_return; }

std::string line_of(const Json& logged) {
    const auto query = logged.at("query").get<std::string>();
    return logged.at("method").get<std::string>() + " " + logged.at("path").get<std::string>() +
           (query.empty() ? "" : "?" + query);
}

/// What the client says is asked of the sandbox through curl, and what it asked for is in the sandbox's log.
template <class Served>
void play_whole(const Json& example) {
    Served served(accounts());
    set_up(served, example, key_of("dana"));
    Bindings bindings;
    if (example.at("call").dump().find('<') != std::string::npos) {  // an id, which a list tells
        const auto& first = example.at("exchanges").at(0);
        check_answer(served.ask(first.at("request").get<std::string>()), first, bindings);
    }
    const auto before = served.log().size();
    const auto exchange = upstream::make_exchange(
        {.base_url = "http://127.0.0.1:" + std::to_string(served.port())},
        std::make_shared<const upstream::OwnKey>(policy::Secret(key_of(example.value("as", "dana")))));
    truefoundry::Client client(*exchange, fakes::no_tokens(), at_once);
    const auto run = [&served](auto work) { return served.loop().run(std::move(work)); };
    const auto made = contract::called(run, client, contract::filled(example.at("call"), bindings));
    const auto exchanges = contract::exchanges_of_call(example);
    const auto log = served.log();
    REQUIRE(log.size() == before + exchanges.size());
    for (std::size_t i = 0; i < exchanges.size(); ++i)
        CHECK(line_of(log[before + i]) ==
              contract::filled(exchanges[i].at("request").get<std::string>(), bindings));
    CHECK(contract::wrong(example.at("gives"), made, bindings) == "");
}

}  // namespace

TEST_CASE("the wire contract, both halves: the client through curl against the sandbox") {
    int played = 0;
    for (const auto& example : contract::examples("client")) {
        if (example.contains("only")) continue;
        const auto name = example.at("name").get<std::string>();
        CAPTURE(name);
        if (!example.contains("script")) play_whole<ServedSandbox>(example);
        play_whole<ServedLab>(example);
        ++played;
    }
    CHECK(played >= 30);
}

TEST_CASE("the wire contract, the sandbox's half") {
    for (const auto& example : contract::examples("sandbox")) {
        const auto name = example.at("name").get<std::string>();
        CAPTURE(name);
        if (!example.contains("script")) play<ServedSandbox>(example);
        play<ServedLab>(example);
    }
}

}  // namespace tfy::wire_contract_test
