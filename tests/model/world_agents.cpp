// What agents do.
#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>

#include "tests/model/names.hpp"
#include "tests/model/world.hpp"

namespace tfy::model {
namespace {

constexpr int held = 0, as_task = 1, by_form = 2, legacy = 3;  // manners of clients

Async<Result<mcp::MethodResult>> call_of(calls::CallTool& calls, mcp::Requester requester,
                                         protocol::CallToolParams params) {
    co_return co_await calls.call(requester, std::move(params));
}
Async<Result<protocol::Task>> task_of(calls::ApprovalTasks& tasks, mcp::Requester requester, std::string id) {
    co_return co_await tasks.get(requester, std::move(id));
}
Async<Result<void>> cancel_of(calls::ApprovalTasks& tasks, mcp::Requester requester, std::string id) {
    co_return co_await tasks.cancel(requester, std::move(id));
}

}  // namespace

// Agents ----------------------------------------------------------------------------------------------------

Json World::arguments(const std::string& tool, std::uint32_t draw) {
    const auto& ids = upstream_.token_ids();
    if (tool == remove_tool) return {{"id", ids[draw % ids.size()]}};
    if (tool == reveal) {
        const auto& known = reference_.reveal_ids();
        return {{"reveal_id", known.empty() ? "rev_" + std::string(26, 'a') : known[draw % known.size()]}};
    }
    const char* const names[] = {"ci-a", "ci-a", "ci-b", "ci-c", "ci-d", "app-x", "app-z"};
    Json made = {{"payload", {{"name", names[draw % 7]}}}};
    if ((draw >> 4) % 4 > 0) made["payload"]["expirationDate"] = expiries[(draw >> 4) % 3];
    return made;
}

// Mostly none, or one of a few: the same call is often worded anew.
std::string World::reason(std::uint32_t draw) const {
    const char* const words[] = {"", "", "", "because", "the build wants it", "once more, please"};
    if (draw % 40 == 1 && !upstream_.values().empty()) return upstream_.values().back();
    return words[draw % std::size(words)];
}

bool World::may_fail(const Process& process, const Asked& asked) const {
    const auto& values = upstream_.values();
    return process.small || std::ranges::find(values, asked.reason) != values.end();
}

std::string World::next_trace() {
    auto digits = std::to_string(++traces_);
    digits.insert(0, 32 - digits.size(), '0');
    return "00-" + digits + "-00000000000000aa-01";
}

mcp::Requester World::requester(Process& process, const Request& request) {
    protocol::ClientContext context{
        .version = request.manner == legacy ? protocol::Version::v2025_06_18 : protocol::Version::v2026_07_28,
        .progress_token = 1,
        .log_level = protocol::LogLevel::debug};
    context.capabilities.tasks = request.manner == as_task;
    context.capabilities.elicitation_form = request.manner == by_form;
    context.trace.traceparent = request.trace;
    const auto& agent = request.asked.agent;
    return {.context = std::move(context),
            .caller = {.principal = agent.principal,
                       .client = "agent " + std::to_string(traces_),
                       .default_assurance = static_cast<policy::Assurance>(agent.default_assurance),
                       .person = agent.person},
            .outbox = process.outbox,
            .redaction = process.redaction,
            .session = "session",
            .legacy = request.manner == legacy ? &process.legacy : nullptr};
}

void World::call(const Draws& draws) {
    auto& process = *some_process(draws[3]);
    const auto kind = draws[1] % 20;
    const bool revealable = !reference_.reveal_ids().empty() || kind == 19;
    const std::string tool = kind < 10 ? create : kind < 15 || !revealable ? remove_tool : reveal;
    auto& request = requests_.emplace_back();
    request.asked = {agents[(draws[0] >> 8) % 7 / 3], tool, arguments(tool, draws[2]), process.born.base_url};
    const auto* rival = some_row(draws[2] | 1U);
    if (rival != nullptr && rival->tool != reveal && draws[1] / 64 % 4 == 0) {  // what another asked for, too
        request.asked.tool = rival->tool;
        request.asked.arguments = rival->asked;
    }
    if (request.asked.tool != reveal) request.asked.reason = reason(draws[2] >> 8);
    request.manner = static_cast<int>(draws[0] % 4);
    request.server = process.born.instance;
    const auto given = reference_.given();
    if (!given.empty() && draws[1] % 64 < 32) {  // something that is permitted, or nearly so
        const auto& permission = *given[draws[2] % given.size()];
        request.asked.agent = *std::ranges::find(agents, permission.principal, &Agent::principal);
        request.asked.tool = create;
        const auto name =
            permission.names.substr(0, permission.names.find('*')) + "p" + std::to_string(draws[2] / 8 % 6);
        request.asked.arguments = {{"payload", {{"name", name}, {"expirationDate", expiries[1]}}}};
    }
    send(request, Json::object());
}

void World::send(Request& request, Json responses) {
    ++tally_.calls;
    auto& process =
        **std::ranges::find(processes_, request.server, [](const auto& each) { return each->born.instance; });
    request.trace = next_trace();
    reference_.asks(request.trace, request.asked, may_fail(process, request.asked));
    auto arguments = request.asked.arguments;
    if (!request.asked.reason.empty()) arguments["reason"] = request.asked.reason;
    protocol::CallToolParams params{.name = request.asked.tool,
                                    .arguments = std::move(arguments),
                                    .request_state = std::exchange(request.state, std::nullopt),
                                    .input_responses = std::move(responses)};
    auto answer = [this, &request, &process](const std::exception_ptr& bug,
                                             Result<mcp::MethodResult> result) {
        if (!bug) return answered(request, process, std::move(result));
        if (!request.detached) reference_.complain("a call ended with an exception");
        request.over = true;
        reference_.cut(request.trace);
    };
    boost::asio::co_spawn(process.loop,
                          call_of(process.calls, requester(process, request), std::move(params)),
                          boost::asio::bind_cancellation_slot(request.cut.slot(), std::move(answer)));
}

void World::answered(Request& request, Process& process, Result<mcp::MethodResult> answer) {
    request.over = true;
    if (request.wish) reference_.ends(request.wish, false);
    if (!answer) {
        reference_.over(request.trace, "", false);
        return reference_.shows(answer.error().message, false);
    }
    const bool reveals = answer->reveal.has_value();
    const auto redactor = process.redaction.now();
    const auto sealed = reveals ? redactor->seal_reveal(answer->result, std::move(*answer->reveal))
                                : redactor->seal(answer->result);
    const std::string text(sealed.text());
    reference_.shows(text, reveals);
    tally_.shown += reveals;
    if (answer->result_type == "task") {
        request.approval = answer->result.at("taskId").get<std::string>();
        if (!reference_.rows().contains(request.approval)) reference_.complain("a task without an approval");
        reference_.over(request.trace, request.approval, false);
    } else if (answer->result_type == "input_required") {
        request.state = answer->result.at("requestState").get<std::string>();
        const auto state = policy::open_state(*request.state, "requestState tools/call", policy::SealKey{});
        request.approval = state.value().at("approval").get<std::string>();
        const auto at = text.find("Digest: ");
        if (at != std::string::npos) request.shown = text.substr(at + 8, 14);
        reference_.over(request.trace, request.approval, false);
    } else {
        reference_.answers(request.trace, answer->result.value("structuredContent", Json(nullptr)),
                           answer->result.value("isError", false));
    }
}

// One of the last few; rather one that was approved and waits for its client.
World::Request& World::worth_asking_again(std::uint32_t draw) {
    std::vector<Request*> approved;
    for (auto& request : requests_) {
        const auto* row = reference_.row_of(request.asked);
        if (row != nullptr && row->state == "approved") approved.push_back(&request);
    }
    if (!approved.empty() && draw % 4 > 0) return *approved[(draw >> 4) % approved.size()];
    return requests_[requests_.size() - 1 - (draw >> 4) % std::min<std::size_t>(requests_.size(), 6)];
}

// The same call once more; where the last one was asked something, with an answer.
void World::retry(const Draws& draws) {
    if (requests_.empty()) return;
    auto& last = worth_asking_again(draws[0]);
    auto& process = *some_process(draws[3]);
    auto& request = requests_.emplace_back();
    request.asked = last.asked;
    request.asked.base_url = process.born.base_url;
    request.manner = last.manner;
    request.server = process.born.instance;
    request.state = std::exchange(last.state, std::nullopt);
    request.asked.approval = request.state ? last.approval : "";
    if (request.asked.tool != reveal && draws[2] / 16 % 3 == 0) request.asked.reason = reason(draws[2] >> 8);
    if (!request.state || draws[1] % 8 == 0) return send(request, Json::object());
    const auto* row =
        reference_.rows().contains(last.approval) ? &reference_.rows().at(last.approval) : nullptr;
    Wish wish{.kind = Wish::Kind::approve,
              .approval = last.approval,
              .person = row != nullptr ? "the person behind the client" : "",
              .digest = last.shown,
              .typed = row != nullptr && draws[2] % 10 > 0 ? row->subject : "wrong",
              .reason = "fine",
              .server = request.server,
              .tells = false};
    if (draws[1] % 8 == 1) wish.kind = Wish::Kind::deny;
    if (draws[1] % 8 == 2) wish.kind = Wish::Kind::withdraw;
    Json said = {{"action", wish.kind == Wish::Kind::withdraw ? "cancel" : "accept"}};
    if (wish.kind != Wish::Kind::withdraw)
        said["content"] = {{"decision", wish.kind == Wish::Kind::deny ? "deny" : "approve"},
                           {"confirm_name", wish.typed},
                           {"reason", wish.reason}};
    request.wish = reference_.begins(std::move(wish));
    send(request, {{"approval", std::move(said)}});
}

// A call whose request has ended, most likely in a way that its caller was not told yet; or one that waits.
void World::again(const Draws& draws) {
    std::vector<const Row*> untold;
    std::vector<const Row*> all;
    for (const auto& [id, row] : reference_.rows()) {
        if (row.tool == reveal && row.number % 2 == 0) continue;
        all.push_back(&row);
        if (!row.open() && row.first_told == policy::Time::max()) untold.push_back(&row);
    }
    const auto& from = untold.empty() || draws[1] % 4 == 0 ? all : untold;
    if (from.empty()) return;
    call_again(*from[draws[0] % from.size()], *some_process(draws[3]), draws[2]);
}

void World::call_again(const Row& row, Process& process, std::uint32_t draw) {
    ++tally_.repeated;
    auto& request = requests_.emplace_back();
    request.asked = {row.agent, row.tool, row.asked, process.born.base_url};
    if (row.tool != reveal) request.asked.reason = reason(draw >> 8);
    request.manner = static_cast<int>(draw % 4);
    request.server = process.born.instance;
    send(request, Json::object());
}

// Each call that anyone made, once more: whatever was decided is told now, if it was not before.
void World::ask_for_outcomes() {
    std::vector<const Row*> newest;
    for (const auto& [id, row] : reference_.rows())
        if (reference_.row_of({row.agent, row.tool, row.asked, row.base_url}) == &row) newest.push_back(&row);
    for (const auto* row : newest)
        for (const auto& process : processes_)
            if (process->born.base_url == row->base_url) {
                call_again(*row, *process, held);
                break;
            }
    rest();
}

void World::cancel(const Draws& draws) {
    std::vector<Request*> waiting;
    for (auto& request : requests_)
        if (!request.over) waiting.push_back(&request);
    if (waiting.empty()) return;
    auto& request = *waiting[draws[0] % waiting.size()];
    request.detached = true;
    request.cut.emit(boost::asio::cancellation_type::terminal);
}

void World::get_task(const Draws& draws) {
    std::vector<Request*> tasks;
    std::vector<Request*> ready;
    for (auto& request : requests_) {
        if (request.manner != as_task || request.approval.empty()) continue;
        tasks.push_back(&request);
        if (reference_.rows().at(request.approval).state == "approved") ready.push_back(&request);
    }
    if (!ready.empty() && draws[1] % 4 > 0) tasks = ready;
    if (tasks.empty()) return;
    auto asked = tasks[draws[0] % tasks.size()]->asked;
    asked.approval = tasks[draws[0] % tasks.size()]->approval;
    auto& process = *some_process(draws[3]);
    auto& request = requests_.emplace_back();
    request.asked = std::move(asked);
    request.manner = as_task;
    request.server = process.born.instance;
    request.trace = next_trace();
    reference_.asks(request.trace, request.asked, may_fail(process, request.asked));
    auto id = request.asked.approval;
    auto done = [this, &request](Result<protocol::Task> task) {
        request.over = true;
        if (!task) {
            reference_.over(request.trace, "", false);
            return reference_.shows(task.error().message, false);
        }
        reference_.shows(protocol::write_task(*task, protocol::Version::v2026_07_28).dump(), false);
        if (task->status == protocol::Task::Status::completed)
            reference_.answers(request.trace, task->result.value("structuredContent", Json(nullptr)),
                               task->result.value("isError", false));
        else
            reference_.over(request.trace, task->id, task->status == protocol::Task::Status::cancelled);
    };
    run(process, task_of(process.tasks, requester(process, request), std::move(id)), std::move(done));
}

void World::cancel_task(const Draws& draws) {
    const auto* row = some_row(draws[0]);
    if (row == nullptr) return;
    auto& process = *some_process(draws[3]);
    Request as{};
    as.asked.agent = row->agent;
    as.manner = as_task;
    const auto wish = reference_.begins({.kind = Wish::Kind::withdraw,
                                         .approval = row->id,
                                         .person = "its client",
                                         .server = process.born.instance,
                                         .tells = false});
    run(process, cancel_of(process.tasks, requester(process, as), row->id),
        [this, wish](const Result<void>&) { reference_.ends(wish, false); });
}

}  // namespace tfy::model
