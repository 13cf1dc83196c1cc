// Completion: which names and ids are offered to whom, and in which order.
#include <doctest/doctest.h>

#include "tests/fakes/feature_house.hpp"

namespace tfy::features_completions_test {

using fakes::approval;
using fakes::approval_id;
using fakes::FeatureHouse;
using protocol::CompleteParams;
using Values = std::vector<std::string>;

namespace {

constexpr auto token_template = "tfy://access-tokens/{id}";
constexpr auto approval_template = "tfy://approvals/{id}";

CompleteParams of_prompt(std::string name, std::string argument, std::string typed,
                         std::map<std::string, std::string> settled = {}) {
    return {CompleteParams::Of::prompt, std::move(name), std::move(argument), std::move(typed),
            std::move(settled)};
}
CompleteParams of_template(std::string uri, std::string typed, std::string argument = "id") {
    return {CompleteParams::Of::resource, std::move(uri), std::move(argument), std::move(typed)};
}

Result<mcp::CompletionFeature::Found> complete(FeatureHouse& house, CompleteParams params,
                                               const std::string& principal = "stdio:alice") {
    auto caller = house.requester(principal);
    return house.run(house.completions.complete(caller, std::move(params)));
}

Values values(FeatureHouse& house, CompleteParams params, const std::string& principal = "stdio:alice") {
    return complete(house, std::move(params), principal).value().values;
}

void add_four(FeatureHouse& house) {
    house.truefoundry.add("id-3", "backup-ci");
    house.truefoundry.add("id-1", "ci-pipeline");
    house.truefoundry.add("id-2", "dev-local");
    house.truefoundry.add("ci-9", "nightly");
}

}  // namespace

TEST_CASE("names: those that begin with what was typed before those that hold it, each by name") {
    FeatureHouse house;
    add_four(house);
    const auto typed = [&](std::string text) {
        return values(house, of_prompt("rotate_access_token", "name", std::move(text)));
    };
    CHECK(typed("ci") == Values{"ci-pipeline", "backup-ci"});
    CHECK(typed("CI") == Values{"ci-pipeline", "backup-ci"});
    CHECK(typed("") == Values{"backup-ci", "ci-pipeline", "dev-local", "nightly"});
    CHECK(typed("nothing-like-it").empty());
}

TEST_CASE("ids are found by their token's name, too, but first by themselves") {
    FeatureHouse house;
    add_four(house);
    const auto typed = [&](std::string text) {
        return values(house, of_template(token_template, std::move(text)));
    };
    CHECK(typed("ci") == Values{"ci-9", "id-1", "id-3"});
    CHECK(typed("dev") == Values{"id-2"});
    CHECK(typed("id-") == Values{"id-3", "id-1", "id-2"});
    CHECK(values(house, of_prompt("rotate_access_token", "id", "back")) == Values{"id-3"});
}

TEST_CASE("what is settled already leaves only what belongs to it") {
    FeatureHouse house;
    add_four(house);
    house.truefoundry.add("id-4", "dev-local");
    CHECK(values(house, of_prompt("rotate_access_token", "id", "", {{"name", "dev-local"}})) ==
          Values{"id-2", "id-4"});
    CHECK(values(house, of_prompt("rotate_access_token", "name", "", {{"id", "id-4"}})) ==
          Values{"dev-local"});
    CHECK(values(house, of_prompt("rotate_access_token", "id", "", {{"name", ""}})).size() == 5);
    CHECK(values(house, of_prompt("rotate_access_token", "name", "")).size() == 4);  // one name, two tokens
}

TEST_CASE("a hundred are offered, and all are counted") {
    FeatureHouse house;
    for (int i = 0; i < 130; ++i)
        house.truefoundry.add("id-" + std::to_string(1000 + i), "t-" + std::to_string(i));
    const auto found = complete(house, of_template(token_template, "id-1")).value();
    CHECK(found.values.size() == 100);
    CHECK(found.total == 130);
}

TEST_CASE("approvals are completed with the caller's own open ones, by id or by tool") {
    FeatureHouse house;
    house.ask(approval(approval_id('a')));
    house.ask(approval(approval_id('b'), "two", "http:loopback"));
    house.ask(fakes::in_state(approval(approval_id('c'), "three"), policy::Approval::State::denied));
    CHECK(values(house, of_template(approval_template, "apr_")) == Values{approval_id('a')});
    CHECK(values(house, of_template(approval_template, "delete")) == Values{approval_id('a')});
    CHECK(values(house, of_template(approval_template, ""), "http:loopback") == Values{approval_id('b')});
    CHECK(house.truefoundry.asked == 0);
}

TEST_CASE("fixed suggestions stand in the definition, in its order") {
    FeatureHouse house;
    CHECK(values(house, of_prompt("create_access_token", "expiry", "")) ==
          Values{"90 days", "60 days", "30 days", "7 days"});
    CHECK(values(house, of_prompt("create_access_token", "expiry", "3")) == Values{"30 days"});
    CHECK(values(house, of_prompt("create_access_token", "name", "c")).empty());  // it must be a new one
    CHECK(house.truefoundry.asked == 0);
}

TEST_CASE("where TrueFoundry cannot be asked, or a rule forbids it, there is nothing to offer and no error") {
    FeatureHouse down;
    add_four(down);
    down.truefoundry.status = 401;
    const auto found = complete(down, of_template(token_template, "ci")).value();
    CHECK(found.values.empty());
    CHECK(found.total == 0);
    FeatureHouse denied(fakes::without("tfy_access_tokens_list"));
    add_four(denied);
    CHECK(values(denied, of_template(token_template, "ci")).empty());
    CHECK(denied.truefoundry.asked == 0);
}

TEST_CASE("who is typing does not make TrueFoundry list for every key, nor see old lists for long") {
    FeatureHouse house;
    add_four(house);
    for (const auto* typed : {"d", "de", "dev"}) values(house, of_template(token_template, typed));
    CHECK(house.truefoundry.asked == 1);
    values(house, of_template(token_template, "dev"), "http:loopback");
    CHECK(house.truefoundry.asked == 2);
    house.truefoundry.add("id-5", "dev-remote");
    house.clock.advance(std::chrono::seconds{5});
    CHECK(values(house, of_template(token_template, "dev")) == Values{"id-2", "id-5"});
    CHECK(house.truefoundry.asked == 3);
}

TEST_CASE("unknown prompts, templates and arguments are errors") {
    FeatureHouse house;
    const CompleteParams unknown[] = {
        of_prompt("create_token", "name", ""), of_prompt("create_access_token", "admin", ""),
        of_template("tfy://access-tokens", ""), of_template("tfy://access-tokens/id-1", ""),
        of_template(token_template, "", "name")};
    for (const auto& params : unknown) {
        CAPTURE(params.ref);
        const auto found = complete(house, params);
        REQUIRE_FALSE(found.has_value());
        CHECK(found.error().code == Errc::invalid_params);
    }
}

}  // namespace tfy::features_completions_test
