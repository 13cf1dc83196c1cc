#include "server/mcp/requester.hpp"

#include <algorithm>

#include "protocol/elicitation.hpp"
#include "protocol/logging.hpp"

namespace tfy::mcp {

namespace {

/// What the members of a tracestate spell together: "a=tfy-,b=key" is "tfy-key", or "ab" by their keys.
std::string joined_members(std::string_view tracestate, bool keys) {
    std::string joined;
    bool in_key = true;
    for (const char c : tracestate) {
        const bool ends = in_key ? c == '=' : c == ',';
        if (ends)
            in_key = !in_key;
        else if (in_key == keys)
            joined += c;
    }
    return joined;
}

}  // namespace

policy::Trace Requester::trace() const {
    const auto& given = context.trace;
    if (given.traceparent.empty()) return {};
    const auto redactor = redaction.now();
    const auto is_clean = [&](std::string_view text) { return redactor->seal_text(text).text() == text; };
    if (!is_clean(given.traceparent) || !is_clean(given.tracestate)) return {};
    for (const bool keys : {false, true})
        if (!is_clean(joined_members(given.tracestate, keys))) return {};
    return {given.traceparent, given.tracestate};
}

Async<Result<void>> Requester::progress(double done, std::optional<double> total, std::string message) {
    if (context.progress_token.is_null()) co_return Result<void>{};
    constexpr double least_step = 0.001;
    if (progressed) done = std::max(done, *progressed + least_step);
    progressed = done;
    const auto note = protocol::write_notification(
        "notifications/progress",
        protocol::write_progress(context.progress_token, done, total, std::move(message)));
    co_return co_await outbox.send(redaction.seal(note));
}

Async<Result<void>> Requester::log(protocol::LogLevel level, std::string logger, Json data) {
    const auto least = legacy != nullptr ? std::optional(legacy->log_level) : context.log_level;
    if (!least || level < *least) co_return Result<void>{};
    const auto note = protocol::write_notification(
        "notifications/message", protocol::write_log_message(level, logger, std::move(data)));
    co_return co_await outbox.send(redaction.seal(note));
}

}  // namespace tfy::mcp
