// Elicitation's params and results, and progress while a person thinks.
#include "protocol/elicitation.hpp"

#include "protocol/member.hpp"

namespace tfy::protocol {
namespace {

std::optional<Elicited::Action> read_action(std::string_view text) {
    if (text == "accept") return Elicited::Action::accept;
    if (text == "decline") return Elicited::Action::decline;
    if (text == "cancel") return Elicited::Action::cancel;
    return std::nullopt;
}

}  // namespace

Json write_form(std::string message, Json schema, Version version) {
    Json params = {{"message", std::move(message)}};
    params["requestedSchema"] = std::move(schema);
    if (version >= Version::v2025_11_25) params["mode"] = "form";
    return params;
}

Json write_url(std::string message, std::string url, std::string_view elicitation_id, Version version) {
    Json params = {{"mode", "url"}, {"message", std::move(message)}, {"url", std::move(url)}};
    if (version == Version::v2025_11_25) params["elicitationId"] = elicitation_id;
    return params;
}

Json write_elicitation_complete(std::string_view elicitation_id) {
    return {{"elicitationId", elicitation_id}};
}

Result<Elicited> read_elicited(const Json& result) {
    const auto text = read_string(result, "The answer to elicitation/create", "action");
    if (!text) return text.error();
    const auto action = read_action(*text);
    if (!action)
        return mistyped("The action of an answer to elicitation/create", "accept, decline or cancel");
    const auto content = read_optional_object(result, "The answer to elicitation/create", "content");
    if (!content) return content.error();
    return Elicited{*action, *content == nullptr ? Json::object() : **content};
}

Json write_input_required(Json requests, std::string request_state) {
    auto result = Json::object();
    if (!requests.empty()) result["inputRequests"] = std::move(requests);
    if (!request_state.empty()) result["requestState"] = std::move(request_state);
    return result;
}

Result<Retry> read_retry(const Json& params) {
    auto state = read_optional_string(params, "params", "requestState");
    if (!state) return state.error();
    const auto responses = read_optional_object(params, "params", "inputResponses");
    if (!responses) return responses.error();
    return Retry{std::move(*state), *responses == nullptr ? Json::object() : **responses};
}

Json write_progress(const Json& token, double progress, std::optional<double> total, std::string message) {
    Json params = {{"progressToken", token}, {"progress", progress}};
    if (total) params["total"] = *total;
    if (!message.empty()) params["message"] = std::move(message);
    return params;
}

}  // namespace tfy::protocol
