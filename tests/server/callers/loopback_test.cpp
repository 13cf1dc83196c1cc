// Which accounts of this machine may call.
#include "server/callers/loopback.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

namespace tfy::callers_loopback_test {
namespace {

bool lets_in(std::optional<uid_t> account, bool any_local_user = false) {
    return !callers::Loopback(any_local_user).refusal({.path = "/mcp", .account = [account] {
                                                           return account;
                                                       }});
}

}  // namespace

TEST_CASE("this account and root may call; others and unknown ones need --any-local-user") {
    const uid_t other = ::geteuid() + 1;
    CHECK(lets_in(::geteuid()));
    CHECK(lets_in(0));
    CHECK_FALSE(lets_in(other));
    CHECK_FALSE(lets_in(std::nullopt));
    CHECK(lets_in(other, true));
    CHECK(lets_in(std::nullopt, true));
    const auto refused =
        callers::Loopback(false).refusal({.path = "/mcp", .account = [] { return std::optional<uid_t>(); }});
    REQUIRE(refused.has_value());
    CHECK(refused->status == 403);
    CHECK(refused->reason.text().find("--any-local-user") != std::string_view::npos);
}

}  // namespace tfy::callers_loopback_test
