// Questions to the person behind a client: elicitation/create, as a server request (legacy) or inside
// input_required (modern).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "protocol/meta.hpp"

namespace tfy::protocol {

/// Params of elicitation/create in form mode. `schema` is flat: {type: object, properties: {primitive},
/// required}. `mode` is written where the revision knows it (2025-11-25 and later).
Json write_form(std::string message, Json schema, Version version);

/// Params of elicitation/create in URL mode (2025-11-25 and later). `elicitation_id` is written where the
/// revision knows it (2025-11-25), and named again by notifications/elicitation/complete.
Json write_url(std::string message, std::string url, std::string_view elicitation_id, Version version);
/// Params of notifications/elicitation/complete (2025-11-25).
Json write_elicitation_complete(std::string_view elicitation_id);

struct Elicited {
    enum class Action { accept, decline, cancel } action = Action::cancel;
    Json content = Json::object();  // not checked against the form by clients: check it
};

/// Errc::invalid_params for an unknown action or mis-typed content.
Result<Elicited> read_elicited(const Json& result);

/// An InputRequiredResult without resultType and `_meta` (see modern_result): `requests` maps our keys to
/// {method, params}.
Json write_input_required(Json requests, std::string request_state);

/// What the retry of a request that was answered so brings (modern); both are absent on a first request.
struct Retry {
    std::optional<std::string> request_state = {};
    Json input_responses = Json::object();  // key → the client's result
};
/// Errc::invalid_params if requestState is no string, or inputResponses no object.
Result<Retry> read_retry(const Json& params);

/// Params of notifications/progress. `message` is left out where empty.
Json write_progress(const Json& token, double progress, std::optional<double> total, std::string message);

}  // namespace tfy::protocol
