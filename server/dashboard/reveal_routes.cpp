// Values that wait for their one showing. Only a POST with this session's nonce shows one.
#include "policy/human.hpp"
#include "server/dashboard/dashboard.hpp"
#include "server/dashboard/replies.hpp"

namespace tfy::dashboard {
namespace {

constexpr const char* gone =
    "This value cannot be shown (again). Token values are only shown at creation time. If lost, delete the "
    "old token and create a new "
    "one, then update all services that used the old token.";

}  // namespace

Async<void> Dashboard::reveals(PageRequest visit, transport::Responder& answer) {
    Json all = Json::array();
    std::set<std::string> held;
    for (const auto& value : reveals_.waiting()) {
        held.insert(value.reveal_id);
        if (!value.recipients.may_see(visit.session->person)) continue;
        all.push_back({{"reveal_id", value.reveal_id},
                       {"token_name", policy::shown(value.token_name)},
                       {"masked", policy::shown(value.masked)},
                       {"until", policy::format_time(value.until)},
                       {"nonce", nonces_.issue(visit.session->csrf, value.reveal_id)}});
    }
    nonces_.keep_only(held);
    auto reply = json_reply(redaction_, 200,
                            {{"reveals", std::move(all)}, {"now", policy::format_time(clock_.now())}});
    co_await answer.reply(std::move(reply));
}

Async<void> Dashboard::reveal(PageRequest visit, transport::Responder& answer) {
    const auto nonce = visit.body.find("nonce");
    const bool spent = nonce != visit.body.end() && nonce->is_string() &&
                       nonces_.spend(visit.session->csrf, visit.id, nonce->get_ref<const std::string&>());
    transport::HttpResponse reply;
    if (!spent) {
        const auto held = reveals_.waiting();
        const bool waits =
            std::ranges::any_of(held, [&](const auto& value) { return value.reveal_id == visit.id; });
        reply = waits ? error_reply(redaction_, 403, "nonce",
                                    "This page is out of date. The value was not shown. Reload the page.")
                      : error_reply(redaction_, 410, "gone", gone);
    } else {
        auto claimed = co_await reveals_.claim_for(visit.id, people_.human(*visit.session));
        if (claimed) {
            const Json message = {{"value", claimed->placeholder()}};
            reply = sealed_reply(200, redaction_.now()->seal_reveal(message, std::move(*claimed)));
        } else {
            const auto& error = claimed.error();
            const auto status = error.code == Errc::not_found ? 410 : page_status(error.code);
            reply = error_reply(redaction_, status, protocol::name(error.code), error.message);
        }
    }
    co_await answer.reply(std::move(reply));
}

}  // namespace tfy::dashboard
