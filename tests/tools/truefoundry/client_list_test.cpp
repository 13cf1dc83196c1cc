// Lists of any length, whatever happens to them while they are read.
#include <doctest/doctest.h>

#include "tests/fakes/redactor.hpp"
#include "tests/tools/examples.hpp"

namespace tfy::client_list_test {

using namespace tfy::examples;

TEST_CASE("a list is read to its end, page by page") {
    Upstream upstream;
    upstream.exchange.expect(offset(0), answer(200, page(items(0, 100), 150)))
        .expect(offset(100), answer(200, page(items(100, 150), 150)));
    CHECK(run(upstream.client.list()).value().size() == 150);
    CHECK(upstream.exchange.finished());
}

TEST_CASE("who wants to know what is listed is told each part, and once that it is over") {
    struct Count final : truefoundry::Visitor {
        void begin() override {}
        void see(const truefoundry::AccessToken&, bool) override { ++seen; }
        int seen = 0;
    };
    for (const bool by_walk : {false, true}) {
        CAPTURE(by_walk);
        Upstream upstream;
        std::size_t told = 0;
        int over = 0;
        upstream.client.on_listed(
            [&](const auto& part) {
                CHECK(over == 0);
                told += part.size();
            },
            [&] { ++over; });
        upstream.exchange.expect(offset(0), answer(200, page(items(0, 100), 150)))
            .expect(offset(100), answer(200, page(items(100, 150), 150)));
        Count count;
        if (by_walk)
            REQUIRE(run(upstream.client.walk("", count)).has_value());
        else
            REQUIRE(run(upstream.client.list()).has_value());
        CHECK(told == 150);
        CHECK(over == 1);
        CHECK(count.seen == (by_walk ? 150 : 0));
    }
}

TEST_CASE("a page shorter than asked for is not the end; the offset moves by what came") {
    Upstream upstream;
    upstream.exchange.expect(offset(0), answer(200, page(items(0, 50), 120)))
        .expect(offset(50), answer(200, page(items(50, 100), 120)))
        .expect(offset(100), answer(200, page(items(100, 120), 120)));
    CHECK(run(upstream.client.list()).value().size() == 120);
}

TEST_CASE("without a total, an empty page is the end") {
    Upstream upstream;
    const auto body = [](const Json& data) { return Json{{"data", data}, {"pagination", nullptr}}.dump(); };
    upstream.exchange.expect(offset(0), answer(200, body(items(0, 3))))
        .expect(offset(3), answer(200, body(Json::array())));
    CHECK(run(upstream.client.list()).value().size() == 3);
}

TEST_CASE("a control plane that ignores the offset is not asked for ever") {
    Upstream upstream;
    const auto body = Json{{"data", items(0, 3)}}.dump();
    for (int look = 0; look < 2; ++look)
        upstream.exchange.expect(offset(0), answer(200, body)).expect(offset(3), answer(200, body));
    CHECK(run(upstream.client.list()).value().size() == 3);
}

TEST_CASE("a list that repeats its first page, and says that there is more, is no list") {
    Upstream upstream;
    const auto first = page(items(0, 100), 1000);
    for (int look = 0; look < 2; ++look)
        upstream.exchange.expect(offset(0), answer(200, first)).expect(offset(100), answer(200, first));
    const auto listed = run(upstream.client.list());
    CHECK(listed.error().code == Errc::upstream);
    CHECK(listed.error().message.find("cannot be read to the end. Nothing was done") != std::string::npos);
}

TEST_CASE("an id under two names is no one's") {
    Upstream upstream;
    auto twice = items(0, 2);
    twice.push_back(item("id0", "another"));
    for (int look = 0; look < 2; ++look) upstream.exchange.expect(offset(0), answer(200, page(twice)));
    CHECK(run(upstream.client.find(*truefoundry::TokenId::read("id0"))).error().code == Errc::upstream);
}

TEST_CASE("a repeated id is listed once") {
    Upstream upstream;
    auto twice = items(0, 2);
    twice.push_back(item("id0", "name-0"));
    for (int look = 0; look < 2; ++look) upstream.exchange.expect(offset(0), answer(200, page(twice)));
    CHECK(run(upstream.client.list()).value().size() == 2);
}

TEST_CASE("where something was deleted between two pages, a second look finds what moved up past the first") {
    Upstream upstream;
    auto left = items(1, 150);  // id0 is gone: id100 now is on the first page
    upstream.exchange.expect(offset(0), answer(200, page(items(0, 100), 150)))
        .expect(offset(100), answer(200, page(items(101, 150), 149)))
        .expect(offset(0), answer(200, page(Json(left.begin(), left.begin() + 100), 149)))
        .expect(offset(100), answer(200, page(Json(left.begin() + 100, left.end()), 149)));
    const auto listed = run(upstream.client.list());
    REQUIRE(listed.has_value());
    CHECK(listed->size() == 149);
    CHECK(std::ranges::count(*listed, "id100", &truefoundry::AccessToken::id) == 1);
    CHECK(std::ranges::count(*listed, "id0", &truefoundry::AccessToken::id) == 0);
}

TEST_CASE("a list that ends before its total is none, whatever was there until then") {
    for (const auto listed : {0, 2}) {
        CAPTURE(listed);
        Upstream upstream;
        for (int look = 0; look < 2; ++look) {
            if (listed > 0) upstream.exchange.expect(offset(0), answer(200, page(items(0, listed), 500)));
            upstream.exchange.expect(offset(static_cast<std::size_t>(listed)),
                                     answer(200, page(Json::array(), 500)));
        }
        const auto all = run(upstream.client.list());
        REQUIRE(all.has_error());
        CHECK(all.error().code == Errc::upstream);
        CHECK(all.error().message ==
              "TrueFoundry says that there are 500 access tokens and lists " + std::to_string(listed) +
                  " of them, so the list cannot be read to the end. Nothing was done. Try "
                  "again later.");
        CHECK(upstream.exchange.finished());
    }
}

TEST_CASE("what was deleted while it was listed does not cut the list short") {
    Upstream upstream;
    upstream.exchange.expect(offset(0), answer(200, page(items(0, 100), 101)))
        .expect(offset(100), answer(200, page(Json::array(), 100)))
        .expect(offset(0), answer(200, page(items(0, 100), 100)));
    CHECK(run(upstream.client.list()).value().size() == 100);
}

}  // namespace tfy::client_list_test
