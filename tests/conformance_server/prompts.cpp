// Prompts of every kind of content, one that asks before it is given, and completions of their arguments.
#include <algorithm>
#include <array>

#include "tests/conformance_server/features.hpp"
#include "tests/conformance_server/inputs.hpp"
#include "tests/conformance_server/samples.hpp"

namespace tfy::conformance {
namespace {

using protocol::GetPromptParams;
using protocol::PromptMessage;

Json define_prompt(std::string name, std::string description, const std::vector<std::string>& arguments) {
    auto listed = Json::array();
    for (const auto& argument : arguments)
        listed.push_back(
            {{"name", argument}, {"description", "Stands in the prompt as it is"}, {"required", true}});
    return {{"name", std::move(name)}, {"description", std::move(description)}, {"arguments", listed}};
}

const std::vector<Json>& all() {
    static const std::vector<Json> prompts = {
        define_prompt("test_simple_prompt", "One text", {}),
        define_prompt("test_prompt_with_arguments", "A text with two arguments", {"arg1", "arg2"}),
        define_prompt("test_prompt_with_embedded_resource", "A resource and a text", {"resourceUri"}),
        define_prompt("test_prompt_with_image", "A picture and a text", {}),
        define_prompt("test_input_required_result_prompt", "Asks for its context first", {}),
    };
    return prompts;
}

const Json* find(std::string_view name) {
    const auto found = std::ranges::find_if(all(), [&](const Json& each) { return each.at("name") == name; });
    return found == all().end() ? nullptr : &*found;
}

MethodResult messages(const GetPromptParams& params, std::vector<Json> contents) {
    std::vector<PromptMessage> written;
    for (auto& each : contents) written.push_back({.content = std::move(each)});
    return {.result = protocol::write_prompt_result(find(params.name)->at("description").get<std::string>(),
                                                    std::move(written))};
}

Result<MethodResult> with_context(const Requester& requester, const GetPromptParams& params) {
    const auto context = accepted_text(params.input_responses, "user_context", "context");
    if (!context) return context.error();
    if (!*context)
        return ask(requester,
                   {form(requester, "user_context", "What context should the prompt use?", "context")});
    return messages(params, {protocol::text_content("Use this context: " + **context)});
}

Result<MethodResult> filled(const Requester& requester, const GetPromptParams& params) {
    const auto& given = params.arguments;
    if (params.name == "test_input_required_result_prompt") return with_context(requester, params);
    if (params.name == "test_prompt_with_arguments")
        return messages(params, {protocol::text_content("Prompt with arguments: arg1='" + given.at("arg1") +
                                                        "', arg2='" + given.at("arg2") + "'")});
    if (params.name == "test_prompt_with_embedded_resource")
        return messages(params, {protocol::embedded_resource({given.at("resourceUri"), "text/plain",
                                                              "Embedded resource content for testing."}),
                                 protocol::text_content("Please process the embedded resource above.")});
    if (params.name == "test_prompt_with_image")
        return messages(params, {protocol::image_content(pixel(), "image/png"),
                                 protocol::text_content("Please analyze the image above.")});
    return messages(params, {protocol::text_content("This is a simple prompt for testing.")});
}

}  // namespace

const std::vector<Json>& Prompts::definitions() const { return all(); }

Async<Result<MethodResult>> Prompts::get(Requester& requester, GetPromptParams params) {
    const auto* definition = find(params.name);
    if (definition == nullptr) co_return Error{Errc::invalid_params, "There is no such prompt."};
    if (auto fit = protocol::check_arguments(*definition, params.arguments); !fit) co_return fit.error();
    co_return filled(requester, params);
}

Async<Result<Prompts::Found>> Prompts::complete(Requester&, protocol::CompleteParams params) {
    if (params.of != protocol::CompleteParams::Of::prompt || params.ref != "test_prompt_with_arguments")
        co_return Error{Errc::invalid_params, "Only arguments of test_prompt_with_arguments are completed."};
    static constexpr std::array<std::string_view, 4> words = {"paris", "park", "party", "testing"};
    Found found;
    for (const auto word : words)
        if (word.starts_with(params.value)) found.values.emplace_back(word);
    found.total = found.values.size();
    co_return found;
}

}  // namespace tfy::conformance
