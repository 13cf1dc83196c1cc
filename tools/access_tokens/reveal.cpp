#include "tools/access_tokens/reveal.hpp"

#include "tools/access_tokens/create_words.hpp"
#include "tools/identifier.hpp"
#include "tools/offer.hpp"
#include "tools/sentences.hpp"
#include "tools/text.hpp"

namespace tfy::access_tokens {
namespace {

Error gone_for_good(std::string message) {
    return {
        Errc::not_found,
        std::move(message),
        {{"next",
          "Tell the user. Unless they have saved the value, ask whether to delete that token and create a "
          "new one."}}};
}

// One of someone else, and one that there never was, look the same from outside.
const char* how_it_went(const Result<tools::EscrowState>& fate) {
    if (fate && *fate == tools::EscrowState::claimed) return tools::sentences::value_was_shown;
    if (fate && *fate == tools::EscrowState::lapsed) return tools::sentences::value_lapsed;
    if (fate && *fate == tools::EscrowState::lost) return tools::sentences::value_is_lost;
    return tools::sentences::value_is_over;
}

}  // namespace

RevealAccessToken::Args RevealAccessToken::Args::read(const Json& arguments) {
    return {.reveal_id = arguments.at("reveal_id").get<std::string>()};
}

Result<Json> RevealAccessToken::canonical(Json arguments, policy::Time) const {
    if (tools::is_identifier(Args::read(arguments).reveal_id, "rev_")) return arguments;
    return Error{Errc::refused,
                 "This is not a reveal_id. " +
                     (tools::may_be_named(create_tool) ? std::string(create_tool) : "A creation") +
                     " gives one with each new token (\"rev_\" and 26 characters). Nothing was shown."};
}

Async<Result<void>> RevealAccessToken::can_run_here(policy::Call call) {
    const auto reveal_id = Args::read(call.arguments).reveal_id;
    const auto fate = co_await escrow_.fate(reveal_id, call.caller.principal);
    if (!fate || *fate != tools::EscrowState::elsewhere) co_return Result<void>{};
    const auto next = through_its_holder(reveal_id);
    co_return Error{Errc::refused,
                    "Another running server process holds this value; this one cannot show it. Nothing was "
                    "shown, and no approval was used up. " +
                        next,
                    {{"next", next}}};
}

Async<Error> RevealAccessToken::in_words(std::string reveal_id, std::string principal, Error error) {
    if (error.code != Errc::not_found) co_return error;
    const auto fate = co_await escrow_.fate(std::move(reveal_id), std::move(principal));
    co_return gone_for_good(std::string(how_it_went(fate)) + tools::sentences::value_is_gone);
}

Async<Result<policy::Facts>> RevealAccessToken::facts(policy::Call call) {
    if (const auto here = co_await can_run_here(call); !here) co_return here.error();
    const auto held = co_await escrow_.look(Args::read(call.arguments).reveal_id, call.caller.principal);
    if (!held)
        co_return co_await in_words(Args::read(call.arguments).reveal_id, call.caller.principal,
                                    held.error());
    const auto now = clock_.now();
    policy::Facts facts{
        .subject = held->token_name,
        .effect = "Shows the value of the access token " + tools::in_quotes(seal_, held->token_name) +
                  " to the agent, once. Everyone who can read that conversation can use the token."};
    facts.shown = {{"Name", held->token_name},
                   {"ID", held->token_id.empty() ? "unknown" : held->token_id},
                   {"Created", policy::format_time_for_people(held->created) + " (" +
                                   tools::before_asking(held->created, now) + ")"},
                   {"Can be shown until", policy::format_time_for_people(held->until) + " (" +
                                              tools::distance_from_asking(held->until, now) + ")"}};
    facts.until = held->until;
    facts.needs = {policy::value_key(Args::read(call.arguments).reveal_id)};
    facts.warnings = {"The value will be in the agent's conversation, and wherever that is stored."};
    co_return facts;
}

tools::DryFacts RevealAccessToken::dry_facts(const policy::Call& call, policy::Time now) const {
    auto dry = ChangeTool::dry_facts(call, now);
    dry.note =
        "The value waits in the memory of the server that created it: the facts about it cannot be read "
        "here.";
    dry.can_be_read = false;
    return dry;
}

Async<Result<tools::ToolResult>> RevealAccessToken::run(policy::ApprovedPermit permit) {
    const auto args = Args::read(permit.call().arguments);
    const auto principal = permit.call().caller.principal;
    auto reveal = co_await escrow_.claim(args.reveal_id, principal, "agent");
    if (!reveal) co_return co_await in_words(args.reveal_id, principal, reveal.error());
    tools::ToolResult result;
    result.text = "One-time token: " + reveal->placeholder() + "\n\n" + tools::sentences::save_now + "\n";
    result.reveal = std::move(*reveal);
    co_return result;
}

Async<Result<tools::ToolResult>> RevealAccessToken::settle(policy::Call call, policy::Facts facts,
                                                           policy::Time) {
    const auto fate = co_await escrow_.fate(Args::read(call.arguments).reveal_id, call.caller.principal);
    const auto token = "the token " + tools::in_quotes(seal_, facts.subject);
    const auto advice = " Delete " + token + tools::by_tool_or_there(delete_tool) +
                        " and create a new one. (" + tools::sentences::process_ended + ")";
    if (!fate && fate.error().code != Errc::not_found)
        co_return Error{Errc::ambiguous, "It is unknown whether the value of " + token +
                                             " was shown: this server's records could not be read." + advice};
    if (fate && *fate == tools::EscrowState::claimed)
        co_return Error{
            Errc::ambiguous,
            "The value of " + token +
                " may have been shown and cannot be shown again. If it did not arrive, it is lost." + advice};
    co_return gone_for_good("The value of " + token +
                            " was not shown, and it was wiped with the process that held it." + advice);
}

}  // namespace tfy::access_tokens
