// A value is shown once, however many ask for it at the same moment, and wherever they ask.
#include <doctest/doctest.h>

#include <boost/asio/detached.hpp>

#include "tests/fakes/page.hpp"
#include "tests/fakes/terminal.hpp"

namespace tfy::reveal_race_test {

using namespace tfy::fakes;

namespace {

constexpr int many = 1000;

struct Outcome {
    int shown = 0;
    int gone = 0;
};

void count(Outcome& outcome, const Result<redaction::Reveal>& claimed) {
    outcome.shown += claimed.has_value();
    outcome.gone += !claimed && claimed.error().code == Errc::not_found;
}

Async<void> claim(reveals::LockedEscrow& desk, std::string id, Outcome& outcome) {
    const auto claimed = co_await desk.claim(std::move(id), "stdio:alice", "agent");
    count(outcome, claimed);
}

std::ptrdiff_t claims_in(Page& page) {
    return std::ranges::count(page.journal(), "reveal_claimed", &journal::JournalRecord::kind);
}

}  // namespace

TEST_CASE(
    "a thousand claims of one value at the same moment: one has it, all others are told that it is gone") {
    Page page;
    const auto id = page.hold();
    Outcome outcome;
    for (int i = 0; i < many; ++i)
        boost::asio::co_spawn(page.loop, claim(page.reveals, id, outcome), boost::asio::detached);
    while (outcome.shown + outcome.gone < many) page.step();
    CHECK(outcome.shown == 1);
    CHECK(outcome.gone == many - 1);
    CHECK(claims_in(page) == 1);
}

TEST_CASE("a thousand posts of the page, of twenty sessions with a leave each: the value is in one answer") {
    Page page;
    const auto id = page.hold();
    constexpr int sessions = 20;
    std::vector<CapturedAnswer> answers(many);
    std::vector<transport::HttpRequest> requests;
    for (int i = 0; i < sessions; ++i) {
        page.sign_in(i % 2 == 0 ? "grace" : "ada");
        const auto nonce = page.get("/approvals/api/reveals").json().at("reveals").at(0).at("nonce");
        const transport::HttpRequest request{
            .method = "POST",
            .path = "/approvals/api/reveals/" + id,
            .headers = {{"x-page-key", page.key}, {"content-type", "application/json"}},
            .body = Json{{"nonce", nonce}}.dump()};
        requests.insert(requests.end(), many / sessions, request);
    }
    int done = 0;
    for (std::size_t i = 0; i < requests.size(); ++i)
        boost::asio::co_spawn(page.loop, page.dashboard.handle(requests[i], answers[i]),
                              [&](std::exception_ptr failure) {
                                  if (failure) std::rethrow_exception(failure);
                                  ++done;
                              });
    while (done < many) page.step();
    int shown = 0;
    int refused = 0;
    for (const auto& answer : answers) {
        shown += answer.status() == 200 && holds(answer.text(), token_value);
        refused += (answer.status() == 403 || answer.status() == 410) && !holds(answer.text(), token_value);
    }
    CHECK(shown == 1);
    CHECK(refused == many - 1);
    CHECK(claims_in(page) == 1);
}

TEST_CASE("a process that stops says of what it holds that it is lost") {
    Page page;
    const auto id = page.hold();
    CHECK(page.wait(page.reveals.fate(id, "stdio:alice")).value() == tools::EscrowState::held);
    page.reveals.drain();
    CHECK(page.wait(page.reveals.fate(id, "stdio:alice")).value() == tools::EscrowState::lost);
}

}  // namespace tfy::reveal_race_test
