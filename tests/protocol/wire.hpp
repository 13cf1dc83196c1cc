// MCP's own JSON Schemas, to hold what we write against. They are not part of the repository: the folder is
// $TFY_SCHEMAS, or shared/schemas beside the source folder or any folder above it; without it such tests say
// so and check nothing.
#pragma once

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "protocol/lifecycle.hpp"
#include "protocol/schema.hpp"

namespace tfy::protocol::wire {

inline std::filesystem::path schema_folder() {
    if (const auto* folder = std::getenv("TFY_SCHEMAS")) return folder;
#ifdef TFY_SOURCE_DIR
    for (std::filesystem::path at = TFY_SOURCE_DIR; at != at.parent_path(); at = at.parent_path())
        if (auto folder = at.parent_path() / "shared/schemas"; std::filesystem::is_directory(folder))
            return folder;
#endif
    return {};
}

/// One revision's definitions.
class Wire {
public:
    explicit Wire(protocol::Version revision) : version(revision) {
        const auto file =
            schema_folder() / "mcp" / ("mcp-" + std::string(protocol::to_string(revision)) + ".schema.json");
        if (std::ifstream in(file); in) document_ = Json::parse(in, nullptr, false);
    }

    bool present() const { return document_.is_object(); }
    bool modern() const { return protocol::is_modern(version); }

    protocol::Result<void> fits(const char* definition, const Json& value) const {
        const char* const root = document_.contains("$defs") ? "$defs" : "definitions";
        REQUIRE(document_[root].contains(definition));
        const auto schema = protocol::Schema::compile(
            {{"$ref", std::string("#/") + root + "/" + definition}, {root, document_[root]}});
        REQUIRE(schema.has_value());
        return schema->validate(value);
    }

    void check(const char* definition, const Json& value) const {
        CAPTURE(protocol::to_string(version));
        CAPTURE(definition);
        CAPTURE(value.dump());
        const auto fit = fits(definition, value);
        CHECK_MESSAGE(fit.has_value(), (fit ? "" : fit.error().message));
    }

    const protocol::Version version;

private:
    Json document_;
};

inline const protocol::ServerInfo& server() {
    static const protocol::ServerInfo info{"tfy-pat-mcp", "Tokens", "0.1.0", "Ask a person.", {}};
    return info;
}

/// The result as that revision sends it.
inline Json sent(const Wire& wire, Json result, std::string_view type = "complete") {
    return wire.modern() ? protocol::modern_result(std::move(result), server(), type) : result;
}

/// Calls `check` with each revision whose schema is there.
template <class Check>
void for_each_revision(Check check) {
    for (const auto version : supported_versions) {
        const Wire wire(version);
        if (wire.present()) {
            check(wire);
        } else {
            MESSAGE("skipped for " << protocol::to_string(version) << ": no MCP schemas in '"
                                   << schema_folder().string() << "'");
        }
    }
}

}  // namespace tfy::protocol::wire
