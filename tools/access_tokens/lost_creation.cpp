#include "tools/access_tokens/lost_creation.hpp"

#include "tools/access_tokens/names.hpp"
#include "tools/access_tokens/settling.hpp"
#include "tools/offer.hpp"
#include "tools/sentences.hpp"
#include "tools/text.hpp"
#include "tools/tool.hpp"
#include "tools/truefoundry/failure.hpp"

namespace tfy::access_tokens {
namespace {

std::string in_brackets(const LostCreation& lost) { return " (" + lost.how + ")"; }

Error made(const LostCreation& lost, const truefoundry::AccessToken& token, const policy::Seals& seal) {
    const auto created =
        token.created ? ", created " + policy::format_time_for_people(*token.created) : std::string{};
    return {Errc::ambiguous,
            "TrueFoundry created the token " + tools::in_quotes(seal, token.name) + " (ID " +
                tools::one_line(seal, token.id) + created +
                "), but its value was lost on the way. Do not create it again under this name: delete it" +
                tools::by_tool_or_there(delete_tool) + " and create a new one." + in_brackets(lost),
            {{"token", {{"id", tools::one_line(seal, token.id)}, {"name", token.name}}}}};
}

Error not_made(const LostCreation& lost, const policy::Seals& seal) {
    return {Errc::upstream,
            "TrueFoundry does not list the token " + tools::in_quotes(seal, lost.name.text()) +
                ": it was not created. Ask again if the user still wants it." + in_brackets(lost)};
}

Error nobody_knows(const LostCreation& lost, const CreationOutcome& fate, const policy::Seals& seal) {
    return {Errc::ambiguous,
            "It is unknown whether the token " + tools::in_quotes(seal, lost.name.text()) + " was created: " +
                fate.why + " List the tokens before anything else; if it is there and was created after " +
                policy::format_time_for_people(lost.begun) + ", delete it: its value is lost." +
                in_brackets(lost),
            fate.may_tell_later ? tools::unread() : Json(nullptr)};
}

std::string why_unknown(const LostCreation& lost, const Result<truefoundry::AccessToken>& last_look) {
    if (last_look || last_look.error().code != Errc::not_found)
        return "the tokens could not be read to see it.";
    return lost.confirmed ? "TrueFoundry said so, and does not list it."
                          : "TrueFoundry does not list it, but may still be working on it.";
}

}  // namespace

// The name was free when a person was asked, so a token that looks older speaks of a clock, or of someone
// else.
Error looks_older(const truefoundry::AccessToken& token, const std::string& how, const policy::Seals& seal) {
    return {
        Errc::ambiguous,
        "TrueFoundry lists a token " + tools::in_quotes(seal, token.name) + " (ID " +
            tools::one_line(seal, token.id) + ", created " + policy::format_time_for_people(*token.created) +
            ", before this call), although the name was free when this was asked. Either TrueFoundry's clock "
            "is behind this machine's and this call created it; then its value is lost. Or another user "
            "created it meanwhile: ask before you delete it. Do not create it again under this name." +
            " (" + how + ")",
        {{"token", {{"id", tools::one_line(seal, token.id)}, {"name", token.name}}}}};
}

Async<CreationOutcome> fate_of(truefoundry::Client api, LostCreation lost) {
    const Settling settling(lost.age, api.max_time());
    const auto start = api.pace().now();
    const auto elapsed = [&] { return std::chrono::floor<policy::Duration>(api.pace().now() - start); };
    for (int looks = 1;; ++looks) {
        const auto looked_at = elapsed();
        auto looking = api.within(settling.limit(looked_at));
        auto found = co_await looking.find_by_name(lost.name);
        if (found) {
            const bool older = found->created && *found->created < lost.begun - lost.clock_apart;
            co_return CreationOutcome{.is = older ? CreationOutcome::Is::older : CreationOutcome::Is::made,
                                      .token = std::move(*found)};
        }
        const bool none = found.error().code == Errc::not_found;
        if (none && !lost.confirmed && settling.is_final(looked_at))
            co_return CreationOutcome{.is = CreationOutcome::Is::not_made};
        const auto pause = settling.pause(elapsed(), looks);
        const bool refused = truefoundry::is_refusal(found.error());
        if (!pause || refused)
            co_return CreationOutcome{.why = why_unknown(lost, found),
                                      .may_tell_later = !refused && !(none && lost.confirmed)};
        co_await api.pace().wait(*pause);
    }
}

Async<Error> look_for(truefoundry::Client api, LostCreation lost) {
    const auto fate = co_await fate_of(api, lost);
    switch (fate.is) {
        case CreationOutcome::Is::made: co_return made(lost, *fate.token, api.seals());
        case CreationOutcome::Is::older: co_return looks_older(*fate.token, lost.how, api.seals());
        case CreationOutcome::Is::not_made: co_return not_made(lost, api.seals());
        case CreationOutcome::Is::unknown: break;
    }
    co_return nobody_knows(lost, fate, api.seals());
}

}  // namespace tfy::access_tokens
