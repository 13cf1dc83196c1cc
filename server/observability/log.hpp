// The log: lines on stderr, sealed like everything else that leaves.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "server/sealing/sealer.hpp"

namespace tfy::observability {

class Log {
public:
    enum class Level { debug, info, warn, error, off };

    /// Reads "debug", "info", "warn", "error", "off".
    static std::optional<Level> read_level(std::string_view text);

    /// `redaction` must outlive the log.
    Log(const sealing::Sealer& redaction, Level level);
    ~Log();

    // `fields` is an object; it is written as key=value after the message.
    void debug(std::string_view message, const Json& fields = Json::object()) const {
        write(Level::debug, message, fields);
    }
    void info(std::string_view message, const Json& fields = Json::object()) const {
        write(Level::info, message, fields);
    }
    void warn(std::string_view message, const Json& fields = Json::object()) const {
        write(Level::warn, message, fields);
    }
    void error(std::string_view message, const Json& fields = Json::object()) const {
        write(Level::error, message, fields);
    }

    struct Text {
        std::string_view name;
        std::string_view text;
    };
    /// info() for what is said again and again: a line that was written before is not sealed again. `fields`
    /// are texts alone, sorted by name.
    void info_again(std::string_view message, std::span<const Text> fields) const;

private:
    void write(Level level, std::string_view message, const Json& fields) const;

    struct Sink;
    struct SealedLines;
    const sealing::Sealer& redaction_;
    Level level_;
    std::unique_ptr<Sink> sink_;
    std::unique_ptr<SealedLines> lines_;
};

}  // namespace tfy::observability
