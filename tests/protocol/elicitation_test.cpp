// Questions to a person, and what comes back.
#include "protocol/elicitation.hpp"

#include <doctest/doctest.h>

namespace tfy::protocol::elicitation_test {

TEST_CASE("a form names its mode where the version knows modes") {
    const Json schema = {{"type", "object"}, {"properties", Json::object()}};
    CHECK(protocol::write_form("Sure?", schema, protocol::Version::v2025_06_18) ==
          Json{{"message", "Sure?"}, {"requestedSchema", schema}});
    CHECK(protocol::write_form("Sure?", schema, protocol::Version::v2025_11_25)["mode"] == "form");
    CHECK(protocol::write_form("Sure?", schema, protocol::Version::v2026_07_28)["mode"] == "form");
}

TEST_CASE("a page to open has an id where the version knows one, and the id is named again when it is done") {
    const Json plain = {{"mode", "url"}, {"message", "Open it."}, {"url", "https://x.example/1"}};
    CHECK(protocol::write_url("Open it.", "https://x.example/1", "e-1", protocol::Version::v2026_07_28) ==
          plain);
    auto named = plain;
    named["elicitationId"] = "e-1";
    CHECK(protocol::write_url("Open it.", "https://x.example/1", "e-1", protocol::Version::v2025_11_25) ==
          named);
    CHECK(protocol::write_elicitation_complete("e-1") == Json{{"elicitationId", "e-1"}});
}

TEST_CASE("an answer says accept, decline or cancel, and may bring content") {
    const auto accepted =
        protocol::read_elicited(Json::parse(R"({"action":"accept","content":{"decision":"approve"}})"));
    REQUIRE(accepted.has_value());
    CHECK(accepted->action == protocol::Elicited::Action::accept);
    CHECK(accepted->content == Json{{"decision", "approve"}});
    CHECK(protocol::read_elicited({{"action", "decline"}})->action == protocol::Elicited::Action::decline);
    CHECK(protocol::read_elicited({{"action", "cancel"}})->action == protocol::Elicited::Action::cancel);
    CHECK(protocol::read_elicited({{"action", "decline"}})->content == Json::object());
}

TEST_CASE("an answer that is none of these is refused, never taken for a yes") {
    const char* const texts[] = {
        R"({})",
        R"({"action":"Accept"})",
        R"({"action":"approve"})",
        R"({"action":true})",
        R"({"content":{}})",
        R"({"action":"accept","content":[]})",
        R"({"action":"accept","content":"yes"})",
        R"("accept")",
        R"(null)",
    };
    for (const auto* text : texts) {
        CAPTURE(text);
        const auto read = protocol::read_elicited(Json::parse(text));
        REQUIRE_FALSE(read.has_value());
        CHECK(read.error().code == protocol::Errc::invalid_params);
    }
}

TEST_CASE("input_required carries questions, a state, or both") {
    const Json ask = {{"approval", {{"method", "elicitation/create"}, {"params", Json::object()}}}};
    CHECK(protocol::write_input_required(ask, "s") == Json{{"inputRequests", ask}, {"requestState", "s"}});
    CHECK(protocol::write_input_required(nullptr, "s") == Json{{"requestState", "s"}});
    CHECK(protocol::write_input_required(ask, "") == Json{{"inputRequests", ask}});
}

TEST_CASE("a retry brings back what input_required gave out") {
    const auto first = protocol::read_retry(Json::object());
    REQUIRE(first.has_value());
    CHECK_FALSE(first->request_state);
    CHECK(first->input_responses == Json::object());
    const auto retry = protocol::read_retry(Json::parse(R"({"requestState":"","inputResponses":{"q":7}})"));
    REQUIRE(retry.has_value());
    CHECK(retry->request_state == "");
    CHECK(retry->input_responses == Json{{"q", 7}});
    const auto nothing = protocol::read_retry(Json::parse(R"({"requestState":null,"inputResponses":null})"));
    REQUIRE(nothing.has_value());
    CHECK_FALSE(nothing->request_state);
    for (const auto* text : {R"({"requestState":7})", R"({"inputResponses":[]})"}) {
        CAPTURE(text);
        CHECK(protocol::read_retry(Json::parse(text)).error().code == protocol::Errc::invalid_params);
    }
}

TEST_CASE("progress goes to the token that asked for it") {
    CHECK(protocol::write_progress("t", 1, std::nullopt, "waiting") ==
          Json{{"progressToken", "t"}, {"progress", 1.0}, {"message", "waiting"}});
    CHECK(protocol::write_progress(5, 2, 3.0, "") ==
          Json{{"progressToken", 5}, {"progress", 2.0}, {"total", 3.0}});
    CHECK(protocol::write_progress(5, 2, std::nullopt, "") == Json{{"progressToken", 5}, {"progress", 2.0}});
}

}  // namespace tfy::protocol::elicitation_test
