#include "server/calls/approval_tasks.hpp"

#include "protocol/task.hpp"

namespace tfy::calls {
namespace {

using policy::Approval;
using protocol::Task;
using State = Approval::State;

constexpr std::size_t page_size = 50;
constexpr std::size_t most_questions = 4096;
constexpr std::chrono::seconds task_interval{5};

Error stopping() { return {Errc::closed, "The server is stopping. The task is kept: ask for it again."}; }

}  // namespace

ApprovalTasks::ApprovalTasks(approvals::Approvals& desk, Drivers& drivers, CallTool& calls,
                             const Clock& clock)
    : desk_(desk), drivers_(drivers), calls_(calls), clock_(clock), process_(policy::random_id(10)) {}

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
    if (approval->state() == State::approved) calls_.carry_out(*approval, requester.trace());
    // A modern task brings its result with it; a legacy client has to ask for it.
    if (protocol::is_modern(requester.context.version)) co_await desk_.told(*approval);
    co_return co_await with_question(std::move(*approval), requester);
}

Async<Task> ApprovalTasks::with_question(Approval approval, const mcp::Requester& requester) {
    const auto client = co_await drivers_.dialogues.client_of(approval, requester);
    auto task = co_await drivers_.answers.task(approval, client);
    if (approval.state() != State::pending && questions_.erase(approval.id) > 0)
        drivers_.dialogues.count(approval, requester, dialogue::Looked{});
    if (task.status != Task::Status::input_required || !protocol::is_modern(client.version)) co_return task;
    auto& question = question_about(approval.id);
    const bool fresh = question.key.empty() || question.position.shown != approval.digest();
    if (fresh) question.asked = clock_.now();
    auto step = dialogue::resume(question.position, client, approval, dialogue::CameBack{}, question.asked,
                                 requester.redaction);
    auto* show = std::get_if<dialogue::Show>(&step);
    if (show == nullptr || show->way != dialogue::Show::Way::form) {
        task.status = Task::Status::working;
        co_return task;
    }
    if (fresh) {
        question.key = "approval-" + process_ + "-" + std::to_string(++keys_);
        drivers_.dialogues.asked(approval, requester);
    }
    task.input_requests[question.key] = {{"method", "elicitation/create"},
                                         {"params", std::move(show->question)}};
    co_return task;
}

// Questions of requests that no one looks at any more stay behind; open ones are few (RequestLimits). One
// that goes too early is asked again, under another key.
ApprovalTasks::Question& ApprovalTasks::question_about(const std::string& approval_id) {
    if (questions_.size() >= most_questions && !questions_.contains(approval_id)) questions_.clear();
    return questions_[approval_id];
}

Async<Result<void>> ApprovalTasks::update(mcp::Requester& requester, protocol::UpdateTask update) {
    auto approval = co_await own(requester, std::move(update.id));
    if (!approval) co_return approval.error();
    const auto id = approval->id;
    const auto client = co_await drivers_.dialogues.client_of(*approval, requester);
    const auto found = questions_.find(id);
    if (found == questions_.end() || found->second.key.empty()) co_return Result<void>{};
    const auto response = update.responses.find(found->second.key);
    const bool counts = response != update.responses.end() && approval->state() == State::pending &&
                        dialogue::form_may_decide(client, *approval);
    if (!counts) co_return Result<void>{};
    found->second.key.clear();  // answered: no one else can use it
    auto position = found->second.position;
    dialogue::Event event = dialogue::Answered{*response};
    drivers_.dialogues.count(*approval, requester, event);
    const auto step = co_await drivers_.dialogues.next(position, client, *approval, std::move(event));
    if (!step) co_return step.error();
    const bool unclear =
        std::holds_alternative<dialogue::Show>(*step) || std::holds_alternative<dialogue::Hold>(*step);
    if (!unclear)
        questions_.erase(id);
    else if (const auto again = questions_.find(id); again != questions_.end())
        again->second.position = std::move(position);
    co_return Result<void>{};
}

Async<Result<void>> ApprovalTasks::cancel(mcp::Requester& requester, std::string id) {
    auto approval = co_await own(requester, std::move(id));
    if (!approval) co_return approval.error();
    const bool over = !policy::is_open(approval->state());
    if (over && !protocol::is_modern(requester.context.version))
        co_return Error{Errc::invalid_params,
                        "This task has ended: " + std::string(policy::to_string(approval->state())) +
                            ". It can no longer be cancelled. Nothing was done."};
    if (approval->state() != State::pending && approval->state() != State::approved) co_return Result<void>{};
    const auto withdrawn = co_await desk_.withdraw(approval->id, "its client");
    if (!withdrawn && withdrawn.error().code == Errc::storage) co_return withdrawn.error();
    co_return Result<void>{};  // if it was decided or begun meanwhile, the task says so
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
        auto client = co_await drivers_.dialogues.client_of(approval, requester);
        auto task = co_await drivers_.answers.task(std::move(approval), std::move(client));
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
        if (!policy::is_open(approval->state()))
            co_return co_await drivers_.answers.answer(std::move(*approval), requester);
        if (desk_.draining()) co_return stopping();  // nothing more is asked or begun
        if (approval->state() == State::approved) calls_.carry_out(*approval, requester.trace());
        const bool asks = ask && approval->state() == State::pending && asking_.insert(id).second;
        if (!asks) {
            const auto woken = co_await wait_on(std::move(*approval), requester, since);
            if (!woken) co_return woken.error();
            if (*woken == approvals::Woken::draining) co_return stopping();
            continue;
        }
        ask = false;
        const std::unique_ptr<const std::string, std::function<void(const std::string*)>> leave(
            &id, [this](const std::string* mine) { asking_.erase(*mine); });
        const auto answered =
            co_await drivers_.stream.converse(std::move(*approval), requester, StreamDriver::Of::task);
        if (!answered) co_return answered.error();
    }
}

Async<Result<approvals::Woken>> ApprovalTasks::wait_on(Approval approval, mcp::Requester& requester,
                                                       policy::Time since) {
    if (const auto open = co_await requester.outbox.expect_wait(); !open) co_return open.error();
    const auto now = clock_.now();
    const auto seen = approval.state();
    std::string words = "Waiting for a person to approve.";
    if (seen != State::pending) words = "The call is running.";
    const auto waited = std::chrono::duration<double>(now - since).count();
    if (const auto told = co_await requester.progress(waited, {}, std::move(words)); !told)
        co_return told.error();
    const auto next = co_await desk_.wait(approval.id, seen, now + task_interval);
    if (!next) co_return next.error();
    co_return next->woken;
}

}  // namespace tfy::calls
