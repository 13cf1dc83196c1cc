// Whose a new token will be, and what is told to a person who asks for less.
#include <doctest/doctest.h>

#include "tests/fakes/fake_escrow.hpp"
#include "tests/tools/examples.hpp"
#include "tools/access_tokens/create.hpp"

namespace tfy::create_owner_test {

using namespace tfy::examples;

namespace {

const Json dev_local = {{"payload", {{"name", "dev-local"}}}};

}  // namespace

TEST_CASE("whose the token will be is found out before a person is asked, if the key does not say it") {
    Upstream upstream;
    fakes::FakeEscrow escrow;
    const ManualClock clock{noon};
    tools::KeyFacts key{.set = true};
    upstream.client.on_listed(
        [&](const auto& listed) {
            if (!listed.empty()) key.subject = listed.front().created_by;
        },
        [] {});
    access_tokens::CreateAccessToken tool{
        upstream.client, escrow, clock, tools::KeysOfCallers([&key](const policy::Caller&) { return key; })};
    const auto lists_none = [&] {
        upstream.exchange.expect(get_named("dev-local"), answer(200, page(Json::array())));
    };
    auto other = item("tok0", "another");
    other["createdBySubject"] = {{"subjectSlug", "dana@acme.example"}};
    lists_none();
    upstream.exchange.expect("GET " + base + "?limit=1&offset=0", answer(200, page(other, 7)));
    CHECK(holds(run(tool.facts(call(tool, dev_local)))->effect,
                "Owner: dana@acme.example (this server's own key)."));
    lists_none();  // it is known now, and not asked again
    CHECK(holds(run(tool.facts(call(tool, dev_local)))->effect, "Owner: dana@acme.example"));

    key.subject.clear();
    lists_none();
    upstream.exchange.expect("GET " + base + "?limit=1&offset=0", answer(403));
    const auto vague = run(tool.facts(call(tool, dev_local)));
    CHECK(holds(vague->effect, "Owner: the user whose key this server uses"));
}

TEST_CASE("an end that a person cannot ask for is told in the page's words") {
    Upstream upstream;
    fakes::FakeEscrow escrow;
    const ManualClock clock{noon};
    const access_tokens::CreateAccessToken tool{upstream.client, escrow, clock};
    const auto refused = tool.narrow(dev_local, {.expiration_date = "soon"}, noon);
    CHECK(holds(refused.error().message, "The earlier end \"soon\" cannot be read: give a date"));
    CHECK(refused.error().message.ends_with("Nothing was changed."));
    const auto past = tool.narrow(dev_local, {.expiration_date = "2020-01-01"}, noon);
    CHECK(past.error().message.ends_with("Nothing was changed."));
}

}  // namespace tfy::create_owner_test
