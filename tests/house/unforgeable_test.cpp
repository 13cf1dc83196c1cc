// What the doors of the house take: a tool a permit, a transport sealed text. (The types themselves:
// tests/policy/forgery_test.cpp.)
#include <doctest/doctest.h>

#include <string>
#include <type_traits>

#include "server/transport/transport.hpp"
#include "tools/tool.hpp"

namespace {

using namespace tfy;

template <class Tool, class Given>
constexpr bool runs_with = std::is_invocable_v<decltype(&Tool::run), Tool&, Given>;

template <class Given>
constexpr bool is_sent = std::is_invocable_v<decltype(&transport::Outbox::send), transport::Outbox&, Given>;

}  // namespace

TEST_CASE("a tool runs with the permit of its kind and with nothing else") {
    static_assert(runs_with<tools::ReadTool, policy::ReadPermit>);
    static_assert(runs_with<tools::ChangeTool, policy::ApprovedPermit>);
    static_assert(!runs_with<tools::ChangeTool, policy::ReadPermit>);
    static_assert(!runs_with<tools::ReadTool, policy::ApprovedPermit>);
    static_assert(!runs_with<tools::ChangeTool, policy::Call>);
    static_assert(!runs_with<tools::ChangeTool, policy::Approval>);
    static_assert(!runs_with<tools::ReadTool, Json>);
    // Which kind a tool is, it says by its base and in no other way.
    static_assert(!std::is_constructible_v<tools::Tool, policy::Effect>);
}

TEST_CASE("a transport sends sealed text and nothing else") {
    static_assert(is_sent<redaction::Redacted>);
    static_assert(!is_sent<std::string>);
    static_assert(!is_sent<std::string_view>);
    static_assert(!is_sent<const char*>);
    static_assert(!is_sent<Json>);
}
