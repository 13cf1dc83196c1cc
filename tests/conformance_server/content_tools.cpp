// Tools that answer at once: every kind of content, an error, schemas of every kind.
#include "protocol/content.hpp"
#include "tests/conformance_server/fixture.hpp"
#include "tests/conformance_server/samples.hpp"

namespace tfy::conformance {
namespace {

Async<Result<MethodResult>> simple_text(Rooms&, Requester& requester, CallToolParams) {
    co_return text(requester, "This is a simple text response for testing.");
}

Async<Result<MethodResult>> image(Rooms&, Requester& requester, CallToolParams) {
    co_return content(requester, {protocol::image_content(pixel(), "image/png")});
}

Async<Result<MethodResult>> audio(Rooms&, Requester& requester, CallToolParams) {
    co_return content(requester, {protocol::audio_content(click(), "audio/wav")});
}

Async<Result<MethodResult>> embedded_resource(Rooms&, Requester& requester, CallToolParams) {
    const protocol::ResourceContents resource{"test://embedded-resource", "text/plain",
                                              "This is an embedded resource content."};
    co_return content(requester, {protocol::embedded_resource(resource)});
}

Async<Result<MethodResult>> multiple_content_types(Rooms&, Requester& requester, CallToolParams) {
    const protocol::ResourceContents resource{"test://mixed-content-resource", "application/json",
                                              R"({"test":"data","value":123})"};
    co_return content(requester,
                      {protocol::text_content("Multiple content types test:"),
                       protocol::image_content(pixel(), "image/png"), protocol::embedded_resource(resource)});
}

Async<Result<MethodResult>> error(Rooms&, Requester& requester, CallToolParams) {
    co_return failure(requester, "This tool intentionally returns an error for testing");
}

Async<Result<MethodResult>> greet(Rooms&, Requester& requester, CallToolParams params) {
    const auto name = text_argument(params.arguments, "name");
    if (!name) co_return name.error();
    co_return text(requester, "Hello, " + *name + "!");
}

Async<Result<MethodResult>> echo(Rooms&, Requester& requester, CallToolParams params) {
    co_return text(requester, params.arguments.dump());
}

Async<Result<MethodResult>> missing_capability(Rooms&, Requester& requester, CallToolParams) {
    if (!requester.context.capabilities.sampling) co_return missing({{"sampling", Json::object()}});
    co_return text(requester, "The client declares sampling.");
}

/// The whole vocabulary of 2020-12, which has to reach the client as it is here.
Json json_schema_2020_12() {
    return Json::parse(R"({
        "name": "json_schema_2020_12_tool",
        "description": "Tool with JSON Schema 2020-12 features",
        "inputSchema": {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "$defs": {"address": {
                "$anchor": "addressDef",
                "type": "object",
                "properties": {"street": {"type": "string"}, "city": {"type": "string"}}
            }},
            "properties": {
                "name": {"type": "string"},
                "address": {"$ref": "#/$defs/address"},
                "contactMethod": {"type": "string", "enum": ["phone", "email"]},
                "phone": {"type": "string"},
                "email": {"type": "string"}
            },
            "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
            "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
            "then": {"required": ["phone"]},
            "else": {"required": ["email"]},
            "additionalProperties": false
        }
    })");
}

}  // namespace

std::vector<Tool> content_tools() {
    const Json name = {{"type", "string"}};
    const Json region = {{"type", "string"}, {"x-mcp-header", "Region"}};
    return {
        {define("test_simple_text", "Answers with one text"), simple_text},
        {define("test_image_content", "Answers with an image"), image},
        {define("test_audio_content", "Answers with a sound"), audio},
        {define("test_embedded_resource", "Answers with a resource"), embedded_resource},
        {define("test_multiple_content_types", "Answers with text, image and resource"),
         multiple_content_types},
        {define("test_error_handling", "Always fails"), error},
        {define("greet", "Greets somebody", {{"name", name}}), greet},
        {define("test_custom_header", "Has an argument that a header mirrors", {{"region", region}}), echo},
        {define("test_missing_capability", "Needs a client that samples"), missing_capability},
        {json_schema_2020_12(), echo},
    };
}

}  // namespace tfy::conformance
