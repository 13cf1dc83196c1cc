// What an agent is told of a token that it would have been better to ask for in another way.
#include <doctest/doctest.h>

#include "tests/fakes/fake_escrow.hpp"
#include "tests/tools/examples.hpp"
#include "tools/access_tokens/create.hpp"

namespace tfy::create_warnings_test {

using namespace tfy::examples;

namespace {

tools::ToolResult created(const Json& arguments, const std::string& name) {
    Upstream upstream;
    ManualClock clock{noon};
    fakes::FakeEscrow escrow;
    access_tokens::CreateAccessToken tool{upstream.client, escrow, clock};
    upstream.exchange.expect("POST " + base,
                             answer(201, R"({"token":"tfy-0123456789abcdefghijklmnopqrst"})"));
    upstream.exchange.expect(get_named(name), answer(200, page(item("tok1", name, "2026-11-23T12:00:01Z"))));
    return run_approved(tool, arguments).value();
}

}  // namespace

TEST_CASE("the result tells the agent what the person was warned of, and nothing where there is nothing") {
    const Json ci = {{"payload", {{"name", "ci-pipeline"}}}, {"reason", "for Jenkins"}};
    const auto warned = created(ci, "ci-pipeline");
    CHECK(warned.structured.at("warnings").size() == 2);
    CHECK(holds(warned.text, "- It never expires"));
    CHECK(holds(warned.text, "- This looks like automation."));
    CHECK(holds(warned.text, "advises a virtual account for CI/CD and production"));

    const Json careful = {
        {"payload", {{"name", "dev-local"}, {"expirationDate", "2026-12-24T00:00:00.000Z"}}}};
    const auto fine = created(careful, "dev-local");
    CHECK_FALSE(fine.structured.contains("warnings"));
    CHECK_FALSE(holds(fine.text, "Tell the user:\n-"));
}

}  // namespace tfy::create_warnings_test
