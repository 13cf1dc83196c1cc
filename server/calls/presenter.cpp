#include "server/calls/presenter.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include "policy/dialogue/approval_form.hpp"
#include "protocol/elicitation.hpp"
#include "server/calls/task_of.hpp"
#include "server/people/client_form.hpp"
#include "tools/own_command.hpp"

namespace tfy::calls {
namespace {

using policy::Approval;
using State = policy::Approval::State;
using namespace boost::asio::experimental::awaitable_operators;

constexpr auto question_key = "approval";
constexpr auto state_purpose = "requestState tools/call";
constexpr int attempts = 4;  // of one form, before its client is told to come back later
constexpr std::chrono::seconds progress_interval{5};
constexpr auto logger = "approvals";

Error foreign_state() {
    return {Errc::invalid_params,
            "requestState does not belong to this call and caller, or is too old. Nothing was done. Call "
            "again without requestState."};
}

/// URL mode is as old as 2025-11-25: before it, `url` among a client's capabilities means nothing.
bool takes_url(const protocol::ClientContext& client) {
    return client.capabilities.elicitation_url && client.version >= protocol::Version::v2025_11_25;
}

/// What a client that wants messages hears while its call waits; `address`: of the page, or empty.
Json waiting_note(const Approval& approval, const std::string& address) {
    Json note = {{"event", "waiting_for_a_person"},
                 {"approval_id", approval.id},
                 {"expires_at", policy::format_time(approval.expires)}};
    if (!address.empty()) note["approval_url"] = address;
    return note;
}

}  // namespace

mcp::MethodResult write_answer(tools::ToolResult result, protocol::Version version) {
    return {.result = protocol::write_tool_result(std::move(result.text), std::move(result.structured),
                                                  result.is_error, version),
            .reveal = std::move(result.reveal)};
}

Presenter::Presenter(approvals::Approvals& desk, approvals::ApprovalPage& page, const Clock& clock,
                     const observability::Log& log, policy::SealKey key, policy::Duration hold)
    : desk_(desk), page_(page), clock_(clock), log_(log), key_(key), hold_(hold) {}

bool Presenter::is_silent(const mcp::Requester& requester) {
    const auto now = clock_.now();
    if (silent_.newly_silent(requester.caller, now))
        log_.warn("a client does not answer questions: it is not asked any more",
                  {{"principal", requester.caller.principal}, {"client", requester.caller.client}});
    return silent_.is_silent(requester.caller, now);
}

bool Presenter::opens_addresses(const mcp::Requester& requester) {
    return takes_url(requester.context) && !is_silent(requester);
}

void Presenter::came_back(const mcp::Requester& requester, const std::string& approval_id) {
    silent_.answered(requester.caller, approval_id);
}

void Presenter::asked(const Approval& approval, const mcp::Requester& requester) {
    silent_.asked(requester.caller, approval.id, approval.expires);
}

void Presenter::answered(const Approval& approval, const mcp::Requester& requester) {
    silent_.answered(requester.caller, approval.id);
}

void Presenter::settled(const Approval& approval, const mcp::Requester& requester) {
    silent_.settled(requester.caller, approval.id);
}

bool Presenter::form_may_decide(const Approval& approval, const mcp::Requester& requester) {
    return requester.context.capabilities.elicitation_form &&
           approval.terms.min_assurance == policy::Assurance::client && !is_silent(requester);
}

std::optional<std::string> Presenter::unreachable(const policy::Terms& terms, const policy::Caller& caller) {
    if (auto why = policy::nobody_may_approve(terms, caller)) return why;
    if (terms.min_assurance <= policy::Assurance::terminal || page_.stands()) return std::nullopt;
    return "The rule asks for a person signed in to the approvals page, and this server cannot open the "
           "page. See its log.";
}

Result<Presenter::Resumed> Presenter::open_state(std::string_view sealed, const policy::Call& call) const {
    const auto state = policy::open_state(sealed, state_purpose, key_);
    if (!state || !state->is_object()) return foreign_state();
    const auto expires = policy::read_time(state->value("expires", std::string{}));
    const bool ours = state->value("principal", std::string{}) == call.caller.principal &&
                      state->value("digest", std::string{}) == policy::digest(call) && expires &&
                      clock_.now() < *expires;
    if (!ours) return foreign_state();
    return Resumed{state->value("approval", std::string{}), state->value("shown", std::string{}),
                   state->value("attempt", 0)};
}

mcp::MethodResult Presenter::ask(const Approval& approval, const mcp::Requester& requester, Json params,
                                 int attempt) {
    asked(approval, requester);
    // The blob outlives the decision by the claim window, so that a retry of a finished call still finds its
    // outcome.
    const Json state = {{"approval", approval.id},
                        {"digest", approval.asked_digest},
                        {"shown", approval.digest},
                        {"principal", requester.caller.principal},
                        {"expires", policy::format_time(approval.expires + std::chrono::minutes{30})},
                        {"attempt", attempt}};
    const Json requests = {{question_key, {{"method", "elicitation/create"}, {"params", std::move(params)}}}};
    return {
        .result = protocol::write_input_required(requests, policy::seal_state(state, state_purpose, key_)),
        .result_type = "input_required"};
}

Async<DecisionLinks> Presenter::doors(Approval approval, bool lead_person_there) {
    DecisionLinks doors;
    if (!policy::is_open(approval.state)) co_return doors;
    doors.page = co_await page_.address(approval.id, lead_person_there);
    if (approval.terms.min_assurance <= policy::Assurance::terminal)
        doors.terminal = tools::own_command("approvals approve " + approval.id);
    co_return doors;
}

Async<mcp::MethodResult> Presenter::answer(Approval approval, const mcp::Requester& requester) {
    auto where = co_await status(std::move(approval));
    co_return write_answer(std::move(where), requester.context.version);
}

Async<tools::ToolResult> Presenter::status(Approval approval) {
    approval = co_await as_it_is(std::move(approval));
    const auto where = co_await doors(approval, false);
    auto answer = status_answer(approval, where, clock_.now());
    co_await desk_.told(std::move(approval));
    co_return answer;
}

Async<protocol::Task> Presenter::task(Approval approval, const mcp::Requester& requester) {
    approval = co_await as_it_is(std::move(approval));
    const auto version = requester.context.version;
    const bool form = form_may_decide(approval, requester);
    // In 2025-11-25 the address is asked for on the stream of tasks/result, too; a modern task has forms
    // only.
    const bool url = !protocol::is_modern(version) && opens_addresses(requester);
    const bool pending = approval.state == State::pending;
    const auto where = co_await doors(approval, pending && !form && !url);
    const TaskOptions manner{.version = version,
                             .client_decides = form || (url && !where.page.empty()),
                             .claim_window = desk_.claim_window()};
    co_return task_of(approval, where, manner, clock_.now());
}

Async<mcp::MethodResult> Presenter::created_task(Approval approval, const mcp::Requester& requester) {
    auto made = co_await task(std::move(approval), requester);
    const auto version = requester.context.version;
    // Tasks of 2025-11-25 begin as working, whatever they wait for.
    if (!protocol::is_modern(version)) made.status = protocol::Task::Status::working;
    co_return mcp::MethodResult{.result = protocol::write_created_task(made, version),
                                .result_type = protocol::is_modern(version) ? "task" : "complete"};
}

Async<Result<Presenter::Leg>> Presenter::present(Approval approval, mcp::Requester& requester,
                                                 const protocol::CallToolParams& params,
                                                 const Resumed& state) {
    const auto& client = requester.context;
    if (!params.request_state) silent_.came_without_answer(requester.caller, approval.id);
    if (!protocol::is_modern(client.version))
        co_return co_await present_question(std::move(approval), requester);
    if (form_may_decide(approval, requester) && state.attempt < attempts)
        co_return co_await present_form(std::move(approval), requester, params, state);
    if (opens_addresses(requester))
        co_return co_await present_url(std::move(approval), requester, params, state);
    co_return co_await present_wait(std::move(approval), requester);
}

Async<Result<Presenter::Decided>> Presenter::decide(Approval approval, const mcp::Requester& requester,
                                                    std::string shown_digest, Json elicited) {
    using What = dialogue::Decide::What;
    auto given = dialogue::read_form(elicited, std::move(shown_digest), offer_to(approval, requester));
    if (!given) co_return Decided{given.error().message};
    auto person = people::ClientForm::person();
    Result<Approval> next = approval;
    switch (given->what) {
        case What::withdraw: next = co_await desk_.withdraw(approval.id, person.name()); break;
        case What::deny: next = co_await desk_.deny(approval.id, person, given->choice.reason); break;
        case What::approve: next = co_await desk_.approve(approval.id, person, given->choice); break;
    }
    if (next) co_return Decided{std::move(*next)};
    if (next.error().code == Errc::storage) co_return next.error();
    auto now = co_await desk_.find(approval.id);  // somebody else may have decided meanwhile
    if (!now) co_return now.error();
    if (now->state != State::pending) co_return Decided{std::move(*now)};
    co_return Decided{next.error().message};
}

Async<Result<Presenter::Leg>> Presenter::present_form(Approval approval, mcp::Requester& requester,
                                                      const protocol::CallToolParams& params,
                                                      const Resumed& state) {
    const auto response = params.input_responses.find(question_key);
    // An answer counts only with the requestState of the question that it answers: what nobody was shown,
    // nobody decided.
    if (!params.request_state || response == params.input_responses.end())
        co_return Leg{ask(approval, requester, form(approval, requester, clock_.now()), state.attempt)};
    auto decided = co_await decide(approval, requester, state.shown_digest, *response);
    if (!decided) co_return decided.error();
    if (auto* next = std::get_if<Approval>(&*decided)) co_return Leg{std::move(*next)};
    if (state.attempt + 1 >= attempts) co_return co_await present_wait(std::move(approval), requester);
    auto now = co_await desk_.find(approval.id);  // it may have been made narrower since it was shown
    if (!now) co_return now.error();
    auto again = form(*now, requester, clock_.now(), std::get<std::string>(*decided));
    co_return Leg{ask(*now, requester, std::move(again), state.attempt + 1)};
}

// "accept" means that the page was opened, not that anything was approved: the row decides.
Async<Result<Presenter::Leg>> Presenter::present_url(Approval approval, mcp::Requester& requester,
                                                     const protocol::CallToolParams& params,
                                                     const Resumed& state) {
    const auto address = co_await page_.address(approval.id, false);
    const auto response = params.input_responses.find(question_key);
    if (!address.empty() && params.request_state && response != params.input_responses.end()) {
        if (!dialogue::opened_page(*response))
            co_return Leg{
                co_await answer(std::move(approval), requester)};  // not now: the row waits for the page
        co_return co_await present_wait(std::move(approval), requester);
    }
    if (address.empty()) co_return co_await present_wait(std::move(approval), requester);
    auto question = dialogue::page_question(approval, address, requester.context.version);
    co_return Leg{ask(approval, requester, std::move(question), state.attempt)};
}

Async<Result<Presenter::Leg>> Presenter::present_question(Approval approval, mcp::Requester& requester) {
    auto asked = co_await question(approval, requester, false);
    if (!asked) co_return asked.error();
    if (!*asked) co_return co_await present_wait(std::move(approval), requester);
    if ((*asked)->state == State::pending) co_return Leg{co_await answer(std::move(**asked), requester)};
    co_return Leg{std::move(**asked)};
}

Async<Result<std::optional<Approval>>> Presenter::question(Approval approval, mcp::Requester& requester,
                                                           bool of_task) {
    if (requester.questions == nullptr || is_silent(requester)) co_return std::optional<Approval>();
    const bool form = form_may_decide(approval, requester);
    if (!of_task && (form || takes_url(requester.context))) {
        auto note = waiting_note(approval, "");
        note["asked"] = "through the client";
        const auto told = co_await requester.log(protocol::LogLevel::info, logger, std::move(note));
        if (!told) co_return told.error();
    }
    if (form) co_return co_await question_form(std::move(approval), requester, of_task);
    if (!takes_url(requester.context)) co_return std::optional<Approval>();
    auto address = co_await page_.address(approval.id, false);
    if (address.empty()) co_return std::optional<Approval>();
    co_return co_await question_url(std::move(approval), std::move(address), requester, of_task);
}

Async<Result<Presenter::Heard>> Presenter::hear(Approval approval, mcp::Requester& requester, Json params) {
    const auto left = std::max(approval.expires - clock_.now(), policy::Duration{1});
    auto first = co_await (requester.questions->ask(requester.outbox, requester.session, "elicitation/create",
                                                    std::move(params), left) ||
                           desk_.wait(approval.id, State::pending, approval.expires));
    if (auto* response = std::get_if<0>(&first)) {
        const bool silence = !*response && response->error().code != Errc::closed;
        if (silence) silent_.unanswered(requester.caller);
        Heard heard;
        if (*response) heard.answer = std::move(**response);
        if (heard.answer) answered(approval, requester);
        co_return heard;
    }
    auto& elsewhere = std::get<1>(first);
    if (!elsewhere) co_return elsewhere.error();
    if (elsewhere->state == State::expired) silent_.unanswered(requester.caller);
    Heard heard;
    heard.elsewhere = std::move(*elsewhere);
    co_return heard;
}

Async<Result<std::optional<Approval>>> Presenter::question_form(Approval approval, mcp::Requester& requester,
                                                                bool of_task) {
    std::string problem;
    for (int attempt = 0; attempt < attempts; ++attempt) {
        auto shown = form(approval, requester, clock_.now(), problem);
        if (of_task) shown = protocol::related_to_task(std::move(shown), approval.id);
        auto heard = co_await hear(approval, requester, std::move(shown));
        if (!heard) co_return heard.error();
        if (heard->elsewhere) co_return std::move(heard->elsewhere);
        if (!heard->answer) break;  // the row is still there to be decided elsewhere
        auto decided = co_await decide(approval, requester, approval.digest, std::move(*heard->answer));
        if (!decided) co_return decided.error();
        if (auto* next = std::get_if<Approval>(&*decided)) co_return std::optional(std::move(*next));
        problem = std::get<std::string>(*decided);
        auto now = co_await desk_.find(approval.id);  // it may have been made narrower since it was shown
        if (!now) co_return now.error();
        approval = std::move(*now);
    }
    co_return std::optional<Approval>();
}

// "accept" means that the page was opened, not that anything was approved: the row decides.
Async<Result<std::optional<Approval>>> Presenter::question_url(Approval approval, std::string address,
                                                               mcp::Requester& requester, bool of_task) {
    auto params = dialogue::page_question(approval, std::move(address), requester.context.version);
    if (of_task) params = protocol::related_to_task(std::move(params), approval.id);
    auto heard = co_await hear(approval, requester, std::move(params));
    if (!heard) co_return heard.error();
    Result<Approval> now = approval;
    if (!heard->elsewhere && !heard->answer) co_return std::optional<Approval>();
    if (heard->elsewhere) {
        now = std::move(*heard->elsewhere);
    } else {
        if (dialogue::opened_page(*heard->answer)) now = co_await hold(std::move(approval), requester);
    }
    if (!now) co_return now.error();
    co_await tell_completion(*now, requester);
    co_return std::optional(std::move(*now));
}

Async<void> Presenter::tell_completion(Approval approval, mcp::Requester& requester) {
    if (approval.state == State::pending || approval.state == State::expired) co_return;
    const auto note = protocol::write_notification("notifications/elicitation/complete",
                                                   protocol::write_elicitation_complete(approval.id));
    co_await requester.outbox.send(requester.redaction.seal(note));
}

Async<Result<Presenter::Leg>> Presenter::present_wait(Approval approval, mcp::Requester& requester) {
    const bool asks = opens_addresses(requester);
    const auto address = co_await page_.address(approval.id, !asks);
    auto note = waiting_note(approval, address);
    const auto told = co_await requester.log(protocol::LogLevel::info, logger, std::move(note));
    if (!told) co_return told.error();
    auto now = co_await hold(std::move(approval), requester);
    if (!now) co_return now.error();
    if (now->state != State::pending) co_return Leg{std::move(*now)};
    co_return Leg{co_await answer(std::move(*now), requester)};
}

Async<Result<Approval>> Presenter::hold(Approval approval, mcp::Requester& requester) {
    const auto seen = approval.state;
    const auto start = clock_.now();
    const auto end = start + hold_;
    if (const auto open = co_await requester.outbox.expect_wait(); !open) co_return open.error();
    auto current = co_await desk_.find(approval.id);  // also where nothing is held: it may be over by now
    while (current && current->state == seen && clock_.now() < end && !desk_.draining()) {
        current = co_await desk_.wait(current->id, seen, std::min(end, clock_.now() + progress_interval));
        if (!current || current->state != seen) continue;
        const auto waited = std::chrono::duration<double>(clock_.now() - start).count();
        std::string words = "Waiting for a person to approve.";
        if (seen != State::pending) words = "The call is running.";
        const auto told = co_await requester.progress(waited, {}, std::move(words));
        if (!told) co_return told.error();
    }
    co_return current;
}

}  // namespace tfy::calls
