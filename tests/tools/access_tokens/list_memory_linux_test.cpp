// A list of 100,000 tokens is filtered, sorted and shown without ever being in memory.
#include <doctest/doctest.h>
#include <malloc.h>

#include <charconv>

#include "tests/fakes/redactor.hpp"
#include "tests/tools/examples.hpp"
#include "tools/access_tokens/list.hpp"

namespace tfy::list_memory_linux_test {

using namespace tfy::examples;

namespace {

constexpr int many = 100'000;

std::size_t in_use() {
    const auto heap = mallinfo2();
    return heap.uordblks + heap.hblkhd;
}

/// Makes each page when it is asked for, and looks at the heap whenever it is.
class Generated final : public truefoundry::Exchange {
public:
    Async<Result<truefoundry::ApiResponse>> send(truefoundry::ApiRequest request) override {
        peak_ = std::max(peak_, in_use());
        ++pages;
        const auto at = request.target.find("offset=") + 7;
        int offset = 0;
        std::from_chars(request.target.data() + at, request.target.data() + request.target.size(), offset);
        std::string body = R"({"data":[)";
        for (int i = offset; i < std::min(offset + 100, many); ++i) body += (i > offset ? "," : "") + one(i);
        body += R"(],"pagination":{"total":)" + std::to_string(many) + "}}";
        co_return answer(200, std::move(body));
    }
    std::size_t grown(std::size_t before) const { return peak_ - std::min(before, peak_); }
    int pages = 0;

private:
    static std::string one(int i) {
        auto token = item("pat-" + std::to_string(i), "token-" + std::to_string(i));
        token["createdAt"] = policy::format_time(noon - std::chrono::minutes{i});
        token["metadata"] = {{"padding", std::string(200, 'x')}};
        return token.dump();
    }
    std::size_t peak_ = 0;
};

}  // namespace

TEST_CASE("100,000 tokens: memory is taken for one page, and for a hash of each id") {
    Generated exchange;
    truefoundry::Client client(exchange, fakes::no_tokens());
    ManualClock clock{noon};
    access_tokens::ListAccessTokens tool{client, clock, policy::SealKey{}};
    const auto before = in_use();
    const auto result = run_read(tool, {{"unused_for_days", 1}, {"sort", "created"}, {"limit", 100}}).value();
    const auto grown = exchange.grown(before);
    MESSAGE("peak of the heap over " << many << " tokens: " << grown / 1024 << " KiB");
    CHECK(exchange.pages == many / 100);
    CHECK(result.structured.at("total") == many - 24 * 60 - 1);
    CHECK(result.structured.at("tokens").at(0).at("id") == "pat-" + std::to_string(many - 1));
#ifndef __SANITIZE_ADDRESS__     // its heap does not tell
    CHECK(grown > 1024 * 1024);  // the figure is one: the ids' hashes alone are more
#endif
    CHECK(grown < 8 * 1024 * 1024);  // the tokens themselves take some 40 MiB
}

}  // namespace tfy::list_memory_linux_test
