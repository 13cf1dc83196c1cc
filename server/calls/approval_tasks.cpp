#include "server/calls/approval_tasks.hpp"

#include "policy/sealed_state.hpp"

namespace tfy::calls {
namespace {

using policy::Approval;
using protocol::Task;
using State = Approval::State;

constexpr std::size_t page_size = 50;
constexpr std::size_t most_questions = 4096;
constexpr int most_attempts = 4;  // of one form: then only page and terminal are left, as for calls
constexpr std::chrono::seconds task_interval{5};

Error stopping() { return {Errc::closed, "The server is stopping. The task is kept: ask for it again."}; }

policy::Trace trace_of(const mcp::Requester& requester) {
    return {requester.context.trace.traceparent, requester.context.trace.tracestate};
}

}  // namespace

ApprovalTasks::ApprovalTasks(approvals::Approvals& desk, Presenter& presenter, CallTool& calls,
                             const Clock& clock)
    : desk_(desk), presenter_(presenter), calls_(calls), clock_(clock), process_(policy::random_id(10)) {}

// Whatever is not there for this caller looks the same.
Async<Result<Approval>> ApprovalTasks::own(const mcp::Requester& requester, std::string id) {
    auto found = co_await desk_.find(std::move(id));
    if (!found && found.error().code == Errc::not_found) co_return protocol::unknown_task();
    if (!found) co_return found.error();
    const bool theirs = found->call.caller.principal == requester.caller.principal;
    if (!theirs || !calls_.may_be_task(found->call.tool)) co_return protocol::unknown_task();
    co_return found;
}

Async<Result<Task>> ApprovalTasks::get(mcp::Requester& requester, std::string id) {
    auto approval = co_await own(requester, std::move(id));
    if (!approval) co_return approval.error();
    if (approval->state == State::approved) calls_.carry_out(*approval, trace_of(requester));
    // A modern task brings its result with it; a legacy client has to ask for it.
    if (protocol::is_modern(requester.context.version)) co_await desk_.told(*approval);
    co_return co_await seen_by(std::move(*approval), requester);
}

Async<Task> ApprovalTasks::seen_by(Approval approval, mcp::Requester& requester) {
    auto task = co_await presenter_.task(approval, requester);
    if (approval.state != State::pending && pending_requests_.erase(approval.id) > 0)
        presenter_.settled(approval, requester);
    const bool modern = protocol::is_modern(requester.context.version);
    if (task.status != Task::Status::input_required || !modern) co_return task;
    const auto* question = question_for(approval, requester);
    if (question == nullptr) {
        task.status = Task::Status::working;
        co_return task;
    }
    auto form = presenter_.form(approval, requester, question->asked, question->problem);
    task.input_requests[question->key] = {{"method", "elicitation/create"}, {"params", std::move(form)}};
    co_return task;
}

const ApprovalTasks::Question* ApprovalTasks::question_for(const Approval& approval,
                                                           const mcp::Requester& requester) {
    auto found = pending_requests_.find(approval.id);
    if (found == pending_requests_.end()) {
        forget_late();
        found = pending_requests_.emplace(approval.id, Question{}).first;
    }
    auto& question = found->second;
    if (question.attempt >= most_attempts) return nullptr;
    if (question.key.empty() || question.digest != approval.digest) {
        question.key = next_key();
        question.digest = approval.digest;
        question.asked = clock_.now();
        presenter_.asked(approval, requester);
    }
    return &question;
}

std::string ApprovalTasks::next_key() { return "approval-" + process_ + "-" + std::to_string(++keys_); }

// Questions of requests that nobody looks at any more stay behind; open ones are few (RequestLimits). One
// that goes too early is asked again, under another key.
void ApprovalTasks::forget_late() {
    if (pending_requests_.size() >= most_questions) pending_requests_.clear();
}

Async<Result<void>> ApprovalTasks::update(mcp::Requester& requester, protocol::UpdateTask update) {
    auto approval = co_await own(requester, std::move(update.id));
    if (!approval) co_return approval.error();
    const auto found = pending_requests_.find(approval->id);
    if (found == pending_requests_.end() || found->second.key.empty()) co_return Result<void>{};
    const auto response = update.responses.find(found->second.key);
    const bool counts = response != update.responses.end() && approval->state == State::pending &&
                        presenter_.form_may_decide(*approval, requester);
    if (!counts) co_return Result<void>{};
    found->second.key.clear();  // answered: nobody else can use it
    presenter_.answered(*approval, requester);
    const auto id = approval->id;
    auto shown_digest = found->second.digest;
    const auto decided =
        co_await presenter_.decide(std::move(*approval), requester, std::move(shown_digest), *response);
    if (!decided) co_return decided.error();
    const auto* problem = std::get_if<std::string>(&*decided);
    if (problem == nullptr) {
        pending_requests_.erase(id);
    } else if (const auto again = pending_requests_.find(id); again != pending_requests_.end()) {
        again->second.problem = *problem;
        ++again->second.attempt;
    }
    co_return Result<void>{};
}

Async<Result<void>> ApprovalTasks::cancel(mcp::Requester& requester, std::string id) {
    auto approval = co_await own(requester, std::move(id));
    if (!approval) co_return approval.error();
    const bool over = !policy::is_open(approval->state);
    if (over && !protocol::is_modern(requester.context.version))
        co_return Error{Errc::invalid_params,
                        "This task is over: " + std::string(policy::to_string(approval->state)) +
                            ". It cannot be cancelled any more. Nothing was done."};
    if (approval->state != State::pending && approval->state != State::approved) co_return Result<void>{};
    const auto withdrawn = co_await desk_.withdraw(approval->id, "its client");
    if (!withdrawn && withdrawn.error().code == Errc::storage) co_return withdrawn.error();
    co_return Result<void>{};  // where it was decided or begun meanwhile, the task says so
}

Async<Result<ApprovalTasks::Listed>> ApprovalTasks::list(mcp::Requester& requester,
                                                         std::optional<std::string> cursor) {
    const Error not_given{
        Errc::invalid_params,
        "params.cursor was not given out for this list. Nothing was done. Start again without a "
        "cursor."};
    if (cursor && cursor->empty()) co_return not_given;
    auto page = co_await desk_.list_of(requester.caller.principal, cursor.value_or(""), page_size + 1);
    if (!page && page.error().code == Errc::not_found) co_return not_given;
    if (!page) co_return page.error();
    Listed listed;
    if (page->size() > page_size) {
        page->resize(page_size);
        listed.next_cursor = page->back().id;
    }
    for (auto& approval : *page) {
        if (!calls_.may_be_task(approval.call.tool)) continue;
        auto task = co_await presenter_.task(std::move(approval), requester);
        listed.tasks.push_back(std::move(task));
    }
    co_return listed;
}

Async<Result<mcp::MethodResult>> ApprovalTasks::result(mcp::Requester& requester, std::string id) {
    const auto since = clock_.now();
    bool ask = true;
    for (;;) {
        auto approval = co_await own(requester, id);
        if (!approval) co_return approval.error();
        if (!policy::is_open(approval->state))
            co_return co_await presenter_.answer(std::move(*approval), requester);
        if (desk_.draining()) co_return stopping();
        if (approval->state == State::approved) calls_.carry_out(*approval, trace_of(requester));
        const bool asks = ask && approval->state == State::pending && asking_.insert(id).second;
        if (!asks) {
            const auto waited = co_await wait_on(std::move(*approval), requester, since);
            if (!waited) co_return waited.error();
            continue;
        }
        ask = false;
        const std::unique_ptr<const std::string, std::function<void(const std::string*)>> leave(
            &id, [this](const std::string* mine) { asking_.erase(*mine); });
        const auto answered = co_await presenter_.question(std::move(*approval), requester, true);
        if (!answered) co_return answered.error();
    }
}

Async<Result<void>> ApprovalTasks::wait_on(Approval approval, mcp::Requester& requester, policy::Time since) {
    if (const auto open = co_await requester.outbox.expect_wait(); !open) co_return open.error();
    const auto now = clock_.now();
    const auto seen = approval.state;
    std::string words = "Waiting for a person to approve.";
    if (seen != State::pending) words = "The call is running.";
    const auto waited = std::chrono::duration<double>(now - since).count();
    if (const auto told = co_await requester.progress(waited, {}, std::move(words)); !told)
        co_return told.error();
    const auto next = co_await desk_.wait(approval.id, seen, now + task_interval);
    if (!next) co_return next.error();
    co_return Result<void>{};
}

}  // namespace tfy::calls
