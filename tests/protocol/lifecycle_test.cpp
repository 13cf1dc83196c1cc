// initialize, server/discover, and the stamp on modern results.
#include "protocol/lifecycle.hpp"

#include <doctest/doctest.h>

namespace tfy::protocol::lifecycle_test {
namespace {

const protocol::ServerInfo& server() {
    static const protocol::ServerInfo info{"tfy-pat-mcp", "TrueFoundry tokens", "0.1.0", "Ask a person.", {}};
    return info;
}

Json opening(const char* version) {
    return {{"protocolVersion", version},
            {"capabilities", {{"elicitation", Json::object()}}},
            {"clientInfo", {{"name", "cursor"}, {"version", "1.0"}}}};
}

}  // namespace

TEST_CASE("initialize is agreed on with the client's name and capabilities") {
    const auto agreed = protocol::read_initialize(opening("2025-06-18"));
    REQUIRE(agreed.has_value());
    CHECK(agreed->version == protocol::Version::v2025_06_18);
    CHECK(agreed->client.name == "cursor");
    CHECK(agreed->capabilities.elicitation_form);
    CHECK(protocol::read_initialize(opening("2099-01-01"))->version == protocol::Version::v2025_11_25);
}

TEST_CASE("initialize without a required member, or with a mis-typed one, is refused") {
    for (const auto* key : {"protocolVersion", "capabilities", "clientInfo"}) {
        CAPTURE(key);
        auto params = opening("2025-06-18");
        params[key] = 7;
        CHECK(protocol::read_initialize(params).error().code == protocol::Errc::invalid_params);
        params.erase(key);
        CHECK(protocol::read_initialize(params).error().code == protocol::Errc::invalid_params);
    }
}

TEST_CASE("initialize is answered in the members that the agreed version knows") {
    const auto oldest =
        protocol::write_initialize(*protocol::read_initialize(opening("2025-03-26")), server());
    CHECK(oldest == Json::parse(R"({"protocolVersion":"2025-03-26","capabilities":{"tools":{}},
        "serverInfo":{"name":"tfy-pat-mcp","version":"0.1.0"},"instructions":"Ask a person."})"));
    const auto newest =
        protocol::write_initialize(*protocol::read_initialize(opening("2025-11-25")), server());
    CHECK(newest["serverInfo"]["title"] == "TrueFoundry tokens");
    auto extended = server();
    extended.capabilities.tasks = true;
    CHECK(protocol::write_initialize(*protocol::read_initialize(opening("2025-11-25")),
                                     extended)["capabilities"]
              .contains("tasks"));
    CHECK(protocol::write_discover(extended)["capabilities"].contains("extensions"));
}

TEST_CASE("what a server can do is spelled as each version knows it") {
    const protocol::ServerCapabilities everything{.tools = true,
                                                  .tools_change = true,
                                                  .prompts = true,
                                                  .prompts_change = true,
                                                  .resources = true,
                                                  .resources_change = true,
                                                  .subscribe = true,
                                                  .completions = true,
                                                  .logging = true,
                                                  .tasks = true};
    auto expected = Json::parse(R"({"tools":{"listChanged":true},"prompts":{"listChanged":true},
        "resources":{"listChanged":true,"subscribe":true},"completions":{},"logging":{}})");
    CHECK(everything.json(protocol::Version::v2025_03_26) == expected);
    CHECK(everything.json(protocol::Version::v2025_06_18) == expected);
    auto with_tasks = expected;
    with_tasks["tasks"] = Json::parse(R"({"list":{},"cancel":{},"requests":{"tools":{"call":{}}}})");
    CHECK(everything.json(protocol::Version::v2025_11_25) == with_tasks);
    auto extended = expected;
    extended["extensions"] = Json::parse(R"({"io.modelcontextprotocol/tasks":{}})");
    CHECK(everything.json(protocol::Version::v2026_07_28) == extended);
}

TEST_CASE("what a server cannot do is not there") {
    const protocol::ServerCapabilities quiet{.prompts = true, .resources = true};
    const protocol::ServerCapabilities nothing{.tools = false,
                                               .tools_change = true,
                                               .prompts_change = true,
                                               .resources_change = true,
                                               .subscribe = true};
    for (const auto version : supported_versions) {
        CAPTURE(protocol::to_string(version));
        CHECK(protocol::ServerCapabilities().json(version) == Json::parse(R"({"tools":{}})"));
        CHECK(quiet.json(version) == Json::parse(R"({"tools":{},"prompts":{},"resources":{}})"));
        CHECK(nothing.json(version) == Json::object());
    }
}

TEST_CASE("discover names every version, and may be kept by anyone for an hour") {
    CHECK(protocol::write_discover(server()) ==
          Json::parse(R"({"capabilities":{"tools":{}},"instructions":"Ask a person.",
        "supportedVersions":["2026-07-28","2025-11-25","2025-06-18","2025-03-26"],
        "ttlMs":3600000,"cacheScope":"public"})"));
}

TEST_CASE("a modern result says what it is and who made it, and keeps what it had") {
    const auto result = protocol::modern_result({{"tools", Json::array()}, {"_meta", {{"x", 1}}}}, server());
    CHECK(result == Json::parse(R"({"tools":[],"resultType":"complete","_meta":{"x":1,
        "io.modelcontextprotocol/serverInfo":{"name":"tfy-pat-mcp","title":"TrueFoundry tokens","version":"0.1.0"}}})"));
    CHECK(protocol::modern_result(Json::object(), server(), "input_required")["resultType"] ==
          "input_required");
}

}  // namespace tfy::protocol::lifecycle_test
