// Of two approved rotations of one token, one makes a successor.
#include <SQLiteCpp/SQLiteCpp.h>
#include <doctest/doctest.h>

#include "tests/fakes/rotation_house.hpp"

namespace tfy::rotation_reservation_test {

using namespace tfy::fakes;
using namespace std::chrono_literals;

namespace {

struct Two : RotationHouse {
    std::optional<RotationProcess> one{std::in_place, *this, "one"};
    RotationProcess other{*this, "other"};

    static Result<void> reserve(RotationProcess& process, const std::string& approval_id) {
        return process.run(process.desk.reserve(approval_id, "old1"));
    }
    static void release(RotationProcess& process, const std::string& approval_id) {
        auto work = [](rotations::RotationDesk& desk, std::string id) -> Async<bool> {
            co_await desk.release(std::move(id));
            co_return true;
        };
        process.run(work(process.desk, approval_id));
    }
};

bool conflicts(const Result<void>& reserved) {
    return !reserved && reserved.error().code == Errc::conflict &&
           reserved.error().message.find("Nothing was created or deleted") != std::string::npos;
}

}  // namespace

TEST_CASE("while one approval makes a successor, no other one does, in this process or in another") {
    Two two;
    REQUIRE(Two::reserve(*two.one, "apr_1").has_value());
    CHECK(conflicts(Two::reserve(*two.one, "apr_2")));
    CHECK(conflicts(Two::reserve(two.other, "apr_3")));
    CHECK(two.other.run(two.other.desk.reserve("apr_4", "old9")).has_value());
    Two::release(two.other, "apr_3");  // no one else's
    CHECK(conflicts(Two::reserve(two.other, "apr_3")));
    Two::release(*two.one, "apr_1");
    CHECK(Two::reserve(two.other, "apr_3").has_value());
}

TEST_CASE("the rotation takes the reservation's place, until the old token is gone") {
    Two two;
    REQUIRE(Two::reserve(*two.one, "apr_1").has_value());
    const auto begun = two.one->begin("0s", "apr_1");
    const auto again = Two::reserve(two.other, "apr_2");
    CHECK(conflicts(again));
    CHECK(again.error().message.find("approvals keep " + begun.id) != std::string::npos);
    REQUIRE(two.one->claim());
    two.one->look();
    CHECK(Two::reserve(two.other, "apr_2").has_value());
}

TEST_CASE("what a process reserved that ended does not stand, nor what it could not release") {
    Two two;
    REQUIRE(Two::reserve(*two.one, "apr_1").has_value());
    {
        SQLite::Database blocker(two.state.ledger().string(), SQLite::OPEN_READWRITE);
        blocker.exec("BEGIN IMMEDIATE");
        CHECK(Two::reserve(*two.one, "apr_2").error().code == Errc::storage);
        Two::release(*two.one, "apr_1");
    }
    CHECK(conflicts(Two::reserve(two.other, "apr_3")));
    REQUIRE(Two::reserve(*two.one, "apr_2").has_value());
    two.one.reset();
    CHECK(Two::reserve(two.other, "apr_3").has_value());
}

TEST_CASE("a token of the same id on another control plane is another token") {
    Two two;
    RotationProcess sandbox(two, "sandbox", two.upstream, "https://sandbox.invalid");
    REQUIRE(Two::reserve(*two.one, "apr_1").has_value());
    CHECK(Two::reserve(sandbox, "apr_2").has_value());
}

}  // namespace tfy::rotation_reservation_test
