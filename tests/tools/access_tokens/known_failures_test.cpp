// The five failures that users of TrueFoundry's access-token skill know: each has its sentence, word for
// word.
#include <doctest/doctest.h>

#include <functional>

#include "tests/fakes/fake_escrow.hpp"
#include "tests/fakes/redactor.hpp"
#include "tests/tools/examples.hpp"
#include "tools/access_tokens/create.hpp"
#include "tools/access_tokens/delete.hpp"
#include "tools/access_tokens/list.hpp"
#include "tools/access_tokens/reveal.hpp"

namespace tfy::known_failures_test {

using namespace tfy::examples;

namespace {

struct House : Upstream {
    ManualClock clock{noon};
    fakes::FakeEscrow escrow;
    access_tokens::ListAccessTokens list{client, clock, policy::SealKey{}};
    access_tokens::CreateAccessToken create{client, escrow, clock};
    fakes::FakeRotations rotations;
    access_tokens::DeleteAccessToken remove{client, rotations, clock, {}};
    access_tokens::RevealAccessToken reveal{escrow, clock, fakes::no_tokens()};

    House& meets(std::string line, truefoundry::ApiResponse answered) {
        exchange.expect(std::move(line), std::move(answered));
        return *this;
    }
};

const Json dev_local = {{"payload", {{"name", "dev-local"}}}};
const Json tok1 = {{"id", "tok1"}};
const Json value = {{"reveal_id", fakes::FakeEscrow::reveal_id}};
const std::string remove_it = "DELETE " + base + "/tok1";
const auto listed = answer(200, page({item("tok1", "dev-local", "2026-11-23T11:00:00Z")}));
const auto none = answer(200, page(Json::array()));

std::string words(const Result<tools::ToolResult>& result) {
    return result ? result->text : result.error().message;
}
std::string words(const Result<policy::Facts>& facts) { return facts ? "no failure" : facts.error().message; }

std::string facts_of(tools::ChangeTool& tool, const Json& arguments) {
    return words(run(tool.facts(call(tool, arguments))));
}
std::string deleted(House& house) {
    auto facts = run(house.remove.facts(call(house.remove, tok1))).value();
    return words(run_approved(house.remove, tok1, std::move(facts)));
}

}  // namespace

TEST_CASE("each failure that users know has its sentence") {
    const auto denied = "Cannot manage access tokens. Check your API key permissions.";
    const auto not_found = "Token ID not found. List tokens first to find the correct ID.";
    const auto exists = "A token with this name already exists. Use a different name.";
    const auto in_use =
        "If services fail after token deletion, they were using the deleted token. Create a new token and "
        "update the affected services/pipelines.";
    const auto gone =
        "Token values are only shown at creation time. If lost, delete the old token and create a new one, "
        "then update all services that used the old token.";

    struct Row {
        const char* when;
        std::string sentence;
        std::function<std::string(House&)> happens;
    };
    const Row rows[] = {
        {"listing is not permitted", denied,
         [](House& house) { return words(run_read(house.meets(get_all, answer(403)).list)); }},
        {"asking for a creation is not permitted", denied,
         [](House& house) {
             return facts_of(house.meets(get_named("dev-local"), answer(403)).create, dev_local);
         }},
        {"creating is not permitted", denied,
         [](House& house) {
             return words(run_approved(house.meets("POST " + base, answer(403)).create, dev_local));
         }},
        {"deleting is not permitted", denied,
         [](House& house) {
             return deleted(
                 house.meets(get_all, listed).meets(get_all, listed).meets(remove_it, answer(403)));
         }},
        {"a token to delete is not there", not_found,
         [](House& house) { return facts_of(house.meets(get_all, none).remove, tok1); }},
        {"it is gone when its deletion was approved", not_found,
         [](House& house) { return deleted(house.meets(get_all, listed).meets(get_all, none)); }},
        {"it is gone when it is deleted", not_found,
         [](House& house) {
             return deleted(
                 house.meets(get_all, listed).meets(get_all, listed).meets(remove_it, answer(404)));
         }},
        {"the name is taken when a creation is asked for", exists,
         [](House& house) {
             return facts_of(house.meets(get_named("dev-local"), listed).create, dev_local);
         }},
        {"the name is taken when it is created", exists,
         [](House& house) {
             house.meets("POST " + base, answer(409)).meets(get_named("dev-local"), listed);
             return words(run_approved(house.create, dev_local));
         }},
        {"a deleted token may still be in use", in_use,
         [](House& house) {
             return deleted(
                 house.meets(get_all, listed).meets(get_all, listed).meets(remove_it, answer(200, "{}")));
         }},
        {"a value that is gone is asked for", gone,
         [](House& house) { return facts_of(house.reveal, value); }},
        {"a value is gone when its showing was approved", gone,
         [](House& house) { return words(run_approved(house.reveal, value)); }}};
    for (const auto& row : rows) {
        CAPTURE(row.when);
        House house;
        const auto said = row.happens(house);
        CAPTURE(said);
        CHECK(said.find(row.sentence) != std::string::npos);
        CHECK(house.exchange.finished());
    }
}

}  // namespace tfy::known_failures_test
