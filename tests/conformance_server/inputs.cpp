#include "tests/conformance_server/inputs.hpp"

#include "protocol/elicitation.hpp"

namespace tfy::conformance {
namespace {

constexpr auto state_purpose = "conformance requestState";

/// "elicitation/create" → "elicitation"
std::string capability_of(const Question& question) {
    return question.method.substr(0, question.method.find('/'));
}

}  // namespace

Question form(const Requester& requester, std::string key, std::string message, std::string field,
              std::string type) {
    Json schema = {{"type", "object"}, {"required", Json::array({field})}};
    schema["properties"][field] = {{"type", std::move(type)}};
    return {std::move(key), "elicitation/create",
            protocol::write_form(std::move(message), std::move(schema), requester.context.version)};
}

Question sample(std::string key, std::string prompt, int max_tokens) {
    const Json message = {{"role", "user"}, {"content", protocol::text_content(std::move(prompt))}};
    return {std::move(key),
            "sampling/createMessage",
            {{"messages", Json::array({message})}, {"maxTokens", max_tokens}}};
}

Question roots(std::string key) { return {std::move(key), "roots/list"}; }

Json write_questions(const std::vector<Question>& questions) {
    auto requests = Json::object();
    for (const auto& [key, method, params] : questions)
        requests[key] = {{"method", method}, {"params", params}};
    return requests;
}

bool can_answer(const Requester& requester, const Question& question) {
    const auto& can = requester.context.capabilities;
    const auto capability = capability_of(question);
    if (capability == "elicitation") return can.elicitation_form;
    return capability == "sampling" ? can.sampling : can.roots;
}

Result<MethodResult> ask(const Requester& requester, const std::vector<Question>& questions,
                         std::string state) {
    if (!protocol::is_modern(requester.context.version))
        return failure(requester, "This needs a client that speaks 2026-07-28.");
    for (const auto& question : questions)
        if (!can_answer(requester, question)) return missing({{capability_of(question), Json::object()}});
    return MethodResult{
        .result = protocol::write_input_required(write_questions(questions), std::move(state)),
        .result_type = "input_required"};
}

Result<std::optional<std::string>> accepted_text(const Json& responses, std::string_view key,
                                                 std::string_view field) {
    const auto response = responses.find(key);
    if (response == responses.end()) return std::optional<std::string>{};
    const auto elicited = protocol::read_elicited(*response);
    if (!elicited) return elicited.error();
    const auto value = elicited->content.find(field);
    const bool accepted = elicited->action == protocol::Elicited::Action::accept;
    if (!accepted || value == elicited->content.end() || !value->is_string())
        return std::optional<std::string>{};
    return std::optional(value->get<std::string>());
}

std::string seal(const Rooms& rooms, const Json& state) {
    return policy::seal_state(state, state_purpose, rooms.key);
}

Result<Json> open(const Rooms& rooms, std::string_view state) {
    auto opened = policy::open_state(state, state_purpose, rooms.key);
    if (!opened) return Error{Errc::invalid_params, "This requestState was not issued by this server."};
    return std::move(*opened);
}

}  // namespace tfy::conformance
