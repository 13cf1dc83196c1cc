#include "server/calls/call_tool.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include "protocol/arguments.hpp"
#include "protocol/text_in.hpp"
#include "server/approvals/applicable_rule.hpp"
#include "server/calls/approval_answer.hpp"
#include "server/calls/task_of.hpp"
#include "server/loop/failpoint.hpp"

namespace tfy::calls {

namespace asio = boost::asio;

namespace {

using policy::Approval;
using State = policy::Approval::State;
using tools::ToolResult;

// A call that wants to be a task is answered with a task or, if it does not come to one, with an error: a
// client of 2025-11-25 does not look for a tool's result there.
Result<mcp::MethodResult> refusal(const Error& error, const protocol::CallToolParams& params,
                                  protocol::Version version) {
    auto told = failure(error);
    if (!params.task) return write_answer(std::move(told), version);
    const bool about_it = error.code == Errc::refused || error.code == Errc::denied;
    return Error{about_it ? Errc::invalid_params : error.code, std::move(told.text)};
}

bool becomes_task(const Json& definition, const mcp::Requester& requester,
                  const protocol::CallToolParams& params) {
    if (!may_be_task(definition)) return false;
    const auto& client = requester.context;
    // A retry goes on with the questions that it was asked as a call.
    if (protocol::is_modern(client.version)) return client.capabilities.tasks && !params.request_state;
    return params.task.has_value();
}

// The call as it was approved: a person may have made it narrower than it was asked. Any other call stays as
// it is, and the claim refuses it.
policy::Call as_approved(policy::Call asked, const Approval& approval) {
    if (policy::digest(asked) == approval.asked_digest) asked.arguments = approval.call.arguments;
    return asked;
}

constexpr auto went_away = "cancelled";

/// "complete", "input_required", "task", or "error" of a result that says that it is one.
std::string_view kind_of(const Result<mcp::MethodResult>& answer) {
    if (!answer) return "error";
    const auto failed = answer->result.find("isError");
    const bool is_error = failed != answer->result.end() && failed->is_boolean() && failed->get<bool>();
    return is_error ? std::string_view("error") : std::string_view(answer->result_type);
}

std::string status_in(const Result<mcp::MethodResult>& answer) {
    if (!answer) return {};
    const auto structured = answer->result.find("structuredContent");
    const bool told = structured != answer->result.end() && structured->is_object();
    return told ? protocol::text_in(*structured, "status") : std::string{};
}

}  // namespace

CallTool::CallTool(Rooms rooms, std::string server, tools::BaseUrl base_url)
    : deps_(rooms),
      server_(std::move(server)),
      base_url_(std::move(base_url)),
      definitions_(rooms.catalog.definitions()),
      counts_(rooms.catalog) {
    std::erase_if(definitions_, [this](const Json& each) { return !deps_.offer.includes(each); });
    for (const auto& each : definitions_) names_.insert(each.at("name").get<std::string>());
    if (names_.size() < rooms.catalog.entries().size())
        for (auto& each : definitions_) each = tools::fitting_definition(std::move(each), names_);
}

std::string CallTool::as_written() const {
    std::string all;
    for (const auto& each : definitions_) {
        all += all.empty() ? '[' : ',';
        all += registry::as_written(each.at("name").get_ref<const std::string&>());
    }
    return all.empty() ? "[]" : all + ']';
}

const CallTool::Entry* CallTool::offered(std::string_view tool) const {
    const auto* entry = deps_.catalog.find(tool);
    return entry != nullptr && deps_.offer.includes(entry->definition) ? entry : nullptr;
}

std::optional<Error> CallTool::why_not_callable(const Entry* entry,
                                                const protocol::CallToolParams& params) const {
    if (entry == nullptr)
        return Error{Errc::invalid_params,
                     "Unknown tool " + deps_.redaction.quoted(params.name) + ". List the tools first."};
    if (offered(params.name) == nullptr)
        return Error{Errc::invalid_params, std::string(entry->tool->name()) +
                                               " is switched off on this server, by --read-only or --tools. "
                                               "Nothing was done. Use the tools that are listed."};
    if (params.task && !calls::may_be_task(entry->definition))
        return Error{Errc::method_not_found, std::string(entry->tool->name()) +
                                                 " cannot be called as a task. Nothing was done. Call it "
                                                 "without params.task."};
    return std::nullopt;
}

Async<Result<mcp::MethodResult>> CallTool::call(mcp::Requester& requester, protocol::CallToolParams params) {
    const auto* entry = deps_.catalog.find(params.name);
    auto counted = counts_.begin(entry);
    if (auto why_not = why_not_callable(entry, params)) {
        counted.ended(*why_not);
        log_call(entry, requester, "error");
        co_return std::move(*why_not);
    }
    Result<mcp::MethodResult> answer = Error{Errc::internal, "This call has no answer yet."};
    try {
        answer = co_await answer_of(*entry, requester, std::move(params));
    } catch (const boost::system::system_error& cut) {
        log_call(entry, requester, cut.code() == asio::error::operation_aborted ? went_away : "error");
        throw;
    }
    // Whatever it would have been told: its caller is there no more, or the server stops.
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none || requester.outbox.gone()) {
        log_call(entry, requester, went_away);
        co_return answer;
    }
    counted.ended(answer);
    log_call(entry, requester, kind_of(answer), status_in(answer));
    co_return answer;
}

void CallTool::turned_away(const mcp::Requester& requester, const std::string& tool,
                           const Result<mcp::MethodResult>& answer) {
    const auto* entry = deps_.catalog.find(tool);
    counts_.begin(entry).ended(answer);
    log_call(entry, requester, kind_of(answer), status_in(answer));
}

Async<Result<mcp::MethodResult>> CallTool::answer_of(const Entry& entry, mcp::Requester& requester,
                                                     protocol::CallToolParams params) {
    const auto version = requester.context.version;
    auto call = make_call(entry, requester, params.arguments);
    if (!call) co_return refusal(call.error(), params, version);
    if (entry.changes != nullptr) co_return co_await change(entry, std::move(*call), requester, params);
    auto result = co_await read(entry, std::move(*call));
    if (!result) co_return write_answer(failure(result.error()), version);
    if (result->leads_to) {
        auto led = co_await lead_to_page(entry, requester, params, *result);
        if (!led) co_return led.error();
        if (*led) co_return std::move(**led);
    }
    if (!result->again) co_return write_answer(std::move(*result), version);
    auto make = [make = std::move(result->again->make), version] {
        return write_answer(make(), version).result;
    };
    co_return mcp::MethodResult{.again = mcp::Again{std::move(result->again->is), std::move(make)}};
}

// One line for each call; its trace is how it is found again in what other systems logged. A tool that there
// is not is called "unknown", as among the metrics.
void CallTool::log_call(const Entry* entry, const mcp::Requester& requester, std::string_view ended,
                        const std::string& status) const {
    const auto trace = requester.trace().id();
    std::vector<observability::Log::Text> fields{
        {"answer", ended}, {"client", requester.caller.client}, {"principal", requester.caller.principal}};
    if (!status.empty()) fields.push_back({"status", status});
    fields.push_back({"tool", entry == nullptr ? std::string_view("unknown") : entry->tool->name()});
    if (!trace.empty()) fields.push_back({"trace", trace});
    deps_.log.info_again("tools/call", fields);
}

Result<policy::Call> CallTool::make_call(const Entry& entry, const mcp::Requester& requester,
                                         Json arguments) const {
    arguments = protocol::as_meant(entry.definition.at("inputSchema"), std::move(arguments));
    if (const auto fits = entry.input().validate(arguments); !fits)
        return Error{Errc::refused,
                     "The arguments do not fit: " + tools::fitting_words(fits.error().message, names_) +
                         " Nothing was done."};
    const auto redactor = deps_.redaction.fresh();
    if (!redactor) return redactor.error();
    if ((*redactor)->scrub(arguments) != arguments)
        return Error{Errc::refused,
                     "An argument holds the value of an access token. Values are never accepted, stored or "
                     "repeated. Nothing was done."};
    auto canonical = entry.tool->canonical(std::move(arguments), deps_.clock.now());
    if (!canonical) return canonical.error();
    policy::Call call{.server = server_,
                      .base_url = base_url_.now(),
                      .tool = std::string(entry.tool->name()),
                      .tool_version = entry.version(),
                      .effect = entry.tool->effect(),
                      .arguments = std::move(*canonical),
                      .caller = requester.caller};
    policy::take_reason(call);
    call.caller.trace = requester.trace();
    return call;
}

Async<Result<ToolResult>> CallTool::look(const mcp::Requester& requester, std::string tool, Json arguments) {
    const auto* entry = deps_.catalog.find(tool);
    if (entry != nullptr && offered(tool) == nullptr)
        co_return Error{Errc::denied, tool + " is switched off on this server. Nothing was done."};
    if (entry == nullptr || entry->reads == nullptr)
        co_return Error{Errc::internal, "There is no reading tool of this name. Nothing was done."};
    auto call = make_call(*entry, requester, std::move(arguments));
    if (!call) co_return call.error();
    auto result = co_await read(*entry, std::move(*call));
    if (!result) co_return result.error();
    co_return tools::made(std::move(*result));
}

bool CallTool::may_look(const mcp::Requester& requester, std::string_view tool, Json arguments) const {
    const auto* entry = offered(tool);
    if (entry == nullptr || entry->reads == nullptr) return false;
    auto call = make_call(*entry, requester, std::move(arguments));
    if (!call) return false;
    return std::holds_alternative<policy::ReadPermit>(
        deps_.gate.now()->judge(std::move(*call), "", deps_.clock.now()));
}

Async<Result<ToolResult>> CallTool::read(const Entry& entry, policy::Call call) {
    auto verdict = deps_.gate.now()->judge(std::move(call), "", deps_.clock.now());
    if (const auto* refusal = std::get_if<policy::Denial>(&verdict))
        co_return Error{Errc::denied, approvals::words(*refusal)};
    auto* permit = std::get_if<policy::ReadPermit>(&verdict);
    if (permit == nullptr)
        co_return Error{Errc::refused,
                        "This call needs an approval that reading calls cannot have. Nothing was done."};
    co_return co_await entry.reads->run(std::move(*permit));
}

// The request that answers this call, else none.
Async<Result<std::optional<Approval>>> CallTool::answering(const Entry& entry, const policy::Call& call) {
    using Found = std::optional<Approval>;
    auto found = co_await deps_.desk.find_answering(call);
    if (!found || !*found || (*found)->state() != State::succeeded) co_return found;
    auto structured = read_outcome((*found)->outcome).structured;
    const auto stands = co_await entry.changes->stands(call, std::move(structured));
    if (!stands || *stands) co_return found;  // if it cannot be read, what was so is told
    if (auto over = co_await deps_.desk.answers_no_more((*found)->id); !over) co_return over.error();
    co_return Found{};
}

// Read with the key that the request is then for, should it be replaced meanwhile.
Async<Result<policy::Facts>> CallTool::facts_of(const Entry& entry, const policy::Call& call) {
    for (;;) {
        const auto holder = deps_.desk.key_in_use(call.caller);
        auto facts = co_await entry.changes->facts(call);
        if (holder.print == deps_.desk.key_in_use(call.caller).print) co_return facts;
    }
}

// What answers the call already, else a new request: facts first, so that the rule can see the token's name
// and the person the target.
Async<Result<Approval>> CallTool::approval_for(const Entry& entry, const policy::Call& call) {
    auto before = co_await answering(entry, call);
    if (!before) co_return before.error();
    if (*before) co_return co_await deps_.desk.reword(std::move(**before), call.reason);
    auto facts = co_await facts_of(entry, call);
    if (!facts) co_return facts.error();
    const auto subject = facts->subject;
    auto verdict = deps_.gate.now()->judge(call, subject, deps_.clock.now());
    if (const auto* refusal = std::get_if<policy::Denial>(&verdict))
        co_return Error{Errc::denied, approvals::words(*refusal)};
    auto* ask = std::get_if<policy::Ask>(&verdict);
    if (ask == nullptr)
        co_return Error{Errc::internal,
                        "A changing call was let through without an approval. Nothing was done."};
    auto rule =
        approvals::applicable_rule(*deps_.gate.now(), *ask, entry.changes->parts(*facts), deps_.clock.now());
    if (!rule) co_return rule.error();
    ask->rule = std::move(*rule);
    const auto terms = policy::terms_of(ask->rule, call.caller, facts->yields_value);
    if (auto why_not = deps_.drivers.dialogues.unreachable(terms, call.caller))
        co_return Error{
            Errc::no_approval_channel,
            "No person can approve this call. " + *why_not +
                " Nothing was done, and no person was asked. The server's operator can change its rules."};
    auto opened = co_await deps_.desk.open(std::move(*ask), std::move(*facts), call.reason);
    if (!opened) co_return opened.error();
    if (!opened->attached) co_return std::move(opened->approval);
    co_return co_await deps_.desk.reword(std::move(opened->approval), call.reason);  // another was first
}

Async<Result<mcp::MethodResult>> CallTool::change(const Entry& entry, policy::Call call,
                                                  mcp::Requester& requester,
                                                  const protocol::CallToolParams& params) {
    const auto version = requester.context.version;
    dialogue::Position position;
    Result<Approval> approval = Error{};
    if (params.request_state) {
        auto opened = deps_.drivers.modern.open_state(*params.request_state, call);
        if (!opened) co_return opened.error();
        position = std::move(opened->position);
        approval = co_await deps_.desk.find(opened->approval_id);
        if (approval) approval = co_await deps_.desk.reword(std::move(*approval), call.reason);
    } else {
        approval = co_await approval_for(entry, call);
    }
    if (!approval) co_return refusal(approval.error(), params, version);
    if (becomes_task(entry.definition, requester, params)) {
        auto client = co_await deps_.drivers.dialogues.client_of(*approval, requester);
        co_return co_await deps_.drivers.answers.created_task(std::move(*approval), std::move(client));
    }
    auto leg = co_await converse(std::move(*approval), requester, params, std::move(position));
    if (!leg) co_return write_answer(failure(leg.error()), version);
    if (auto* answer = std::get_if<mcp::MethodResult>(&*leg)) co_return std::move(*answer);
    co_return co_await settle(entry, std::move(call), std::get<Approval>(std::move(*leg)), requester);
}

// The person is asked through the client, if it can, and the call waits for them.
Async<Result<ModernDriver::Leg>> CallTool::converse(Approval approval, mcp::Requester& requester,
                                                    const protocol::CallToolParams& params,
                                                    dialogue::Position position) {
    if (protocol::is_modern(requester.context.version))
        co_return co_await deps_.drivers.modern.converse(std::move(approval), requester, params,
                                                         std::move(position));
    auto now = co_await deps_.drivers.stream.converse(std::move(approval), requester, StreamDriver::Of::call);
    if (!now) co_return now.error();
    co_return ModernDriver::Leg{std::move(*now)};
}

// Approved: run it, or wait for the caller that runs it. Otherwise say where it is.
Async<Result<mcp::MethodResult>> CallTool::settle(const Entry& entry, policy::Call call, Approval decided,
                                                  mcp::Requester& requester) {
    const auto version = requester.context.version;
    co_await tell_decision(decided, requester);
    Result<Approval> approval = std::move(decided);
    if (approval->state() == State::approved) {
        auto ran = co_await execute(entry, *approval, as_approved(std::move(call), *approval));
        TFY_FAILPOINT("answer.leave");
        if (ran) {
            auto led = co_await lead_to_value(*approval, requester, ran->result);
            if (led) co_return std::move(*led);
            co_return co_await answer_fresh(std::move(*ran), version);
        }
        if (ran.error().code != Errc::conflict) co_return write_answer(failure(ran.error()), version);
        approval = co_await deps_.desk.find(approval->id);  // another viewer of the same row was first
    }
    if (approval && approval->state() == State::executing)
        approval = co_await deps_.drivers.dialogues.hold(*approval, requester);
    if (!approval) co_return write_answer(failure(approval.error()), version);
    co_return co_await deps_.drivers.answers.answer(std::move(*approval), requester);
}

Async<mcp::MethodResult> CallTool::answer_fresh(Ran ran, protocol::Version version) {
    if (!ran.ended) co_return write_answer(std::move(ran.result), version);
    auto result = fresh_answer(std::move(ran.result), *ran.ended, deps_.clock.now(), deps_.desk.seals());
    co_await deps_.desk.told(std::move(*ran.ended));
    co_return write_answer(std::move(result), version);
}

Async<void> CallTool::tell_decision(Approval approval, mcp::Requester& requester) {
    if (!approval.decision()) co_return;
    Json note = {{"event", "decided"},
                 {"approval_id", approval.id},
                 {"state", policy::to_string(approval.state())},
                 {"assurance", policy::to_string(approval.decision()->assurance)}};
    co_await requester.log(protocol::LogLevel::notice, "approvals", std::move(note));
}

bool CallTool::may_be_task(const std::string& tool) const {
    const auto* entry = deps_.catalog.find(tool);
    return entry != nullptr && calls::may_be_task(entry->definition);
}

std::vector<std::string> CallTool::touched(const Approval& approval) const {
    const auto* entry = deps_.catalog.find(approval.call.tool);
    if (entry == nullptr || entry->changes == nullptr) return {};
    return entry->changes->touches(approval.call, read_outcome(approval.outcome).structured);
}

}  // namespace tfy::calls
