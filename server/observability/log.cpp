#include "server/observability/log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "policy/visible.hpp"

namespace tfy::observability {
namespace {

spdlog::level::level_enum spd_level(Log::Level level) {
    switch (level) {
        case Log::Level::debug: return spdlog::level::debug;
        case Log::Level::info: return spdlog::level::info;
        case Log::Level::warn: return spdlog::level::warn;
        case Log::Level::error: return spdlog::level::err;
        case Log::Level::off: break;
    }
    return spdlog::level::off;
}

}  // namespace

struct Log::Sink {
    spdlog::logger logger{"tfy-pat-mcp", std::make_shared<spdlog::sinks::stderr_sink_mt>()};
};

std::optional<Log::Level> Log::read_level(std::string_view text) {
    if (text == "debug") return Level::debug;
    if (text == "info") return Level::info;
    if (text == "warn") return Level::warn;
    if (text == "error") return Level::error;
    if (text == "off") return Level::off;
    return std::nullopt;
}

Log::Log(const sealing::Sealer& redaction, Level level)
    : redaction_(redaction), level_(level), sink_(std::make_unique<Sink>()) {
    sink_->logger.set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
    sink_->logger.set_level(spd_level(level));
}

Log::~Log() = default;

void Log::write(Level level, std::string_view message, const Json& fields) const {
    if (level < level_) return;
    const auto redactor = redaction_.fresh();
    if (!redactor) {  // the message is ours, the fields may hold what others wrote
        const auto own = std::string(message) + " fields=withheld why=\"" + redactor.error().message + "\"";
        sink_->logger.log(spd_level(level), policy::visible_line(redaction_.seal_own_text(own)));
        return;
    }
    // Each field is sealed whole: what follows marks it and cuts it.
    const auto sealed = (*redactor)->scrub(fields);
    std::string line(message);
    for (const auto& [key, value] : sealed.items())
        line += " " + key + "=" +
                (value.is_string() ? "\"" + policy::shown(**redactor, value.get<std::string>(), 500) + "\""
                                   : value.dump());
    sink_->logger.log(spd_level(level), policy::visible_line((*redactor)->seal_text(line)));
}

}  // namespace tfy::observability
