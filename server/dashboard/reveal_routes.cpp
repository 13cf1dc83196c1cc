// Values that wait for their one showing. Only a POST with this session's nonce shows one.
#include "policy/human.hpp"
#include "policy/visible.hpp"
#include "server/dashboard/dashboard.hpp"
#include "server/dashboard/replies.hpp"

namespace tfy::dashboard {
namespace {

constexpr const char* gone =
    "This value cannot be shown (again). Token values are only shown at creation time. If lost, delete the "
    "old token and create a new "
    "one, then update all services that used the old token.";

}  // namespace

Async<transport::HttpResponse> Dashboard::reveals(PageRequest visit) {
    Json all = Json::array();
    std::set<std::string> held;
    for (const auto& value : reveals_.waiting()) {
        held.insert(value.reveal_id);
        if (!value.recipients.may_see(visit.session->person)) continue;
        all.push_back({{"reveal_id", value.reveal_id},
                       {"token_name", policy::shown(redaction_, value.token_name)},
                       {"masked", policy::shown(redaction_, value.masked)},
                       {"until", policy::format_time(value.until)},
                       {"for_agent", value.recipients.for_agent},
                       {"nonce", nonces_.issue(visit.session->key, value.reveal_id)}});
    }
    nonces_.keep_only(held);
    const Json body = {{"reveals", std::move(all)}, {"now", policy::format_time(clock_.now())}};
    co_return json_reply(redaction_, 200, body);
}

Async<transport::HttpResponse> Dashboard::reveal(PageRequest visit) {
    const auto nonce = visit.body.find("nonce");
    const bool spent = nonce != visit.body.end() && nonce->is_string() &&
                       nonces_.spend(visit.session->key, visit.id, nonce->get_ref<const std::string&>());
    if (!spent) {
        const auto held = reveals_.waiting();
        const bool waits =
            std::ranges::any_of(held, [&](const auto& value) { return value.reveal_id == visit.id; });
        co_return waits ? error_reply(redaction_, 403, "nonce",
                                      "This page is out of date. The value was not shown. Reload the page.")
                        : error_reply(redaction_, 410, "gone", gone);
    }
    auto claimed = co_await reveals_.claim_for(visit.id, people_.human(*visit.session));
    if (!claimed) {
        const auto& error = claimed.error();
        const auto status = error.code == Errc::not_found ? 410 : page_status(error.code);
        co_return error_reply(redaction_, status, protocol::name(error.code), error.message);
    }
    const Json message = {{"value", claimed->placeholder()}};
    co_return sealed_reply(200, redaction_.now()->seal_reveal(message, std::move(*claimed)));
}

}  // namespace tfy::dashboard
