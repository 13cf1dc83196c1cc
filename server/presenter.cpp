#include "server/presenter.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include "protocol/elicitation.hpp"
#include "server/elicitation_channel.hpp"

namespace tfy::server {
namespace {

using policy::Approval;
using State = policy::Approval::State;
using namespace boost::asio::experimental::awaitable_operators;

constexpr auto question_key = "approval";
constexpr auto state_purpose = "requestState tools/call";
constexpr int attempts = 4;  // of one form, before its client is told to come back later
constexpr std::chrono::seconds progress_interval{5};

Error foreign_state() {
    return {Errc::invalid_params,
            "requestState is not one that this server gave out for this call and this caller, or it is too "
            "old. Nothing was done. Call again "
            "without requestState."};
}

bool form_may_decide(const Approval& approval, const protocol::ClientContext& client) {
    return client.capabilities.elicitation_form && approval.min_assurance == policy::Assurance::client;
}

}  // namespace

Answer write_answer(tools::ToolResult result, protocol::Version version) {
    return {.result = protocol::write_tool_result(std::move(result.text), std::move(result.structured),
                                                  result.is_error, version),
            .reveal = std::move(result.reveal)};
}

Presenter::Presenter(ApprovalDesk& desk, ApprovalPage& page, const Clock& clock, policy::SealKey key,
                     policy::Duration hold)
    : desk_(desk), page_(page), clock_(clock), key_(key), hold_(hold) {}

Result<Presenter::Resumed> Presenter::open_state(std::string_view sealed, const policy::Call& call) const {
    const auto state = policy::open_state(sealed, state_purpose, key_);
    if (!state || !state->is_object()) return foreign_state();
    const auto expires = policy::read_time(state->value("expires", std::string{}));
    const bool ours = state->value("principal", std::string{}) == call.caller.principal &&
                      state->value("digest", std::string{}) == policy::digest(call) && expires &&
                      clock_.now() < *expires;
    if (!ours) return foreign_state();
    return Resumed{state->value("approval", std::string{}), state->value("attempt", 0)};
}

Answer Presenter::ask(const Approval& approval, const Requester& requester, Json params, int attempt) const {
    // The blob outlives the decision by the claim window, so that a retry of a finished call still finds its
    // outcome.
    const Json state = {{"approval", approval.id},
                        {"digest", approval.digest},
                        {"principal", requester.caller.principal},
                        {"expires", policy::format_time(approval.expires + std::chrono::minutes{30})},
                        {"attempt", attempt}};
    const Json requests = {{question_key, {{"method", "elicitation/create"}, {"params", std::move(params)}}}};
    return {
        .result = protocol::write_input_required(requests, policy::seal_state(state, state_purpose, key_)),
        .result_type = "input_required"};
}

Async<Answer> Presenter::answer(Approval approval, const Requester& requester) {
    const bool open = policy::is_open(approval.state);
    Doors doors;
    if (open) doors.page = co_await page_.address(approval.id, false);
    if (open && approval.min_assurance <= policy::Assurance::terminal)
        doors.terminal = "tfy-pat-mcp approvals approve " + approval.id;
    co_return write_answer(status_answer(approval, doors, clock_.now()), requester.context.version);
}

Async<Result<Presenter::Leg>> Presenter::present(Approval approval, Requester& requester,
                                                 const protocol::CallToolParams& params, int attempt) {
    const auto& client = requester.context;
    if (protocol::is_modern(client.version)) {
        if (form_may_decide(approval, client) && attempt < attempts)
            co_return co_await present_form(std::move(approval), requester, params, attempt);
        if (client.capabilities.elicitation_url)
            co_return co_await present_url(std::move(approval), requester, params, attempt);
    } else if (form_may_decide(approval, client) && requester.questions != nullptr) {
        co_return co_await present_question(std::move(approval), requester);
    }
    co_return co_await present_wait(std::move(approval), requester);
}

// A sentence that says what to mend, or the approval as it is after the answer.
Async<Result<std::variant<std::string, Approval>>> Presenter::decide(Approval approval,
                                                                     const Json& elicited) {
    using Outcome = std::variant<std::string, Approval>;
    using Kind = ElicitationChannel::Answer::Kind;
    const auto read = protocol::read_elicited(elicited);
    if (!read) co_return Outcome{read.error().message};
    auto given = ElicitationChannel::read(*read, approval);
    auto person = ElicitationChannel::person(approval);
    Result<Approval> next = approval;
    switch (given.kind) {
        case Kind::unclear: co_return Outcome{std::move(given.problem)};
        case Kind::cancel: next = co_await desk_.withdraw(approval.id, person.name()); break;
        case Kind::deny: next = co_await desk_.deny(approval.id, person, given.choice.reason); break;
        case Kind::approve: next = co_await desk_.approve(approval.id, person, given.choice); break;
    }
    if (next) co_return Outcome{std::move(*next)};
    if (next.error().code == Errc::storage) co_return next.error();
    auto now = co_await desk_.find(approval.id);  // somebody else may have decided meanwhile
    if (!now) co_return now.error();
    if (now->state != State::pending) co_return Outcome{std::move(*now)};
    co_return Outcome{next.error().message};
}

Async<Result<Presenter::Leg>> Presenter::present_form(Approval approval, Requester& requester,
                                                      const protocol::CallToolParams& params, int attempt) {
    const auto version = requester.context.version;
    const auto response = params.input_responses.find(question_key);
    // An answer counts only with the requestState of the question that it answers: what nobody was shown,
    // nobody decided.
    if (!params.request_state || response == params.input_responses.end())
        co_return Leg{
            ask(approval, requester, ElicitationChannel::form(approval, clock_.now(), version), attempt)};
    auto decided = co_await decide(approval, *response);
    if (!decided) co_return decided.error();
    if (auto* next = std::get_if<Approval>(&*decided)) co_return Leg{std::move(*next)};
    if (attempt + 1 >= attempts) co_return co_await present_wait(std::move(approval), requester);
    auto form = ElicitationChannel::form(approval, clock_.now(), version, std::get<std::string>(*decided));
    co_return Leg{ask(approval, requester, std::move(form), attempt + 1)};
}

// "accept" means that the page was opened, not that anything was approved: the row decides.
Async<Result<Presenter::Leg>> Presenter::present_url(Approval approval, Requester& requester,
                                                     const protocol::CallToolParams& params, int attempt) {
    const auto address = co_await page_.address(approval.id, false);
    const auto response = params.input_responses.find(question_key);
    if (!address.empty() && params.request_state && response != params.input_responses.end()) {
        const auto read = protocol::read_elicited(*response);
        const bool opened = read && read->action == protocol::Elicited::Action::accept;
        if (!opened)
            co_return Leg{
                co_await answer(std::move(approval), requester)};  // not now: the row waits for the page
        co_return co_await present_wait(std::move(approval), requester);
    }
    if (address.empty()) co_return co_await present_wait(std::move(approval), requester);
    auto question = protocol::write_url("Approve or deny on the approvals page: " + approval.facts.effect,
                                        address, approval.id, requester.context.version);
    co_return Leg{ask(approval, requester, std::move(question), attempt)};
}

Async<Result<Presenter::Leg>> Presenter::present_question(Approval approval, Requester& requester) {
    std::string problem;
    for (int attempt = 0; attempt < attempts; ++attempt) {
        auto form = ElicitationChannel::form(approval, clock_.now(), requester.context.version, problem);
        const auto left = approval.expires - clock_.now();
        auto first =
            co_await (requester.questions->ask(requester.outbox, requester.session, "elicitation/create",
                                               std::move(form), std::max(left, policy::Duration{1})) ||
                      desk_.wait(approval.id, State::pending, approval.expires));
        if (auto* decided_elsewhere = std::get_if<1>(&first)) {
            if (!*decided_elsewhere) co_return decided_elsewhere->error();
            co_return Leg{std::move(**decided_elsewhere)};
        }
        auto& response = std::get<0>(first);
        if (!response)
            break;  // the client cannot be asked after all: the row is still there to be decided elsewhere
        auto decided = co_await decide(approval, *response);
        if (!decided) co_return decided.error();
        if (auto* next = std::get_if<Approval>(&*decided)) co_return Leg{std::move(*next)};
        problem = std::get<std::string>(*decided);
    }
    co_return co_await present_wait(std::move(approval), requester);
}

Async<Result<Presenter::Leg>> Presenter::present_wait(Approval approval, Requester& requester) {
    co_await page_.address(approval.id, !requester.context.capabilities.elicitation_url);
    auto now = co_await hold(std::move(approval), requester);
    if (!now) co_return now.error();
    if (now->state != State::pending) co_return Leg{std::move(*now)};
    co_return Leg{co_await answer(std::move(*now), requester)};
}

Async<Result<Approval>> Presenter::hold(Approval approval, Requester& requester) {
    const auto seen = approval.state;
    const auto start = clock_.now();
    const auto end = start + hold_;
    Result<Approval> current = std::move(approval);
    if (const auto open = co_await requester.outbox.expect_wait(); !open) co_return open.error();
    while (current && current->state == seen && clock_.now() < end && !desk_.draining()) {
        current = co_await desk_.wait(current->id, seen, std::min(end, clock_.now() + progress_interval));
        if (!current || current->state != seen) continue;
        const auto waited = std::chrono::duration<double>(clock_.now() - start).count();
        const auto told = co_await requester.progress(waited, {}, "Waiting for a person to approve.");
        if (!told) co_return told.error();
    }
    co_return current;
}

}  // namespace tfy::server
