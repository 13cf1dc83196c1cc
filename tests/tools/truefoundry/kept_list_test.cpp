// A list that is asked for again: each page comes from TrueFoundry, and only what has changed is read anew.
#include "tools/truefoundry/kept_list.hpp"

#include <doctest/doctest.h>

#include "tests/tools/examples.hpp"

namespace tfy::kept_list_test {

using namespace tfy::examples;

namespace {

/// 250 tokens, on three pages that are asked for as often as they are listed.
struct Tenant : Upstream {
    Tenant() {
        client.on_listed([this](const auto& part) { told.push_back(part.front().id); }, [this] { ++over; });
        exchange.then([this](const std::string& line) {
            const auto from = std::stoi(line.substr(line.find("offset=") + 7));
            const auto begin = tokens.begin() + from;
            const auto count = std::min(100, static_cast<int>(tokens.size()) - from);
            return answer(200, page(Json(begin, begin + count), static_cast<int>(tokens.size())));
        });
    }
    std::vector<std::string> ids() {
        told.clear();
        std::vector<std::string> all;
        for (const auto& token : run(client.list()).value()) all.push_back(token.id);
        return all;
    }

    Json tokens = items(0, 250);
    std::vector<std::string> told;  // the first of each page that was told
    int over = 0;
};

using Told = std::vector<std::string>;

/// Sees whole lists as a whole, or not.
struct Looker final : truefoundry::Visitor {
    explicit Looker(bool takes_all) : takes(takes_all) {}
    void begin() override { seen.clear(); }
    void see(const truefoundry::AccessToken& token, bool again) override {
        if (!again) seen.push_back(token.id);
    }
    bool see_all(const truefoundry::SharedList& list) override {
        whole = list;
        return takes;
    }

    bool takes;
    std::vector<std::string> seen = {};
    truefoundry::SharedList whole = {};
};

/// With no token of its own on it.
truefoundry::ApiResponse said(std::string body) { return {.status = 200, .body = std::move(body)}; }
truefoundry::ApiResponse said(truefoundry::SharedText text) {
    return {.status = 200, .shared = std::move(text)};
}

}  // namespace

TEST_CASE("a list is asked for whole each time, and pages that are the same are told once") {
    Tenant tenant;
    const auto first = tenant.ids();
    CHECK(first.size() == 250);
    CHECK(tenant.told == Told{"id0", "id100", "id200"});
    CHECK(tenant.ids() == first);
    CHECK(tenant.told == Told{});
    CHECK(tenant.exchange.sent.size() == 6);
    CHECK(tenant.over == 2);
}

TEST_CASE("a list of which all pages are the same is shown as a whole, to whom that is enough") {
    Tenant tenant;
    const auto look = [&](bool takes_all) {
        Looker looker(takes_all);
        CHECK(run(tenant.client.walk("", looker)).has_value());
        return looker;
    };
    const auto first = look(true);
    CHECK(first.whole == nullptr);
    CHECK(first.seen.size() == 250);
    CHECK(look(true).seen.empty());
    CHECK(look(false).seen == first.seen);
    CHECK(look(true).whole == look(false).whole);

    tenant.tokens[180]["manifest"]["name"] = "renamed";
    const auto changed = look(true);
    CHECK(changed.whole == nullptr);
    CHECK(changed.seen == first.seen);
    CHECK(look(true).whole != nullptr);
    tenant.tokens.push_back(tenant.tokens[0]);  // comes twice
    CHECK(tenant.ids().size() == 250);
    CHECK(tenant.ids().size() == 250);
    CHECK(look(false).whole == nullptr);
}

TEST_CASE("what has changed upstream is seen by the next look, on whatever page it is") {
    for (const int place : {0, 99, 100, 180, 249}) {
        CAPTURE(place);
        Tenant tenant;
        std::ignore = tenant.ids();
        tenant.tokens[static_cast<std::size_t>(place)]["manifest"]["name"] = "renamed";
        std::ignore = tenant.ids();
        CHECK(tenant.told == Told{"id" + std::to_string(place / 100 * 100)});
        CHECK(run(tenant.client.find_by_name(*truefoundry::TokenName::read("renamed"))).has_value());
        tenant.tokens.erase(static_cast<std::size_t>(place));
        const auto left = tenant.ids();
        CHECK(left.size() == 249);
        CHECK(std::ranges::count(left, "id" + std::to_string(place)) == 0);
    }
}

TEST_CASE("the same page at another place is read there") {
    Tenant tenant;
    std::ignore = tenant.ids();
    tenant.tokens.erase(tenant.tokens.begin(), tenant.tokens.begin() + 100);
    const auto left = tenant.ids();
    CHECK(left.size() == 150);
    CHECK(left.front() == "id100");
}

TEST_CASE("copies of a client share what was read; with another key all of it is read and told again") {
    Tenant tenant;
    std::ignore = tenant.ids();
    CHECK(run(tenant.client.of({}).list()).value().size() == 250);
    CHECK(tenant.told == Told{"id0", "id100", "id200"});
    tenant.client.forget_pages();
    std::ignore = tenant.ids();
    CHECK(tenant.told == Told{"id0", "id100", "id200"});
}

TEST_CASE("a key that is replaced during a look: what was read with the old one is not kept") {
    Tenant tenant;
    tenant.exchange.on_send = [&](const auto&) {
        if (tenant.exchange.sent.size() == 2) tenant.client.forget_pages();
    };
    std::ignore = tenant.ids();
    tenant.exchange.on_send = {};
    std::ignore = tenant.ids();
    CHECK(tenant.told == Told{"id0", "id100", "id200"});
}

TEST_CASE("of a list that is too long to be kept, the beginning is") {
    truefoundry::KeptList list;
    const auto add = [&list](std::size_t offset) {
        const auto page = std::make_shared<truefoundry::KeptPage>(
            truefoundry::KeptPage{offset, std::string(truefoundry::KeptList::most_bytes / 2, 'x'), {}, {}});
        list.add(page);
        return page;
    };
    const auto first = add(0);
    const auto second = add(100);
    const auto third = add(200);
    CHECK(list.find(0, 0, said(first->body)) == first);
    CHECK(list.find(1, 100, said(second->body)) == second);
    CHECK(list.find(2, 200, said(third->body)) == nullptr);
    CHECK(list.find(0, 100, said(first->body)) == nullptr);
    CHECK(list.find(1, 100, said(second->body + "x")) == nullptr);
    list.end();
    CHECK_FALSE(list.whole());
}

TEST_CASE("text that is shared is known by its object, or by what it says") {
    const auto text = std::make_shared<const std::string>("one");
    truefoundry::KeptList list;
    list.add(std::make_shared<truefoundry::KeptPage>(truefoundry::KeptPage{0, {}, text, {}}));
    const auto page = list.pages().front();
    CHECK(list.find(0, 0, said(text)) == page);
    CHECK(list.find(0, 0, said(std::make_shared<const std::string>("one"))) == page);
    CHECK(list.find(0, 0, said("one")) == page);
    CHECK(list.find(0, 0, said(std::make_shared<const std::string>("two"))) == nullptr);
    CHECK(list.find(0, 0, said("")) == nullptr);
}

}  // namespace tfy::kept_list_test
