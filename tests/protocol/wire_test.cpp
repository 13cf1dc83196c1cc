// What we write, against MCP's own JSON Schemas of all four revisions: envelopes, lifecycle, tools,
// questions. What the features add is in schema_conformance_test.cpp.
#include <doctest/doctest.h>

#include "protocol/elicitation.hpp"
#include "protocol/lifecycle.hpp"
#include "protocol/page.hpp"
#include "protocol/tool.hpp"
#include "tests/protocol/wire.hpp"

namespace tfy::protocol::wire_test {
namespace {

using wire::sent;
using wire::server;
using wire::Wire;

Json tool_definition() {
    return Json::parse(R"({"name":"tfy_x","title":"X","description":"Does x.",
        "icons":[{"src":"data:image/png;base64,AA==","mimeType":"image/png","sizes":["48x48"]}],
        "annotations":{"title":"X","readOnlyHint":true,"destructiveHint":false,"idempotentHint":true,"openWorldHint":false},
        "inputSchema":{"type":"object","properties":{"id":{"type":"string","x-mcp-header":"Id"}},"required":["id"]},
        "outputSchema":{"type":"object","properties":{"id":{"type":"string"}}},
        "execution":{"taskSupport":"optional"}})");
}

Json form_schema() {
    return Json::parse(R"({"type":"object","required":["decision","name"],"properties":{
        "decision":{"type":"string","title":"Decision","enum":["approve","deny"]},
        "name":{"type":"string","description":"Type the name","minLength":1}}})");
}

void check_tools(const Wire& wire) {
    wire.check("ListToolsResult",
               sent(wire, protocol::write_page(
                              "tools", {{protocol::write_tool(tool_definition(), wire.version)}, "c1"},
                              wire.modern(), for_an_hour)));
    wire.check("CallToolResult",
               sent(wire, protocol::write_tool_result("Done.", {{"id", "a"}}, false, wire.version)));
    wire.check("CallToolResult", sent(wire, protocol::write_tool_result("No.", nullptr, true, wire.version)));
}

void check_envelopes(const Wire& wire) {
    const bool legacy = !protocol::is_modern(wire.version);
    const char* const error =
        wire.version >= protocol::Version::v2025_11_25 ? "JSONRPCErrorResponse" : "JSONRPCError";
    wire.check(error, protocol::write_error(protocol::RequestId("a"),
                                            {protocol::Errc::invalid_params, "no", {{"x", 1}}}, legacy));
    wire.check("JSONRPCMessage",
               protocol::write_error(protocol::RequestId(0), {protocol::Errc::internal, "no"}, legacy));
    wire.check("JSONRPCMessage", protocol::write_result(protocol::RequestId(1), sent(wire, Json::object())));
    wire.check("JSONRPCMessage", protocol::write_request(protocol::RequestId(1), "ping", Json::object()));
    const auto progress = protocol::write_notification("notifications/progress",
                                                       protocol::write_progress("t", 1.5, 3.0, "waiting"));
    wire.check("ProgressNotification", progress);
    wire.check("JSONRPCNotification", progress);
}

void check_lifecycle(const Wire& wire) {
    if (protocol::is_modern(wire.version)) {
        wire.check("DiscoverResult", sent(wire, protocol::write_discover(server())));
        wire.check(
            "DiscoverResultResponse",
            protocol::write_result(protocol::RequestId(1), sent(wire, protocol::write_discover(server()))));
        return;
    }
    const protocol::Initialize agreed{wire.version, {"c", "1"}, {}};
    wire.check("InitializeResult", protocol::write_initialize(agreed, server()));
}

void check_elicitation(const Wire& wire) {
    if (wire.version < protocol::Version::v2025_06_18) return;
    const auto params = protocol::write_form("Delete?", form_schema(), wire.version);
    wire.check("ElicitRequest",
               protocol::write_request(protocol::RequestId(9), "elicitation/create", params));
    if (wire.version < protocol::Version::v2025_11_25) return;
    const auto url =
        protocol::write_url("Open the page.", "https://x.example/approvals/1", "e-1", wire.version);
    wire.check("ElicitRequestURLParams", url);
    if (!wire.modern()) {
        wire.check("ElicitationCompleteNotification",
                   protocol::write_notification("notifications/elicitation/complete",
                                                protocol::write_elicitation_complete("e-1")));
        return;
    }
    const auto ask =
        protocol::write_input_required({{"form", {{"method", "elicitation/create"}, {"params", params}}},
                                        {"page", {{"method", "elicitation/create"}, {"params", url}}}},
                                       "sealed");
    wire.check("InputRequiredResult", sent(wire, ask, "input_required"));
}

void check_modern_errors(const Wire& wire) {
    if (!protocol::is_modern(wire.version)) return;
    const auto meta = Json{{"io.modelcontextprotocol/protocolVersion", "1900-01-01"}};
    const auto context =
        protocol::read_modern_context({protocol::RequestId(1), "tools/list", {{"_meta", meta}}});
    wire.check("UnsupportedProtocolVersionError",
               protocol::write_error(protocol::RequestId(1), context.error(), false));
    const protocol::Error mismatch{protocol::Errc::header_mismatch, "no"};
    wire.check("HeaderMismatchError", protocol::write_error({}, mismatch, false));
    const protocol::ClientCapabilities needed{
        .elicitation_form = true, .elicitation_url = true, .tasks = true};
    const protocol::Error missing{
        protocol::Errc::missing_capability, "no", {{"requiredCapabilities", needed.json()}}};
    wire.check("MissingRequiredClientCapabilityError",
               protocol::write_error(protocol::RequestId(1), missing, false));
}

}  // namespace

TEST_CASE("what is written satisfies the JSON Schema of each revision") {
    wire::for_each_revision([](const Wire& wire) {
        check_lifecycle(wire);
        check_tools(wire);
        check_envelopes(wire);
        check_elicitation(wire);
        check_modern_errors(wire);
    });
}

}  // namespace tfy::protocol::wire_test
