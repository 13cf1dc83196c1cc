// Questions to a person, and what comes back.
#include "protocol/elicitation.hpp"

#include <doctest/doctest.h>

namespace tfy::protocol {

TEST_CASE("a form names its mode where the version knows modes") {
    const Json schema = {{"type", "object"}, {"properties", Json::object()}};
    CHECK(write_form("Sure?", schema, Version::v2025_06_18) ==
          Json{{"message", "Sure?"}, {"requestedSchema", schema}});
    CHECK(write_form("Sure?", schema, Version::v2025_11_25)["mode"] == "form");
    CHECK(write_form("Sure?", schema, Version::v2026_07_28)["mode"] == "form");
    CHECK(write_url("Open it.", "https://x.example/1") ==
          Json{{"mode", "url"}, {"message", "Open it."}, {"url", "https://x.example/1"}});
}

TEST_CASE("an answer says accept, decline or cancel, and may bring content") {
    const auto accepted =
        read_elicited(Json::parse(R"({"action":"accept","content":{"decision":"approve"}})"));
    REQUIRE(accepted.has_value());
    CHECK(accepted->action == Elicited::Action::accept);
    CHECK(accepted->content == Json{{"decision", "approve"}});
    CHECK(read_elicited({{"action", "decline"}})->action == Elicited::Action::decline);
    CHECK(read_elicited({{"action", "cancel"}})->action == Elicited::Action::cancel);
    CHECK(read_elicited({{"action", "decline"}})->content == Json::object());
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
        const auto read = read_elicited(Json::parse(text));
        REQUIRE_FALSE(read.has_value());
        CHECK(read.error().code == Errc::invalid_params);
    }
}

TEST_CASE("input_required carries questions, a state, or both") {
    const Json ask = {{"approval", {{"method", "elicitation/create"}, {"params", Json::object()}}}};
    CHECK(write_input_required(ask, "s") == Json{{"inputRequests", ask}, {"requestState", "s"}});
    CHECK(write_input_required(nullptr, "s") == Json{{"requestState", "s"}});
    CHECK(write_input_required(ask, "") == Json{{"inputRequests", ask}});
}

TEST_CASE("progress goes to the token that asked for it") {
    CHECK(write_progress("t", 1, "waiting") ==
          Json{{"progressToken", "t"}, {"progress", 1.0}, {"message", "waiting"}});
    CHECK(write_progress(5, 2, "") == Json{{"progressToken", 5}, {"progress", 2.0}});
}

}  // namespace tfy::protocol
