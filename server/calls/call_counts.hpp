// How calls of tools have ended since the start.
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "server/mcp/requester.hpp"
#include "server/observability/exposition.hpp"
#include "tools/registry/catalog.hpp"

namespace tfy::calls {

/// One row a tool, found by its place in the catalogue; all tools that there are not share the last one. One
/// loop; counting takes no lock and no memory.
class CallCounts {
public:
    /// The `status` of results, and what has none: "executed" for every answer without an error,
    /// "input_required", "task", "cancelled" where the caller left before there was an answer, and "error"
    /// for all others.
    static constexpr std::array<std::string_view, 19> statuses = {
        "executed",  "approval_pending", "input_required",      "task",     "denied",
        "expired",   "withdrawn",        "superseded",          "refused",  "not_found",
        "conflict",  "rate_limited",     "no_approval_channel", "upstream", "execution_unknown",
        "ambiguous", "storage",          "cancelled",           "error"};

    explicit CallCounts(const registry::Catalog& catalog);

    /// A call from its begin to its answer. One that gets none counts as "cancelled".
    class Running {
    public:
        Running(const Running&) = delete;
        Running& operator=(const Running&) = delete;
        ~Running();
        void ended(const Result<mcp::MethodResult>& answer);

    private:
        friend class CallCounts;
        Running(CallCounts& counts, std::size_t row) : counts_(counts), row_(row) {}
        CallCounts& counts_;
        std::size_t row_;
        std::size_t status_ = statuses.size() - 2;  // "cancelled"
        std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
    };
    /// nullptr: of a tool that there is not.
    Running begin(const registry::Catalog::Entry* entry);

    void write(observability::Exposition& page) const;

private:
    struct Row {
        std::string_view tool;
        std::array<std::uint64_t, statuses.size()> ended = {};
        observability::Histogram took = {};
    };
    const registry::Catalog::Entry* first_;
    std::vector<Row> rows_;
};

}  // namespace tfy::calls
