#include "tools/access_tokens/get.hpp"

#include <doctest/doctest.h>

#include "tests/tools/examples.hpp"

namespace tfy::get_test {

using namespace tfy::examples;

namespace {

struct Looking : Upstream {
    ManualClock clock{noon};
    access_tokens::GetAccessToken tool{client, clock};

    Result<tools::ToolResult> get(Json arguments, const Json& items) {
        const auto name = arguments.value("name", std::string{});
        exchange.expect(name.empty() ? get_all : get_named(name), answer(200, page(items)));
        return run_read(tool, std::move(arguments));
    }
    std::string refusal(Json arguments) { return tool.canonical(std::move(arguments), noon).error().message; }
};

Json two_tokens() {
    auto ci = item("pat-abc", "ci-bot", "2026-01-15T08:00:00.000Z");
    ci["manifest"]["expiration_date"] = "2026-12-01T00:00:00.000Z";
    return {ci, item("pat-def", "ci-bot-2", "2026-03-01T00:00:00.000Z")};
}

}  // namespace

TEST_CASE("one token is told as the list tells it, by its id or its exact name") {
    for (const auto& arguments : {Json{{"id", "pat-abc"}}, Json{{"name", "ci-bot"}}}) {
        Looking looking;
        const auto found = looking.get(arguments, two_tokens());
        REQUIRE(found.has_value());
        CHECK(found->text ==
              "Personal Access Token:\n"
              "\n"
              "| Name | ID | Created At | Expires At | Last Used | State | Remarks |\n"
              "|---|---|---|---|---|---|---|\n"
              "| ci-bot | pat-abc | 2026-01-15 | 2026-12-01 | Never used | expiring | unused for 90 days |\n"
              "\n"
              "Token values are never listed: they are only shown once, at creation time.\n");
        const auto& token = found->structured.at("token");
        CHECK(token.at("id") == "pat-abc");
        CHECK(token.at("name") == "ci-bot");
        CHECK(token.at("expires_at") == "2026-12-01T00:00:00.000Z");
        CHECK(token.at("remarks") == Json{"unused_90_days"});
    }
}

TEST_CASE("what is not there is not found, by either") {
    for (const auto& arguments : {Json{{"id", "pat-zzz"}}, Json{{"name", "ci-bo"}}}) {
        Looking looking;
        const auto found = looking.get(arguments, two_tokens());
        CHECK(found.error().code == Errc::not_found);
        const auto next = tools::failed(found.error()).structured.at("next").get<std::string>();
        CHECK(next.starts_with(arguments.contains("id") ? "Check the id" : "Check the name with tfy_access"));
    }
}

TEST_CASE("exactly one of id and name is given, and each is one that a token can have") {
    Looking looking;
    const std::string one = "Give the token's id or its name, and not both. Nothing was looked up.";
    CHECK(looking.refusal(Json::object()) == one);
    CHECK(looking.refusal({{"id", "pat-abc"}, {"name", "ci-bot"}}) == one);
    CHECK(looking.tool.canonical({{"id", "a/b"}}, noon).error().code == Errc::refused);
    CHECK(looking.tool.canonical({{"name", "No Name"}}, noon).error().code == Errc::refused);
    CHECK(looking.tool.canonical({{"name", "ci-bot"}}, noon).value() == Json{{"name", "ci-bot"}});
}

}  // namespace tfy::get_test
