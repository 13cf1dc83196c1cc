#include "server/observability/log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <array>
#include <functional>
#include <mutex>
#include <utility>

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

/// A field's text in quotes that it cannot end: sealed whole, now marked and cut.
std::string shown_field(const redaction::Redacted& text) {
    std::string quoted = "\"";
    for (const char c : policy::shown(text, 500)) {
        if (c == '"' || c == '\\') quoted += '\\';
        quoted += c;
    }
    return quoted += '"';
}

/// What a line is made of, as a text that no other line is made of.
std::string source_of(std::string_view message, std::span<const Log::Text> fields) {
    std::string source;
    const auto add = [&source](std::string_view part) {
        source.append(std::to_string(part.size())).append(":").append(part);
    };
    add(message);
    for (const auto& field : fields) {
        add(field.name);
        add(field.text);
    }
    return source;
}

}  // namespace

/// Lines as one redactor has sealed them: another one begins anew. Only those in which it found nothing,
/// since what they are made of stays as well.
struct Log::SealedLines {
    static constexpr std::size_t places = 16;  // each line has one, which the next one takes over
    struct Line {
        std::string source = {};
        std::string sealed = {};
    };
    std::mutex one_at_a_time;
    sealing::Sealer::Shared redactor;
    std::array<Line, places> lines;

    std::string of(const sealing::Sealer::Shared& by, std::string_view message,
                   std::span<const Text> fields) {
        const std::lock_guard lock(one_at_a_time);
        if (redactor != by) lines = {};
        redactor = by;
        auto source = source_of(message, fields);
        auto& line = lines[std::hash<std::string_view>{}(source) % places];
        if (line.source == source) return line.sealed;
        auto [sealed, clean] = seal(*by, message, fields);
        if (clean) line = {std::move(source), sealed};
        return std::move(sealed);
    }

    static std::pair<std::string, bool> seal(const redaction::Redactor& by, std::string_view message,
                                             std::span<const Text> fields) {
        bool clean = true;
        std::string line(message);
        for (const auto& field : fields) {
            const auto text = by.seal_text(field.text);
            clean = clean && text.text() == field.text;
            line.append(" ").append(field.name).append("=").append(shown_field(text));
        }
        const auto whole = by.seal_text(line);
        return {policy::visible_line(whole), clean && whole.text() == line};
    }
};

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
    : redaction_(redaction),
      level_(level),
      sink_(std::make_unique<Sink>()),
      lines_(std::make_unique<SealedLines>()) {
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
                (value.is_string() ? shown_field((*redactor)->seal_text(value.get<std::string>()))
                                   : value.dump());
    sink_->logger.log(spd_level(level), policy::visible_line((*redactor)->seal_text(line)));
}

void Log::info_again(std::string_view message, std::span<const Text> fields) const {
    if (Level::info < level_) return;
    const auto redactor = redaction_.fresh();
    if (!redactor) {
        auto all = Json::object();
        for (const auto& field : fields) all[std::string(field.name)] = field.text;
        return write(Level::info, message, all);
    }
    sink_->logger.log(spdlog::level::info, lines_->of(*redactor, message, fields));
}

}  // namespace tfy::observability
