// Tools that ask a legacy client, by requests of their own on the stream of the call.
#include "protocol/elicitation.hpp"
#include "tests/conformance_server/fixture.hpp"

namespace tfy::conformance {
namespace {

constexpr std::chrono::seconds patience{30};

/// What the client answers to `method`. Errc::missing_capability for a client that cannot be asked this way.
Async<Result<Json>> ask_client(Requester& requester, bool declared, std::string method, Json params) {
    if (!declared || requester.questions == nullptr)
        co_return missing({{method.substr(0, method.find('/')), Json::object()}});
    co_return co_await requester.questions->ask(requester.outbox, requester.session, std::move(method),
                                                std::move(params), patience);
}

Async<Result<MethodResult>> ask_model(Rooms&, Requester& requester, CallToolParams params) {
    const auto prompt = text_argument(params.arguments, "prompt");
    if (!prompt) co_return prompt.error();
    const Json message = {{"role", "user"}, {"content", protocol::text_content(*prompt)}};
    Json asked = {{"messages", Json::array({message})}, {"maxTokens", 100}};
    const auto said = co_await ask_client(requester, requester.context.capabilities.sampling,
                                          "sampling/createMessage", std::move(asked));
    if (!said) co_return said.error();
    co_return text(requester, "LLM response: " + said->at("content").at("text").get<std::string>());
}

/// Asks with a form, and says after `start` what came of it.
Async<Result<MethodResult>> ask_form(Requester& requester, std::string message, Json schema,
                                     std::string start) {
    Json asked = protocol::write_form(std::move(message), std::move(schema), requester.context.version);
    const auto said = co_await ask_client(requester, requester.context.capabilities.elicitation_form,
                                          "elicitation/create", std::move(asked));
    if (!said) co_return said.error();
    const auto elicited = protocol::read_elicited(*said);
    if (!elicited) co_return elicited.error();
    co_return text(requester, start + "action=" + said->at("action").get<std::string>() +
                                  ", content=" + elicited->content.dump());
}

Async<Result<MethodResult>> ask_person(Rooms&, Requester& requester, CallToolParams params) {
    auto message = text_argument(params.arguments, "message");
    if (!message) co_return message.error();
    Json schema = Json::parse(R"({
        "type": "object",
        "properties": {
            "username": {"type": "string", "description": "User's response"},
            "email": {"type": "string", "description": "User's email address"}
        },
        "required": ["username", "email"]
    })");
    co_return co_await ask_form(requester, std::move(*message), std::move(schema), "User response: ");
}

Async<Result<MethodResult>> elicitation_defaults(Rooms&, Requester& requester, CallToolParams) {
    Json schema = Json::parse(R"({
        "type": "object",
        "properties": {
            "name": {"type": "string", "default": "John Doe"},
            "age": {"type": "integer", "default": 30},
            "score": {"type": "number", "default": 95.5},
            "status": {"type": "string", "enum": ["active", "inactive", "pending"], "default": "active"},
            "verified": {"type": "boolean", "default": true}
        }
    })");
    co_return co_await ask_form(requester, "Is this right?", std::move(schema), "Elicitation completed: ");
}

Async<Result<MethodResult>> elicitation_enums(Rooms&, Requester& requester, CallToolParams) {
    Json schema = Json::parse(R"({
        "type": "object",
        "properties": {
            "untitledSingle": {"type": "string", "enum": ["option1", "option2", "option3"]},
            "titledSingle": {"type": "string", "oneOf": [
                {"const": "value1", "title": "First Option"},
                {"const": "value2", "title": "Second Option"},
                {"const": "value3", "title": "Third Option"}
            ]},
            "legacyEnum": {
                "type": "string",
                "enum": ["opt1", "opt2", "opt3"],
                "enumNames": ["Option One", "Option Two", "Option Three"]
            },
            "untitledMulti": {
                "type": "array",
                "items": {"type": "string", "enum": ["option1", "option2", "option3"]}
            },
            "titledMulti": {"type": "array", "items": {"anyOf": [
                {"const": "value1", "title": "First Choice"},
                {"const": "value2", "title": "Second Choice"},
                {"const": "value3", "title": "Third Choice"}
            ]}}
        }
    })");
    co_return co_await ask_form(requester, "Choose.", std::move(schema), "Elicitation completed: ");
}

}  // namespace

std::vector<Tool> asking_tools() {
    const Json string = {{"type", "string"}};
    return {
        {define("test_sampling", "Asks the client's model", {{"prompt", string}}), ask_model},
        {define("test_elicitation", "Asks the client's person", {{"message", string}}), ask_person},
        {define("test_elicitation_sep1034_defaults", "Asks with a form that has defaults"),
         elicitation_defaults},
        {define("test_elicitation_sep1330_enums", "Asks with a form of every kind of choice"),
         elicitation_enums},
    };
}

}  // namespace tfy::conformance
