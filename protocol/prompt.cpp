// prompts/list and prompts/get, in the members that each revision knows.
#include "protocol/prompt.hpp"

#include <algorithm>

#include "protocol/definition.hpp"
#include "protocol/elicitation.hpp"
#include "protocol/member.hpp"
#include "protocol/near_miss.hpp"

namespace tfy::protocol {
namespace {

constexpr VersionedMember prompt_members[] = {
    {"name", Version::v2025_03_26},
    {"description", Version::v2025_03_26},
    {"title", Version::v2025_06_18},
    {"icons", Version::v2025_11_25},
};
constexpr VersionedMember argument_members[] = {
    {"name", Version::v2025_03_26},
    {"description", Version::v2025_03_26},
    {"required", Version::v2025_03_26},
    {"title", Version::v2025_06_18},
};

/// The arguments of a definition; empty if it has none.
const Json& arguments_of(const Json& definition) {
    static const Json none = Json::array();
    const auto* arguments = find_member(definition, "arguments");
    return arguments == nullptr ? none : *arguments;
}

std::vector<std::string_view> names_of(const Json& arguments) {
    std::vector<std::string_view> names;
    for (const auto& each : arguments)
        if (const auto* name = find_member(each, "name"))
            names.push_back(name->get_ref<const std::string&>());
    return names;
}

}  // namespace

Result<GetPromptParams> read_get_prompt(const Json& params) {
    auto name = read_string(params, "params", "name");
    if (!name) return name.error();
    auto arguments = read_optional_strings(params, "params", "arguments");
    if (!arguments) return arguments.error();
    auto retry = read_retry(params);
    if (!retry) return retry.error();
    return GetPromptParams{std::move(*name), std::move(*arguments), std::move(retry->request_state),
                           std::move(retry->input_responses)};
}

Json write_prompt(const Json& definition, Version version) {
    auto prompt = members_of(definition, prompt_members, version);
    for (const auto& argument : arguments_of(definition))
        prompt["arguments"].push_back(members_of(argument, argument_members, version));
    return prompt;
}

Result<void> check_arguments(const Json& definition, const std::map<std::string, std::string>& arguments) {
    const auto& known = arguments_of(definition);
    for (const auto& argument : known) {
        const auto* required = find_member(argument, "required");
        const auto* name = find_member(argument, "name");
        if (name != nullptr && required != nullptr && *required == true &&
            !arguments.contains(name->get_ref<const std::string&>()))
            return mistyped("params.arguments." + name->get_ref<const std::string&>(), "given");
    }
    const auto names = names_of(known);
    for (const auto& [name, value] : arguments) {
        if (std::ranges::find(names, name) != names.end()) continue;
        const auto near = near_miss(name, names);
        return Error{Errc::invalid_params, "The prompt has no argument " + protocol::quoted(name) +
                                               ". Nothing was done. " +
                                               (near ? "Did you mean " + std::string(*near) + "?"
                                                     : std::string("See prompts/list for what it has."))};
    }
    return {};
}

Json write_prompt_result(std::string description, std::vector<PromptMessage> messages) {
    Json result = {{"messages", Json::array()}};
    if (!description.empty()) result["description"] = std::move(description);
    for (auto& message : messages)
        result["messages"].push_back(
            {{"role", message.from_user ? "user" : "assistant"}, {"content", std::move(message.content)}});
    return result;
}

}  // namespace tfy::protocol
