#include "server/calls/current_answers.hpp"

#include "protocol/tool.hpp"
#include "server/calls/task_of.hpp"
#include "tools/own_command.hpp"

namespace tfy::calls {

using policy::Approval;

mcp::MethodResult write_answer(tools::ToolResult result, protocol::Version version) {
    return {.result = protocol::write_tool_result(std::move(result.text), std::move(result.structured),
                                                  result.is_error, version),
            .reveal = std::move(result.reveal)};
}

Async<void> CurrentAnswers::bring_up_to_date(tools::ToolResult& outcome, const Approval& approval) {
    if (bring_up_to_date_ && outcome.structured.is_object()) co_await bring_up_to_date_(outcome, approval);
}

Async<Approval> CurrentAnswers::as_it_is(Approval approval) {
    auto outcome = read_outcome(approval.outcome);
    const bool tells = approval.state() == Approval::State::succeeded && outcome.structured.is_object();
    if (!tells || !bring_up_to_date_) co_return approval;
    co_await bring_up_to_date_(outcome, approval);
    approval.outcome = outcome_of(outcome);
    co_return approval;
}

// Where a person can decide on it, while it is open.
Async<DecisionLinks> CurrentAnswers::links(Approval approval, bool lead_person_there) {
    DecisionLinks links;
    if (!policy::is_open(approval.state())) co_return links;
    links.stopping = desk_.draining();
    if (!links.stopping) links.page = co_await page_.address(approval.id, lead_person_there);
    if (approval.terms().min_assurance <= policy::Assurance::terminal)
        links.terminal = tools::own_command("approvals approve " + approval.id);
    if (first_person_ && approval.state() == Approval::State::pending)
        links.first_person = co_await first_person_();
    co_return links;
}

Async<tools::ToolResult> CurrentAnswers::status(Approval approval) {
    approval = co_await as_it_is(std::move(approval));
    const auto where = co_await links(approval, false);
    auto answer = status_answer(approval, where, clock_.now(), desk_.seals());
    co_await desk_.told(std::move(approval));
    co_return answer;
}

Async<mcp::MethodResult> CurrentAnswers::answer(Approval approval, const mcp::Requester& requester) {
    auto where = co_await status(std::move(approval));
    co_return write_answer(std::move(where), requester.context.version);
}

Async<protocol::Task> CurrentAnswers::task(Approval approval, dialogue::ClientAbilities client) {
    approval = co_await as_it_is(std::move(approval));
    const bool form = dialogue::form_may_decide(client, approval);
    // In 2025-11-25 the address is asked for on the stream of tasks/result, too; a modern task has forms
    // only.
    const bool address = !protocol::is_modern(client.version) && client.opens_addresses;
    const bool leads = approval.state() == Approval::State::pending && !form && !address;
    const auto where = co_await links(approval, leads);
    const TaskOptions options{.version = client.version,
                              .client_decides = form || (address && !where.page.empty()),
                              .claim_window = desk_.claim_window()};
    co_return task_of(approval, where, options, clock_.now(), desk_.seals());
}

Async<mcp::MethodResult> CurrentAnswers::created_task(Approval approval, dialogue::ClientAbilities client) {
    const auto version = client.version;
    auto made = co_await task(std::move(approval), std::move(client));
    // Tasks of 2025-11-25 begin as working, whatever they wait for.
    if (!protocol::is_modern(version)) made.status = protocol::Task::Status::working;
    co_return mcp::MethodResult{.result = protocol::write_created_task(made, version),
                                .result_type = protocol::is_modern(version) ? "task" : "complete"};
}

}  // namespace tfy::calls
