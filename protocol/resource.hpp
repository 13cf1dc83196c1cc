// resources/*: definitions by revision, reading, subscribing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "protocol/content.hpp"
#include "protocol/page.hpp"
#include "protocol/version.hpp"

namespace tfy::protocol {

struct ReadResourceParams {
    std::string uri;
    std::optional<std::string> request_state = {};  // modern retries only
    Json input_responses = Json::object();
};

/// Errc::invalid_params if uri is missing, no string, or longer than 2,000 bytes.
Result<ReadResourceParams> read_read_resource(const Json& params);
/// Params of resources/subscribe and resources/unsubscribe (legacy): the uri.
Result<std::string> read_subscribed_uri(const Json& params);

/// One Resource or ResourceTemplate as `version` knows it (title since 2025-06-18, icons since 2025-11-25).
Json write_resource(const Json& definition, Version version);

/// {contents: […]}, with the caching hints where `version` is modern.
Json write_read_resource(const std::vector<ResourceContents>& contents, Version version, Caching caching);

/// Errc::resource_not_found with data {uri}: -32002 up to 2025-11-25, -32602 since.
Error resource_not_found(std::string_view uri);

/// What is in `uri` at the one "{…}" of `uri_template` ("tfy://approvals/{id}"), percent-decoded; nullopt
/// where the uri does not fit, or the part is empty or holds a slash, decoded or not.
std::optional<std::string> match_template(std::string_view uri_template, std::string_view uri);

}  // namespace tfy::protocol
