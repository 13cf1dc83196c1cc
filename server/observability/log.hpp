// The log: lines on stderr, sealed like everything else that leaves.
#pragma once

#include <memory>
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

private:
    void write(Level level, std::string_view message, const Json& fields) const;

    struct Sink;
    const sealing::Sealer& redaction_;
    Level level_;
    std::unique_ptr<Sink> sink_;
};

}  // namespace tfy::observability
