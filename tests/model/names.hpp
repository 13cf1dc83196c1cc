// What the model's agents call, and where its upstream keeps the tokens.
#pragma once

namespace tfy::model {

constexpr auto create = "tfy_access_tokens_create";
constexpr auto remove_tool = "tfy_access_tokens_delete";
constexpr auto reveal = "tfy_access_tokens_reveal";
constexpr auto collection = "/api/svc/v1/personal-access-tokens";

}  // namespace tfy::model
