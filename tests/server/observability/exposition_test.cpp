// The text that Prometheus reads.
#include "server/observability/exposition.hpp"

#include <doctest/doctest.h>

namespace tfy::exposition_test {

using namespace std::chrono_literals;
using observability::Exposition;
using observability::Histogram;

TEST_CASE("a family is told once, and its samples with their labels below it") {
    Exposition page;
    page.family("calls_total", Exposition::Type::counter, "Calls that have ended.");
    page.sample({{"tool", "list"}, {"status", "executed"}}, std::uint64_t{18446744073709551615U});
    page.sample({{"tool", "list"}, {"status", "error"}}, std::uint64_t{0});
    page.family("start_seconds", Exposition::Type::gauge, "When.");
    page.sample({}, 1795435200.25);
    CHECK(page.text() ==
          "# HELP calls_total Calls that have ended.\n"
          "# TYPE calls_total counter\n"
          "calls_total{tool=\"list\",status=\"executed\"} 18446744073709551615\n"
          "calls_total{tool=\"list\",status=\"error\"} 0\n"
          "# HELP start_seconds When.\n"
          "# TYPE start_seconds gauge\n"
          "start_seconds 1795435200.25\n");
}

TEST_CASE("a label's value cannot end its line") {
    Exposition page;
    page.family("info", Exposition::Type::gauge, "About.");
    page.sample({{"version", "1\n\"2\\"}}, std::uint64_t{1});
    CHECK(page.text().ends_with("info{version=\"1\\n\\\"2\\\\\"} 1\n"));
}

TEST_CASE("a histogram's buckets hold all that took no longer, up to all that there are") {
    Histogram taken;
    taken.observe(1ms);  // as long as the first limit is within it
    taken.observe(1001us);
    taken.observe(60s);
    taken.observe(2min);
    Exposition page;
    page.family("took_seconds", Exposition::Type::histogram, "How long.");
    page.sample({{"tool", "list"}}, taken);
    CHECK(page.text() ==
          "# HELP took_seconds How long.\n"
          "# TYPE took_seconds histogram\n"
          "took_seconds_bucket{tool=\"list\",le=\"0.001\"} 1\n"
          "took_seconds_bucket{tool=\"list\",le=\"0.005\"} 2\n"
          "took_seconds_bucket{tool=\"list\",le=\"0.025\"} 2\n"
          "took_seconds_bucket{tool=\"list\",le=\"0.1\"} 2\n"
          "took_seconds_bucket{tool=\"list\",le=\"0.5\"} 2\n"
          "took_seconds_bucket{tool=\"list\",le=\"2.5\"} 2\n"
          "took_seconds_bucket{tool=\"list\",le=\"10\"} 2\n"
          "took_seconds_bucket{tool=\"list\",le=\"60\"} 3\n"
          "took_seconds_bucket{tool=\"list\",le=\"+Inf\"} 4\n"
          "took_seconds_sum{tool=\"list\"} 180.002001\n"
          "took_seconds_count{tool=\"list\"} 4\n");
}

}  // namespace tfy::exposition_test
