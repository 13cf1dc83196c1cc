// subscriptions/listen.
#include "protocol/subscription.hpp"

#include <doctest/doctest.h>

namespace tfy::protocol::subscription_test {

TEST_CASE("a client says what it wants to hear of, and is told what it will hear") {
    const auto wants = Json::parse(R"({"toolsListChanged":true,"promptsListChanged":true,
        "resourcesListChanged":true,"resourceSubscriptions":["x://a","x://b"],"taskIds":["t"]})");
    const auto filter = protocol::read_listen({{"notifications", wants}});
    REQUIRE(filter.has_value());
    CHECK(filter->tools_list_changed);
    CHECK(filter->prompts_list_changed);
    CHECK(filter->resources_list_changed);
    CHECK(filter->resource_subscriptions == std::vector<std::string>{"x://a", "x://b"});
    CHECK(filter->task_ids == std::vector<std::string>{"t"});
    CHECK(filter->json() == wants);
    CHECK(protocol::write_acknowledged(*filter, protocol::RequestId("s")) ==
          Json{{"notifications", wants}, {"_meta", {{"io.modelcontextprotocol/subscriptionId", "s"}}}});
}

TEST_CASE("what is not wanted, or not known, is not there") {
    const auto filter = protocol::read_listen(Json::parse(
        R"({"notifications":{"toolsListChanged":false,"promptsListChanged":null,"resourceSubscriptions":[],"taskIds":null,"later":7}})"));
    REQUIRE(filter.has_value());
    CHECK(filter->json() == Json::object());
    CHECK(protocol::write_acknowledged(*filter, protocol::RequestId(1))["notifications"] == Json::object());
}

TEST_CASE("a filter with a missing or mis-typed member is refused") {
    const char* const texts[] = {
        R"({})",
        R"({"notifications":[]})",
        R"({"notifications":null})",
        R"({"notifications":{"toolsListChanged":1}})",
        R"({"notifications":{"promptsListChanged":"true"}})",
        R"({"notifications":{"resourcesListChanged":"yes"}})",
        R"({"notifications":{"resourceSubscriptions":"x://a"}})",
        R"({"notifications":{"resourceSubscriptions":["x://a",1]}})",
        R"({"notifications":{"resourceSubscriptions":{}}})",
        R"({"notifications":{"taskIds":[null]}})",
        R"({"notifications":{"taskIds":7}})",
    };
    for (const auto* text : texts) {
        CAPTURE(text);
        const auto filter = protocol::read_listen(Json::parse(text));
        REQUIRE_FALSE(filter.has_value());
        CHECK(filter.error().code == protocol::Errc::invalid_params);
    }
}

TEST_CASE("a thousand subjects may be named, and not one more") {
    for (const auto* name : {"resourceSubscriptions", "taskIds"}) {
        CAPTURE(name);
        Json filter = {{name, std::vector<std::string>(1000, "x")}};
        CHECK(protocol::read_listen({{"notifications", filter}}).has_value());
        filter[name].push_back("x");
        CHECK(protocol::read_listen({{"notifications", filter}}).error().code ==
              protocol::Errc::invalid_params);
    }
}

TEST_CASE("what is told to a subscription bears its id, as it came, beside what it bore") {
    CHECK(protocol::of_subscription({{"uri", "x://a"}}, protocol::RequestId(7)) ==
          Json::parse(R"({"uri":"x://a","_meta":{"io.modelcontextprotocol/subscriptionId":7}})"));
    CHECK(protocol::of_subscription(Json::object(), protocol::RequestId("7")) ==
          Json::parse(R"({"_meta":{"io.modelcontextprotocol/subscriptionId":"7"}})"));
    CHECK(protocol::of_subscription({{"_meta", {{"x", 1}}}}, protocol::RequestId(0))["_meta"]["x"] == 1);
}

}  // namespace tfy::protocol::subscription_test
