#include "tools/access_tokens/creation.hpp"

#include "protocol/text_in.hpp"
#include "tools/access_tokens/lost_creation.hpp"
#include "tools/access_tokens/names.hpp"
#include "tools/offer.hpp"
#include "tools/text.hpp"

namespace tfy::access_tokens {
namespace {

using truefoundry::TokenName;

constexpr std::chrono::seconds same_moment{1};    // what two clocks that are set well may be apart
constexpr std::chrono::hours no_more_running{1};  // a POST that was answered runs no more

bool was_confirmed(const Error& lost) {
    const auto status = lost.data.is_object() ? lost.data.value("http_status", 0) : 0;
    return status >= 200 && status < 300;
}

// A 409 proves that there is such a token, not that it is someone else's: a proxy on the way may have sent
// the one POST twice, and this is what its second one was told.
Async<Error> whose_is_it(truefoundry::Client api, TokenName token_name, policy::Time begun, Error taken) {
    const auto name = tools::in_quotes(api.seals(), token_name.text());
    LostCreation lost{.name = std::move(token_name),
                      .begun = begun,
                      .age = no_more_running,
                      .how = taken.message,
                      .clock_apart = same_moment};
    const auto fate = co_await fate_of(api, std::move(lost));
    if (fate.is == CreationOutcome::Is::older || fate.is == CreationOutcome::Is::not_made) co_return taken;
    if (fate.is == CreationOutcome::Is::unknown)
        co_return Error{Errc::ambiguous,
                        "TrueFoundry says that the name " + name + " is taken, and " + fate.why +
                            " List the tokens before anything else: if it was created after " +
                            policy::format_time_for_people(begun) +
                            ", it may be this call's; its value is lost."};
    const auto& token = *fate.token;
    const auto created = token.created ? policy::format_time_for_people(*token.created) : "time unknown";
    co_return Error{
        Errc::ambiguous,
        "TrueFoundry says that the name " + name + " is taken, and lists a token of this name (ID " +
            tools::one_line(api.seals(), token.id) + ", created " + created +
            ") that was created during this call. Either this call created it and the answer was "
            "lost; then its value is lost: delete it" +
            tools::by_tool_or_there(delete_tool) +
            " and create a new one. Or another user created it at the same moment: ask before you delete it.",
        {{"token", {{"id", tools::one_line(api.seals(), token.id)}, {"name", token.name}}}}};
}

Async<Error> not_kept(truefoundry::Client api, TokenName token_name) {
    const auto found = co_await api.find_by_name(token_name);
    co_return Error{
        Errc::ambiguous,
        "The token " + tools::in_quotes(api.seals(), token_name.text()) + " was created (ID " +
            (found ? tools::one_line(api.seals(), found->id) : "unknown: list the tokens") +
            "), but this server could not write its state, so the value was wiped. Delete the token" +
            tools::by_tool_or_there(delete_tool) +
            ", and check the state directory before you create another."};
}

}  // namespace

Async<Result<Created>> create_once(truefoundry::Client api, tools::Escrow& escrow, const Clock& clock,
                                   truefoundry::CreateRequest asked, tools::Recipients recipients,
                                   policy::Destination destination) {
    const auto token_name = asked.name;
    const auto attempted = clock.now();
    const auto start = api.pace().now();
    auto value = co_await api.create(asked);
    if (!value) {
        if (value.error().code == Errc::conflict)
            co_return co_await whose_is_it(api, token_name, attempted, value.error());
        if (value.error().code != Errc::ambiguous) co_return value.error();
        LostCreation lost{.name = token_name,
                          .begun = attempted,
                          .age = std::chrono::floor<policy::Duration>(api.pace().now() - start),
                          .how = "TrueFoundry's answer was lost: " + value.error().message,
                          .confirmed = was_confirmed(value.error())};
        co_return co_await look_for(api, std::move(lost));
    }
    // Nothing that follows from the answer may leave before the redactor knows the value.
    auto held = co_await escrow.hold(std::move(*value), token_name.text(), std::move(recipients));
    if (!held) co_return co_await not_kept(api, token_name);

    Created created{.held = std::move(*held),
                    .name = token_name.text(),
                    .id = {},
                    .expires = policy::read_time(asked.expiration_date),
                    .asked = policy::read_time(asked.expiration_date),
                    .destination = destination};
    auto made = co_await api.find_by_name(token_name);
    if (made) {
        escrow.set_token_id(created.held.reveal_id, made->id);
        created.id = std::move(made->id);
        created.expires = made->expires;  // what was granted: a tenant may allow less than was asked for
    }
    co_return created;
}

tools::ToolResult::FollowUp showing(const Created& created) {
    return {.tool = reveal_tool, .arguments = {{"reveal_id", created.held.reveal_id}}};
}

Async<Result<bool>> is_listed(truefoundry::Client api, Json structured) {
    const auto id = truefoundry::TokenId::read(protocol::text_in(structured, "id"));
    const auto name = truefoundry::TokenName::read(protocol::text_in(structured, "name"));
    if (!id && !name) co_return true;
    Result<truefoundry::AccessToken> found = Error{};
    if (id)
        found = co_await api.find(*id);
    else
        found = co_await api.find_by_name(*name);
    if (found) co_return true;
    if (found.error().code == Errc::not_found) co_return false;
    co_return found.error();
}

}  // namespace tfy::access_tokens
