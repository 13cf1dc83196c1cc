// The tools and their definitions, in the order of tools/list.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/schema.hpp"
#include "tools/tool.hpp"

namespace tfy::registry {

/// The file of a tool that is in a Catalog: JSON without a backslash.
std::string_view as_written(std::string_view tool);

class Catalog {
public:
    struct Entry {
        Entry(std::unique_ptr<tools::Tool> made, Json defined);

        std::unique_ptr<tools::Tool> tool;
        tools::ReadTool* reads;      // one of these two is `tool`, the other is null
        tools::ChangeTool* changes;  //
        Json definition;             // a file of manifests/tools, without the words for people

        /// The compiled inputSchema.
        const protocol::Schema& input() const;
        /// First 16 hex digits of the definition's hash.
        const std::string& version() const;

    private:
        // Made when first asked for: most processes call few of the tools.
        mutable std::optional<protocol::Schema> input_ = {};
        mutable std::string version_ = {};
    };

    /// Pairs each tool with its embedded definition. Errc::internal if one is missing, malformed or names
    /// another tool. Use it from one thread.
    static Result<Catalog> assemble(std::vector<std::unique_ptr<tools::Tool>> tools);

    /// nullptr if there is no such tool.
    const Entry* find(std::string_view name) const;
    const std::vector<Entry>& entries() const { return entries_; }
    std::vector<Json> definitions() const;

private:
    explicit Catalog(std::vector<Entry> entries) : entries_(std::move(entries)) {}
    std::vector<Entry> entries_;
};

}  // namespace tfy::registry
