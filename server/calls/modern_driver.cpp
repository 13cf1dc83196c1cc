#include "server/calls/modern_driver.hpp"

#include "protocol/elicitation.hpp"

namespace tfy::calls {
namespace {

using policy::Approval;

constexpr auto question_key = "approval";
constexpr auto state_purpose = "requestState tools/call";

Error foreign_state() {
    return {Errc::invalid_params,
            "requestState does not belong to this call and caller, or is too old. Nothing was done. Call "
            "again without requestState."};
}

/// An answer counts only with the requestState of the question that it answers: what no one was shown, no one
/// decided.
dialogue::Event event_of(const protocol::CallToolParams& params) {
    if (!params.request_state) return dialogue::Called{};
    const auto response = params.input_responses.find(question_key);
    if (response == params.input_responses.end()) return dialogue::CameBack{};
    return dialogue::Answered{*response};
}

}  // namespace

Result<ModernDriver::Resumed> ModernDriver::open_state(std::string_view sealed,
                                                       const policy::Call& call) const {
    const auto state = policy::open_state(sealed, state_purpose, key_);
    if (!state || !state->is_object()) return foreign_state();
    const auto expires = policy::read_time(state->value("expires", std::string{}));
    const bool ours = state->value("principal", std::string{}) == call.caller.principal &&
                      state->value("digest", std::string{}) == policy::digest(call) && expires &&
                      clock_.now() < *expires;
    if (!ours) return foreign_state();
    return Resumed{state->value("approval", std::string{}),
                   {.shown = state->value("shown", std::string{}), .unclear = state->value("attempt", 0)}};
}

Async<Result<ModernDriver::Leg>> ModernDriver::converse(Approval approval, mcp::Requester& requester,
                                                        const protocol::CallToolParams& params,
                                                        dialogue::Position position) {
    auto event = event_of(params);
    dialogues_.count(approval, requester, event);
    const auto client = co_await dialogues_.client_of(approval, requester);
    auto step = co_await dialogues_.next(position, client, approval, std::move(event));
    if (!step) co_return step.error();
    if (auto* show = std::get_if<dialogue::Show>(&*step))
        co_return Leg{ask(approval, requester, std::move(show->question), position)};
    if (!std::holds_alternative<dialogue::Hold>(*step)) co_return Leg{std::move(approval)};
    auto now = co_await dialogues_.hold_for_person(std::move(approval), requester);
    if (!now) co_return now.error();
    co_return Leg{std::move(*now)};
}

mcp::MethodResult ModernDriver::ask(const Approval& approval, const mcp::Requester& requester, Json question,
                                    const dialogue::Position& position) {
    dialogues_.asked(approval, requester);
    // The blob outlives the decision by the claim window, so that a retry of a finished call still finds its
    // outcome.
    const Json state = {{"approval", approval.id},
                        {"digest", approval.asked_digest},
                        {"shown", position.shown},
                        {"principal", requester.caller.principal},
                        {"expires", policy::format_time(approval.expires + std::chrono::minutes{30})},
                        {"attempt", position.unclear}};
    return input_required(std::move(question), state);
}

mcp::MethodResult ModernDriver::lead(const policy::Call& call, Json question) const {
    const Json state = {{"digest", policy::digest(call)},
                        {"principal", call.caller.principal},
                        {"expires", policy::format_time(clock_.now() + std::chrono::minutes{30})}};
    return input_required(std::move(question), state);
}

bool ModernDriver::was_turned_down(const protocol::CallToolParams& params) {
    const auto response = params.input_responses.find(question_key);
    return response != params.input_responses.end() && turned_down(*response);
}

mcp::MethodResult ModernDriver::input_required(Json question, const Json& state) const {
    const Json requests = {
        {question_key, {{"method", "elicitation/create"}, {"params", std::move(question)}}}};
    return {
        .result = protocol::write_input_required(requests, policy::seal_state(state, state_purpose, key_)),
        .result_type = "input_required"};
}

}  // namespace tfy::calls
