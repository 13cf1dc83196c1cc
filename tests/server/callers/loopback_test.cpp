// Which accounts of this machine may call.
#include "server/callers/loopback.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

namespace tfy::callers_loopback_test {
namespace {

transport::Arrival arriving(std::function<system::PeerAccount()> account) {
    static const transport::Headers none;
    return {.method = "POST",
            .path = "/mcp",
            .headers = none,
            .remote = "127.0.0.1",
            .account = std::move(account)};
}

bool lets_in(std::optional<uid_t> account, bool any_local_user = false) {
    callers::Loopback callers(any_local_user);
    const auto admission =
        callers.admit(arriving([account] { return system::PeerAccount{.asked = true, .account = account}; }));
    const auto* caller = std::get_if<transport::KnownCaller>(&admission);
    if (caller != nullptr) CHECK(caller->principal == "http:loopback");
    return caller != nullptr;
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
    const auto admission =
        callers::Loopback(false).admit(arriving([] { return system::PeerAccount{.asked = true}; }));
    const auto* refused = std::get_if<transport::guard::Rejection>(&admission);
    REQUIRE(refused != nullptr);
    CHECK(refused->status == 403);
    CHECK(refused->reason.text().find("--any-local-user") != std::string_view::npos);
}

TEST_CASE("if the kernel cannot be asked, no one is called a stranger, and no one comes in") {
    const auto admission = callers::Loopback(false).admit(arriving([] { return system::PeerAccount{}; }));
    const auto* refused = std::get_if<transport::guard::Rejection>(&admission);
    REQUIRE(refused != nullptr);
    CHECK(refused->status == 503);
    CHECK(refused->headers == transport::Headers{{"retry-after", "1"}});
    CHECK(refused->reason.text().find("Try again") != std::string_view::npos);
}

TEST_CASE("if the system tells of no caller's account, none comes in but by the operator's word") {
    const auto arrival = arriving([] { return system::PeerAccount{.can_be_asked = false}; });
    const auto admission = callers::Loopback(false).admit(arrival);
    const auto* refused = std::get_if<transport::guard::Rejection>(&admission);
    REQUIRE(refused != nullptr);
    CHECK(refused->status == 403);
    CHECK(refused->reason.text().find("This system does not tell") != std::string_view::npos);
    CHECK(refused->reason.text().find("--any-local-user") != std::string_view::npos);
    CHECK(std::holds_alternative<transport::KnownCaller>(callers::Loopback(true).admit(arrival)));
}

}  // namespace tfy::callers_loopback_test
