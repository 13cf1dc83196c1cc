// What we write, against MCP's own JSON Schemas of all four revisions. They are not part of the repository:
// the folder is $TFY_SCHEMAS, or shared/schemas beside the source folder; without it this test says so and
// checks nothing.
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "protocol/elicitation.hpp"
#include "protocol/lifecycle.hpp"
#include "protocol/schema.hpp"
#include "protocol/tool.hpp"

namespace tfy::protocol {
namespace {

std::filesystem::path schema_folder() {
    if (const auto* folder = std::getenv("TFY_SCHEMAS")) return folder;
#ifdef TFY_SOURCE_DIR
    return TFY_SOURCE_DIR "/../shared/schemas";
#else
    return {};
#endif
}

/// One revision's definitions.
class Wire {
public:
    explicit Wire(Version revision) : version(revision) {
        const auto file =
            schema_folder() / "mcp" / ("mcp-" + std::string(to_string(revision)) + ".schema.json");
        if (std::ifstream in(file); in) document_ = Json::parse(in, nullptr, false);
    }

    bool present() const { return document_.is_object(); }

    void check(const char* definition, const Json& value) const {
        CAPTURE(to_string(version));
        CAPTURE(definition);
        CAPTURE(value.dump());
        const char* const root = document_.contains("$defs") ? "$defs" : "definitions";
        REQUIRE(document_[root].contains(definition));
        const auto schema =
            Schema::compile({{"$ref", std::string("#/") + root + "/" + definition}, {root, document_[root]}});
        REQUIRE(schema.has_value());
        const auto fits = schema->validate(value);
        CHECK_MESSAGE(fits.has_value(), (fits ? "" : fits.error().message));
    }

    const Version version;

private:
    Json document_;
};

const ServerInfo& server() {
    static const ServerInfo info{
        "tfy-pat-mcp", "Tokens", "0.1.0", "Ask a person.", {{"tools", Json::object()}}};
    return info;
}

Json tool_definition() {
    return Json::parse(R"({"name":"tfy_x","title":"X","description":"Does x.",
        "icons":[{"src":"data:image/png;base64,AA==","mimeType":"image/png","sizes":["48x48"]}],
        "annotations":{"title":"X","readOnlyHint":true,"destructiveHint":false,"idempotentHint":true,"openWorldHint":false},
        "inputSchema":{"type":"object","properties":{"id":{"type":"string","x-mcp-header":"Id"}},"required":["id"]},
        "outputSchema":{"type":"object","properties":{"id":{"type":"string"}}}})");
}

Json form_schema() {
    return Json::parse(R"({"type":"object","required":["decision","name"],"properties":{
        "decision":{"type":"string","title":"Decision","enum":["approve","deny"]},
        "name":{"type":"string","description":"Type the name","minLength":1}}})");
}

/// The result as that revision sends it.
Json sent(const Wire& wire, Json result, std::string_view type = "complete") {
    return is_modern(wire.version) ? modern_result(std::move(result), server(), type) : result;
}

void check_tools(const Wire& wire) {
    wire.check("ListToolsResult",
               sent(wire, *write_tool_list({tool_definition()}, Json::object(), wire.version)));
    wire.check("CallToolResult", sent(wire, write_tool_result("Done.", {{"id", "a"}}, false, wire.version)));
    wire.check("CallToolResult", sent(wire, write_tool_result("No.", nullptr, true, wire.version)));
}

void check_envelopes(const Wire& wire) {
    const bool legacy = !is_modern(wire.version);
    const char* const error = wire.version >= Version::v2025_11_25 ? "JSONRPCErrorResponse" : "JSONRPCError";
    wire.check(error, write_error(RequestId("a"), {Errc::invalid_params, "no", {{"x", 1}}}, legacy));
    wire.check("JSONRPCMessage", write_error(RequestId(0), {Errc::internal, "no"}, legacy));
    wire.check("JSONRPCMessage", write_result(RequestId(1), sent(wire, Json::object())));
    wire.check("JSONRPCMessage", write_request(RequestId(1), "ping", Json::object()));
    const auto progress = write_notification("notifications/progress", write_progress("t", 1.5, "waiting"));
    wire.check("ProgressNotification", progress);
    wire.check("JSONRPCNotification", progress);
}

void check_lifecycle(const Wire& wire) {
    if (is_modern(wire.version)) {
        wire.check("DiscoverResult", sent(wire, write_discover(server())));
        wire.check("DiscoverResultResponse",
                   write_result(RequestId(1), sent(wire, write_discover(server()))));
        return;
    }
    const Initialize agreed{wire.version, {"c", "1"}, {}};
    wire.check("InitializeResult", write_initialize(agreed, server()));
}

void check_elicitation(const Wire& wire) {
    if (wire.version < Version::v2025_06_18) return;
    const auto params = write_form("Delete?", form_schema(), wire.version);
    wire.check("ElicitRequest", write_request(RequestId(9), "elicitation/create", params));
    if (!is_modern(wire.version)) return;
    const auto url = write_url("Open the page.", "https://x.example/approvals/1");
    const auto ask = write_input_required({{"form", {{"method", "elicitation/create"}, {"params", params}}},
                                           {"page", {{"method", "elicitation/create"}, {"params", url}}}},
                                          "sealed");
    wire.check("InputRequiredResult", sent(wire, ask, "input_required"));
    wire.check("ElicitRequestURLParams", url);
}

void check_modern_errors(const Wire& wire) {
    if (!is_modern(wire.version)) return;
    const auto meta = Json{{"io.modelcontextprotocol/protocolVersion", "1900-01-01"}};
    const auto context = read_modern_context({RequestId(1), "tools/list", {{"_meta", meta}}});
    wire.check("UnsupportedProtocolVersionError", write_error(RequestId(1), context.error(), false));
    const Error mismatch{Errc::header_mismatch, "no"};
    wire.check("HeaderMismatchError", write_error({}, mismatch, false));
    const ClientCapabilities needed{.elicitation_form = true, .elicitation_url = true, .tasks = true};
    const Error missing{Errc::missing_capability, "no", {{"requiredCapabilities", needed.json()}}};
    wire.check("MissingRequiredClientCapabilityError", write_error(RequestId(1), missing, false));
}

}  // namespace

TEST_CASE("what is written satisfies the JSON Schema of each revision") {
    for (const auto version : supported_versions) {
        const Wire wire(version);
        if (!wire.present()) {
            MESSAGE("skipped for " << to_string(version) << ": no MCP schemas in '"
                                   << schema_folder().string() << "'");
            continue;
        }
        check_lifecycle(wire);
        check_tools(wire);
        check_envelopes(wire);
        check_elicitation(wire);
        check_modern_errors(wire);
    }
}

}  // namespace tfy::protocol
