// tools/list and tools/call.
#include "protocol/tool.hpp"

#include <doctest/doctest.h>

#include <set>

#include "protocol/content.hpp"

namespace tfy::protocol::tool_test {
namespace {

Json definition() {
    return Json::parse(
        R"({"name":"tfy_x","title":"X","description":"Does x.","icons":[{"src":"data:image/png;base64,AA=="}],
        "annotations":{"title":"X","readOnlyHint":true},"inputSchema":{"type":"object"},"outputSchema":{"type":"object"},
        "execution":{"taskSupport":"optional"},"ours":"not for the wire"})");
}

std::set<std::string> members(const Json& object) {
    std::set<std::string> names;
    for (const auto& [name, value] : object.items()) names.insert(name);
    return names;
}

}  // namespace

TEST_CASE("a call is read with its arguments, and on a retry with the answers and the state") {
    const auto plain = protocol::read_call_tool({{"name", "tfy_x"}});
    REQUIRE(plain.has_value());
    CHECK(plain->name == "tfy_x");
    CHECK(plain->arguments == Json::object());
    CHECK_FALSE(plain->request_state);
    const auto retry = protocol::read_call_tool(Json::parse(
        R"({"name":"tfy_x","arguments":{"id":"a"},"requestState":"s","inputResponses":{"ok":{"action":"accept"}}})"));
    REQUIRE(retry.has_value());
    CHECK(retry->arguments == Json{{"id", "a"}});
    CHECK(retry->request_state == "s");
    CHECK(retry->input_responses["ok"]["action"] == "accept");
}

TEST_CASE("null for what may be left out of a call is as if left out") {
    const auto call = protocol::read_call_tool(Json::parse(
        R"({"name":"x","arguments":null,"requestState":null,"inputResponses":null,"task":null,"_meta":null})"));
    REQUIRE(call.has_value());
    CHECK(call->arguments == Json::object());
    CHECK_FALSE(call->request_state);
    CHECK_FALSE(call->task);
}

TEST_CASE("advice and examples are for our own messages, and are not shown in a tool's definition") {
    const Json definition = {
        {"name", "x"},
        {"inputSchema",
         Json::parse(R"({"type":"object","properties":{"example":{"type":"string","advice":"Use a."},
             "p":{"type":"object","example":{},"properties":{"q":{"type":"array","items":{"example":1}}}}}})")}};
    CHECK(protocol::write_tool(definition, protocol::Version::v2026_07_28)["inputSchema"] ==
          Json::parse(R"({"type":"object","properties":{"example":{"type":"string"},
             "p":{"type":"object","properties":{"q":{"type":"array","items":{}}}}}})"));
}

TEST_CASE("a call with a missing name or a mis-typed member is refused") {
    const char* const texts[] = {
        R"({})",
        R"({"name":1})",
        R"({"name":null})",
        R"({"name":"x","arguments":[]})",
        R"({"name":"x","arguments":"{}"})",
        R"({"name":"x","requestState":1})",
        R"({"name":"x","inputResponses":[]})",
    };
    for (const auto* text : texts) {
        CAPTURE(text);
        const auto call = protocol::read_call_tool(Json::parse(text));
        REQUIRE_FALSE(call.has_value());
        CHECK(call.error().code == protocol::Errc::invalid_params);
    }
}

TEST_CASE("a tool has the members that a version knows, and no others") {
    std::set<std::string> expected = {"name", "description", "inputSchema", "annotations"};
    CHECK(members(protocol::write_tool(definition(), protocol::Version::v2025_03_26)) == expected);
    expected.insert({"title", "outputSchema"});
    CHECK(members(protocol::write_tool(definition(), protocol::Version::v2025_06_18)) == expected);
    expected.insert("icons");
    CHECK(members(protocol::write_tool(definition(), protocol::Version::v2026_07_28)) == expected);
    expected.insert("execution");
    CHECK(members(protocol::write_tool(definition(), protocol::Version::v2025_11_25)) == expected);
    CHECK(protocol::write_tool(definition(), protocol::Version::v2025_03_26)["annotations"]["title"] == "X");
}

TEST_CASE("a wish for a task is read with the call, and one that cannot be read refuses it") {
    CHECK_FALSE(protocol::read_call_tool({{"name", "tfy_x"}})->task);
    const auto wished = protocol::read_call_tool(Json::parse(R"({"name":"tfy_x","task":{"ttl":60000}})"));
    REQUIRE(wished.has_value());
    REQUIRE(wished->task.has_value());
    CHECK(wished->task->ttl_ms == 60'000);
    CHECK(protocol::read_call_tool(Json::parse(R"({"name":"tfy_x","task":{"ttl":"x"}})")).error().code ==
          protocol::Errc::invalid_params);
}

TEST_CASE("a result carries structured content where there is some and the version knows it") {
    const Json structured = {{"id", "a"}};
    const auto result =
        protocol::write_tool_result("Done.", structured, false, protocol::Version::v2025_06_18);
    CHECK(
        result ==
        Json::parse(
            R"({"content":[{"type":"text","text":"Done."}],"isError":false,"structuredContent":{"id":"a"}})"));
    CHECK_FALSE(protocol::write_tool_result("", structured, false, protocol::Version::v2025_03_26)
                    .contains("structuredContent"));
    CHECK_FALSE(protocol::write_tool_result("", nullptr, true, protocol::Version::v2026_07_28)
                    .contains("structuredContent"));
    CHECK_FALSE(protocol::write_tool_result("", Json::array({1}), false, protocol::Version::v2025_11_25)
                    .contains("structuredContent"));
    CHECK(protocol::write_tool_result("", Json::array({1}), false,
                                      protocol::Version::v2026_07_28)["structuredContent"] ==
          Json::array({1}));
    CHECK(protocol::write_tool_result("No.", nullptr, true, protocol::Version::v2025_03_26)["isError"] ==
          true);
    const std::vector<Json> blocks = {protocol::text_content("a"),
                                      protocol::image_content({"AA=="}, "image/png")};
    CHECK(protocol::write_tool_result(blocks, nullptr, false, protocol::Version::v2025_03_26)["content"] ==
          Json(blocks));
    CHECK(protocol::write_tool_result(std::vector<Json>(), nullptr, false,
                                      protocol::Version::v2025_03_26)["content"] == Json::array());
}

}  // namespace tfy::protocol::tool_test
