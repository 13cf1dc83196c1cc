// Questions to the person behind a client: elicitation/create, as a server request (legacy) or inside
// input_required (modern).
#pragma once

#include <string>

#include "protocol/meta.hpp"

namespace tfy::protocol {

/// Params of elicitation/create in form mode. `schema` is flat: {type: object, properties: {primitive},
/// required}. `mode` is written where the revision knows it (2025-11-25 and later).
Json write_form(std::string message, Json schema, Version version);

/// Params of elicitation/create in URL mode, for modern clients: 2025-11-25 would also want an elicitationId.
Json write_url(std::string message, std::string url);

struct Elicited {
    enum class Action { accept, decline, cancel } action = Action::cancel;
    Json content = Json::object();  // not checked against the form by clients: check it
};

/// Errc::invalid_params for an unknown action or mis-typed content.
Result<Elicited> read_elicited(const Json& result);

/// An InputRequiredResult without resultType and `_meta` (see modern_result): `requests` maps our keys to
/// {method, params}.
Json write_input_required(Json requests, std::string request_state);

Json write_progress(const Json& token, double progress, std::string message);

}  // namespace tfy::protocol
