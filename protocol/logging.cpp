// Severities by name, and the messages of notifications/message.
#include "protocol/logging.hpp"

#include <algorithm>
#include <array>

#include "protocol/member.hpp"

namespace tfy::protocol {
namespace {

constexpr std::array<std::string_view, 8> level_names = {"debug", "info",     "notice", "warning",
                                                         "error", "critical", "alert",  "emergency"};

}  // namespace

std::string_view to_string(LogLevel level) { return level_names[static_cast<std::size_t>(level)]; }

std::optional<LogLevel> read_log_level(std::string_view text) {
    const auto found = std::ranges::find(level_names, text);
    if (found == level_names.end()) return std::nullopt;
    return static_cast<LogLevel>(found - level_names.begin());
}

Result<LogLevel> read_set_level(const Json& params) {
    const auto text = read_string(params, "params", "level");
    if (!text) return text.error();
    const auto level = read_log_level(*text);
    if (!level) return mistyped("params.level", "a severity of RFC 5424, from debug to emergency");
    return *level;
}

Json write_log_message(LogLevel level, std::string_view logger, Json data) {
    Json params = {{"level", to_string(level)}};
    if (!logger.empty()) params["logger"] = logger;
    params["data"] = std::move(data);
    return params;
}

}  // namespace tfy::protocol
