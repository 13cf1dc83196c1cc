// What the registry says of its tools, for those that walk it.
#include "tools/registry/assemble.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "manifests/embedded.hpp"
#include "tests/fakes/manual_clock.hpp"
#include "tests/fakes/redactor.hpp"
#include "tools/registry/dry_tools.hpp"

namespace tfy::assemble_test {

namespace {

struct DryHouse {
    fakes::ManualClock clock;
    registry::DryTools tools{nullptr, clock, fakes::no_tokens()};

    const tools::ChangeTool& tool(std::string_view name) const {
        return *tools.catalog().find(name)->changes;
    }
};

using Uris = std::vector<std::string>;

}  // namespace

TEST_CASE("there is a definition for each tool, and a tool for each definition") {
    const DryHouse house;
    auto defined = manifests::tool_names();
    std::vector<std::string_view> assembled;
    for (const auto& entry : house.tools.catalog().entries()) assembled.push_back(entry.tool->name());
    std::ranges::sort(defined);
    std::ranges::sort(assembled);
    CHECK(assembled == defined);
}

TEST_CASE("a call touches the list, and the token that it made or deleted if its id is known") {
    const DryHouse house;
    const Json made = {{"id", "pat-b"}, {"name", "ci"}};
    policy::Call call;
    call.arguments = {{"id", "pat-a"}};
    const Uris both{"tfy://access-tokens", "tfy://access-tokens/pat-b"};
    CHECK(house.tool("tfy_access_tokens_create").touches(call, made) == both);
    CHECK(house.tool("tfy_access_tokens_rotate").touches(call, made) == both);
    CHECK(house.tool("tfy_access_tokens_create").touches(call, nullptr) == Uris{"tfy://access-tokens"});
    CHECK(house.tool("tfy_access_tokens_create").touches(call, {{"id", nullptr}}) ==
          Uris{"tfy://access-tokens"});
    CHECK(house.tool("tfy_access_tokens_delete").touches(call, nullptr) ==
          Uris{"tfy://access-tokens", "tfy://access-tokens/pat-a"});
    CHECK(house.tool("tfy_access_tokens_reveal").touches(call, made).empty());
    CHECK(house.tools.catalog().find("tfy_access_tokens_list")->changes == nullptr);
}

TEST_CASE("a rotation is a delete and a create, also if its facts were not read") {
    const DryHouse house;
    const auto parts = house.tool("tfy_access_tokens_rotate").parts({.subject = "ci-old", .effect = {}});
    REQUIRE(parts.size() == 2);
    CHECK(parts[0].tool == "tfy_access_tokens_delete");
    CHECK(parts[0].subject == "ci-old");
    CHECK(parts[1].tool == "tfy_access_tokens_create");
    CHECK(parts[1].subject == "ci-old");
    CHECK(house.tool("tfy_access_tokens_create").parts({}).empty());
}

TEST_CASE("a new value comes of a create and of a rotation") {
    const DryHouse house;
    for (const auto& entry : house.tools.catalog().entries()) {
        CAPTURE(entry.tool->name());
        const auto name = entry.tool->name();
        CHECK((entry.changes != nullptr && entry.changes->yields_value()) ==
              (name == "tfy_access_tokens_create" || name == "tfy_access_tokens_rotate"));
    }
}

}  // namespace tfy::assemble_test
