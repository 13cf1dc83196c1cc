// Pages, and cursors that no one but us can write.
#include "protocol/page.hpp"

#include <doctest/doctest.h>

namespace tfy::protocol::page_test {
namespace {

std::vector<Json> items(int count) {
    std::vector<Json> all;
    for (int i = 0; i < count; ++i) all.emplace_back(i);
    return all;
}

/// All pages, one after the other, as a client asks for them.
std::vector<std::vector<Json>> walk(const std::vector<Json>& all, std::size_t size) {
    std::vector<std::vector<Json>> pages;
    std::optional<std::string> cursor;
    do {
        const auto page = page_of(all, cursor, size);
        REQUIRE(page.has_value());
        pages.push_back(page->items);
        cursor = page->next_cursor;
    } while (cursor && pages.size() < 1000);
    return pages;
}

Json cursor_after(const std::vector<Json>& all, std::size_t size) {
    return *page_of(all, std::nullopt, size)->next_cursor;
}

}  // namespace

TEST_CASE("the pages hold every item once, in order, and the last one names no other") {
    struct Row {
        int items;
        std::size_t size;
        std::size_t pages;
    };
    const Row rows[] = {{0, 10, 1}, {1, 10, 1}, {10, 10, 1},   {11, 10, 2},    {20, 10, 2}, {21, 10, 3},
                        {5, 1, 5},  {5, 0, 5},  {100, 1, 100}, {2000, 50, 40}, {3, 7, 1},   {144, 12, 12}};
    for (const auto& row : rows) {
        CAPTURE(row.items);
        CAPTURE(row.size);
        const auto pages = walk(items(row.items), row.size);
        CHECK(pages.size() == row.pages);
        std::vector<Json> together;
        for (const auto& page : pages) together.insert(together.end(), page.begin(), page.end());
        CHECK(together == items(row.items));
    }
}

TEST_CASE("a cursor that was not given out is refused") {
    const auto all = items(100);
    const auto good = cursor_after(all, 10).get<std::string>();
    REQUIRE(page_of(all, good, 10).has_value());
    const std::string cursors[] = {
        "",
        "0",
        "10",
        "c",
        "c0",
        "c-a",
        "c+a",
        " " + good,
        good + " ",
        good + "!",
        good + good,
        "c0a",
        "cA",
        "C" + good.substr(1),
        "c1",
        "cb",
        "c2s",
        "czzzzzzzz",
        "cffffffffffffffff",
        "c3w5e11264sgsg",
        std::string(1'000'000, '9'),
        std::string("ca\0", 3),
        "c" + std::string(300, '0') + "a",
        "eyJwYWdlIjogMn0=",
    };
    for (const auto& cursor : cursors) {
        CAPTURE(cursor.substr(0, 40));
        const auto page = page_of(all, cursor, 10);
        REQUIRE_FALSE(page.has_value());
        CHECK(page.error().code == protocol::Errc::invalid_params);
        CHECK(page.error().message.size() < 300);
    }
}

TEST_CASE("a list may change between two pages") {
    const auto cursor = std::optional(cursor_after(items(20), 10).get<std::string>());
    const auto longer = page_of(items(21), cursor, 10);
    REQUIRE(longer.has_value());
    CHECK(longer->items.size() == 10);
    CHECK(longer->next_cursor.has_value());
    CHECK(page_of(items(11), cursor, 10)->items.size() == 1);
    for (const int left : {10, 9, 0}) {
        CAPTURE(left);
        CHECK(page_of(items(left), cursor, 10).error().code == protocol::Errc::invalid_params);
    }
}

TEST_CASE("a cursor is a string, an empty one too") {
    CHECK_FALSE(protocol::read_cursor(Json::object())->has_value());
    CHECK_FALSE(protocol::read_cursor({{"cursor", nullptr}})->has_value());
    CHECK(*protocol::read_cursor({{"cursor", "c1"}}) == "c1");
    CHECK(*protocol::read_cursor({{"cursor", ""}}) == "");
    for (const auto& cursor : {Json(1), Json(true), Json::array(), Json::object()}) {
        CAPTURE(cursor);
        CHECK(protocol::read_cursor({{"cursor", cursor}}).error().code == protocol::Errc::invalid_params);
    }
}

TEST_CASE("a page says how long it keeps where that is known, and names the next where there is one") {
    CHECK(protocol::write_page("tools", {{1, 2}, "c2"}, true, for_an_hour) ==
          Json::parse(R"({"tools":[1,2],"nextCursor":"c2","ttlMs":3600000,"cacheScope":"public"})"));
    CHECK(protocol::write_page("resources", {}, true, not_at_all) ==
          Json::parse(R"({"resources":[],"ttlMs":0,"cacheScope":"private"})"));
    CHECK(protocol::write_page("prompts", {{1}, "c1"}, false, for_an_hour) ==
          Json::parse(R"({"prompts":[1],"nextCursor":"c1"})"));
    CHECK(protocol::write_page("prompts", {}, false, for_an_hour) == Json::parse(R"({"prompts":[]})"));
}

}  // namespace tfy::protocol::page_test
