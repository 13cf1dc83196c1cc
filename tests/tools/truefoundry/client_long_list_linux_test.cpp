// Lists that are long, and what they take of memory, as glibc tells it.
#include <doctest/doctest.h>
#include <malloc.h>

#include "tests/fakes/redactor.hpp"
#include "tests/tools/examples.hpp"

namespace tfy::client_long_list_test {

using namespace tfy::examples;
using truefoundry::ApiResponse;

namespace {

std::size_t memory_in_use() {
    const auto info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

/// A control plane with as many tokens as one likes; says how much memory is in use while it is asked.
struct Endless final : truefoundry::Exchange {
    int a_page = 100;
    int total = 10'000'000;
    int asked = 0;
    std::size_t most = 0;  // in use while it was asked

    Async<Result<ApiResponse>> send(truefoundry::ApiRequest request) override {
        ++asked;
        most = std::max(most, memory_in_use());
        const auto from = std::stoi(request.target.substr(request.target.find("offset=") + 7));
        std::string some;
        for (int i = from; i < std::min(from + a_page, total); ++i)
            some += (some.empty() ? "" : ",") + usual(std::to_string(i));
        co_return answer(
            200, R"({"data":[)" + some + R"(],"pagination":{"total":)" + std::to_string(total) + "}}");
    }
    /// As long as the real ones are.
    static std::string usual(const std::string& number) {
        return R"({"id":"jqfwg345gi25n5ju2yz5i)" + number +
               R"(","manifest":{"name":"a-name-of-thirty-characters-)" + number +
               R"(","ownedBy":{"team":"platform-engineering"}},"createdBySubject":{"subjectSlug":)"
               R"("alice.example@acme-corporation.example"},"createdAt":"2026-08-25T09:30:00.000Z","jwts":[)"
               R"({"id":"jqfwg345gi25n5ju2yz5iz6m","expiry":"2027-02-21T00:00:00Z"}]})";
    }
};

}  // namespace

TEST_CASE("a list without end is cut with a reason") {
    Endless endless;
    truefoundry::Client client(endless, fakes::no_tokens());
    const auto listed = run(client.list());
    REQUIRE_FALSE(listed.has_value());
    CHECK(holds(listed.error().message, "100000 tokens"));
    CHECK(endless.asked == 1'000);
    endless.a_page = 1;
    endless.asked = 0;
    CHECK(holds(run(client.list()).error().message, "2000 pages"));
    CHECK(endless.asked == 2'000);
}

TEST_CASE("100,000 tokens are listed, in memory that is bounded") {
    Endless endless;
    endless.total = 100'000;
    truefoundry::Client client(endless, fakes::no_tokens());
    const auto before = memory_in_use();
    auto listed = run(client.list());
    REQUIRE(listed.has_value());
    const auto held = (memory_in_use() - before) >> 20U;
    const auto most = (endless.most - before) >> 20U;
    MESSAGE("100,000 tokens hold " << held << " MiB; listing them took " << most << " MiB at the most");
    CHECK(listed->size() == 100'000);
    CHECK(endless.asked == 1'000);
    CHECK(held < 80);
    CHECK(most < 128);
}

}  // namespace tfy::client_long_list_test
