// How requests to the control plane have ended since the start.
#pragma once

#include <array>
#include <string_view>

#include "server/observability/exposition.hpp"

namespace tfy::upstream {

/// One loop; counting takes no lock and no memory.
class RequestCounts {
public:
    static constexpr std::array<std::string_view, 4> methods = {"GET", "POST", "DELETE", "other"};
    /// "none": there was no answer.
    static constexpr std::array<std::string_view, 6> classes = {"none", "1xx", "2xx", "3xx", "4xx", "5xx"};

    static std::size_t row_of(std::string_view method);
    /// `status` 0: there was no answer.
    void add(std::size_t row, int status, std::chrono::duration<double> took);
    void write(observability::Exposition& page) const;

private:
    std::array<std::array<std::uint64_t, classes.size()>, methods.size()> ended_ = {};
    std::array<observability::Histogram, methods.size()> took_ = {};
};

}  // namespace tfy::upstream
