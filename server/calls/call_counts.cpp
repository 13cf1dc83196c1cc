#include "server/calls/call_counts.hpp"

#include <algorithm>

namespace tfy::calls {
namespace {

using observability::Exposition;

constexpr std::size_t place_of(std::string_view status) {
    return static_cast<std::size_t>(std::ranges::find(CallCounts::statuses, status) -
                                    CallCounts::statuses.begin());
}

constexpr auto executed = place_of("executed"), task = place_of("task"), error = place_of("error");
static_assert(error == CallCounts::statuses.size() - 1 && place_of("cancelled") == error - 1);

std::size_t place_of_answer(const Result<mcp::MethodResult>& answer) {
    if (!answer) return error;
    if (answer->result_type != "complete") return std::min(place_of(answer->result_type), error);
    const auto& result = answer->result;
    if (result.contains("task")) return task;  // as 2025-11-25 has it
    const auto failed = result.find("isError");
    const bool is_error = failed != result.end() && failed->is_boolean() && failed->get<bool>();
    const auto structured = result.find("structuredContent");
    if (structured != result.end() && structured->is_object()) {
        const auto status = structured->find("status");
        const auto* word = status == structured->end() ? nullptr : status->get_ptr<const Json::string_t*>();
        const auto place = word == nullptr ? CallCounts::statuses.size() : place_of(*word);
        if (place < CallCounts::statuses.size()) return place;
    }
    return is_error ? error : executed;
}

}  // namespace

CallCounts::CallCounts(const registry::Catalog& catalog) : first_(catalog.entries().data()) {
    for (const auto& entry : catalog.entries()) rows_.push_back({entry.tool->name()});
    rows_.push_back({"unknown"});
}

CallCounts::Running CallCounts::begin(const registry::Catalog::Entry* entry) {
    return {*this, entry == nullptr ? rows_.size() - 1 : static_cast<std::size_t>(entry - first_)};
}

CallCounts::Running::~Running() {
    auto& row = counts_.rows_[row_];
    ++row.ended[status_];
    row.took.observe(std::chrono::steady_clock::now() - begun_);
}

void CallCounts::Running::ended(const Result<mcp::MethodResult>& answer) {
    status_ = place_of_answer(answer);
}

void CallCounts::write(Exposition& page) const {
    page.family("tfy_pat_mcp_tool_calls_total", Exposition::Type::counter,
                "Calls of tools that have ended, by the status of the answer.");
    for (const auto& row : rows_)
        for (std::size_t i = 0; i < statuses.size(); ++i)
            page.sample({{"tool", row.tool}, {"status", statuses[i]}}, row.ended[i]);
    page.family("tfy_pat_mcp_tool_call_duration_seconds", Exposition::Type::histogram,
                "How long calls of tools took, with the time that they waited for a person.");
    for (const auto& row : rows_) page.sample({{"tool", row.tool}}, row.took);
}

}  // namespace tfy::calls
