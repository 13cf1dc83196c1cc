#include "server/upstream/request_counts.hpp"

#include <algorithm>

namespace tfy::upstream {

using observability::Exposition;

std::size_t RequestCounts::row_of(std::string_view method) {
    const auto found = static_cast<std::size_t>(std::ranges::find(methods, method) - methods.begin());
    return std::min(found, methods.size() - 1);
}

void RequestCounts::add(std::size_t row, int status, std::chrono::duration<double> took) {
    ++ended_[row][static_cast<std::size_t>(std::clamp(status / 100, 0, 5))];
    took_[row].observe(took);
}

void RequestCounts::write(Exposition& page) const {
    page.family("tfy_pat_mcp_upstream_requests_total", Exposition::Type::counter,
                "Requests that were sent to TrueFoundry, by the class of the answer's status.");
    for (std::size_t i = 0; i < methods.size(); ++i)
        for (std::size_t j = 0; j < classes.size(); ++j)
            page.sample({{"method", methods[i]}, {"status", classes[j]}}, ended_[i][j]);
    page.family("tfy_pat_mcp_upstream_request_duration_seconds", Exposition::Type::histogram,
                "How long requests to TrueFoundry took.");
    for (std::size_t i = 0; i < methods.size(); ++i) page.sample({{"method", methods[i]}}, took_[i]);
}

}  // namespace tfy::upstream
