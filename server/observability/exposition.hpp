// Prometheus' text format, version 0.0.4.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/observability/histogram.hpp"

namespace tfy::observability {

/// A page of metrics, written from top to bottom: a family, then its samples. Names and labels are the
/// program's own words: what others choose is no label, since each value is kept as a series of its own.
class Exposition {
public:
    static constexpr std::string_view content_type = "text/plain; version=0.0.4; charset=utf-8";

    enum class Type { counter, gauge, histogram };
    using Labels = std::vector<std::pair<std::string_view, std::string_view>>;

    void family(std::string_view name, Type type, std::string_view help);
    void sample(const Labels& labels, std::uint64_t value);
    void sample(const Labels& labels, double value);
    void sample(const Labels& labels, const Histogram& taken);

    const std::string& text() const { return text_; }

private:
    void begin(std::string_view suffix, const Labels& labels);
    void number(std::uint64_t value);
    void number(double value);

    std::string name_;  // of the family
    std::string text_;
};

}  // namespace tfy::observability
