// prompts/*: definitions by revision, and getting one.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "protocol/page.hpp"
#include "protocol/version.hpp"

namespace tfy::protocol {

struct GetPromptParams {
    std::string name;
    std::map<std::string, std::string> arguments = {};
    std::optional<std::string> request_state = {};  // modern retries only
    Json input_responses = Json::object();
};

/// Errc::invalid_params if name is missing, or an argument is no string.
Result<GetPromptParams> read_get_prompt(const Json& params);

/// One Prompt as `version` knows it (title since 2025-06-18, icons since 2025-11-25).
Json write_prompt(const Json& definition, Version version);

/// Errc::invalid_params if an argument that `definition` requires is missing, or one is given that it does
/// not know.
Result<void> check_arguments(const Json& definition, const std::map<std::string, std::string>& arguments);

struct PromptMessage {
    bool from_user = true;  // else from the assistant
    Json content;           // see content.hpp
};

/// A GetPromptResult.
Json write_prompt_result(std::string description, std::vector<PromptMessage> messages);

}  // namespace tfy::protocol
