#include "tools/access_tokens/creation.hpp"

#include "tools/access_tokens/lost_creation.hpp"
#include "tools/text.hpp"

namespace tfy::tools {
namespace {

using truefoundry::TokenName;

bool was_confirmed(const Error& lost) {
    const auto status = lost.data.is_object() ? lost.data.value("http_status", 0) : 0;
    return status >= 200 && status < 300;
}

Async<Error> not_kept(truefoundry::Client api, TokenName token_name) {
    const auto found = co_await api.find_by_name(token_name);
    co_return Error{
        Errc::ambiguous,
        "The token " + in_quotes(token_name.text()) + " was created (ID " +
            (found ? one_line(found->id) : "unknown: list the tokens") +
            "), but this server could not write to its own state, so its value was wiped and nobody has it. "
            "Delete it with tfy_access_tokens_delete, and have the state directory checked before creating "
            "another."};
}

}  // namespace

Async<Result<Created>> create_once(truefoundry::Client api, Custody& custody, const Clock& clock,
                                   truefoundry::CreateAccessToken asked, Recipients recipients,
                                   policy::Destination destination) {
    const auto token_name = asked.name;
    const auto attempted = clock.now();
    auto value = co_await api.create(asked);
    if (!value) {
        if (value.error().code != Errc::ambiguous) co_return value.error();
        LostCreation lost{.name = token_name,
                          .begun = attempted,
                          .how = "TrueFoundry's answer was lost: " + value.error().message,
                          .confirmed = was_confirmed(value.error())};
        co_return co_await look_for(api, std::move(lost));
    }
    // Nothing that follows from the answer may leave before the redactor knows the value.
    auto held = co_await custody.hold(std::move(*value), token_name.text(), std::move(recipients));
    if (!held) co_return co_await not_kept(api, token_name);

    Created created{.held = std::move(*held),
                    .name = token_name.text(),
                    .id = {},
                    .expires = policy::read_time(asked.expiration_date),
                    .destination = destination};
    auto made = co_await api.find_by_name(token_name);
    if (made) {
        custody.set_token_id(created.held.reveal_id, made->id);
        created.id = std::move(made->id);
        created.expires = made->expires;  // what was granted: a tenant may allow less than was asked for
    }
    co_return created;
}

}  // namespace tfy::tools
