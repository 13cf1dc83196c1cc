// notifications/message: what a server tells a client about the work on one request.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "protocol/error.hpp"

namespace tfy::protocol {

/// The severities of RFC 5424, least first.
enum class LogLevel { debug, info, notice, warning, error, critical, alert, emergency };

std::string_view to_string(LogLevel level);
std::optional<LogLevel> read_log_level(std::string_view text);

/// Params of logging/setLevel (legacy). Errc::invalid_params for an unknown level.
Result<LogLevel> read_set_level(const Json& params);

/// Params of notifications/message.
Json write_log_message(LogLevel level, std::string_view logger, Json data);

}  // namespace tfy::protocol
