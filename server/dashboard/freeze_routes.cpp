// A caller that a person stops, or lets ask again.
#include "server/dashboard/body_fields.hpp"
#include "server/dashboard/dashboard.hpp"
#include "server/dashboard/freeze_view.hpp"
#include "server/dashboard/replies.hpp"

namespace tfy::dashboard {

Async<transport::HttpResponse> Dashboard::freeze(PageRequest visit) {
    constexpr std::string_view not_frozen = "Nothing was frozen.";
    auto principal = text_field(visit.body, "principal");
    if (!principal) co_return error_reply(redaction_, bad_text("principal", not_frozen));
    auto reason = text_field(visit.body, "reason");
    if (!reason) co_return error_reply(redaction_, bad_text("reason", not_frozen));
    const auto frozen =
        co_await freezes_.freeze(people_.human(*visit.session), std::move(*principal), std::move(*reason));
    if (!frozen) co_return error_reply(redaction_, frozen.error());
    const Json body = {{"frozen", freeze_views({frozen->freeze}, *redaction_.now())},
                       {"stopped", frozen->stopped}};
    co_return json_reply(redaction_, 200, body);
}

Async<transport::HttpResponse> Dashboard::unfreeze(PageRequest visit) {
    auto principal = text_field(visit.body, "principal");
    if (!principal) co_return error_reply(redaction_, bad_text("principal", "Nothing was changed."));
    const auto lifted = co_await freezes_.unfreeze(people_.human(*visit.session), std::move(*principal));
    if (!lifted) co_return error_reply(redaction_, lifted.error());
    const Json body = {{"unfrozen", freeze_views({*lifted}, *redaction_.now())}};
    co_return json_reply(redaction_, 200, body);
}

}  // namespace tfy::dashboard
