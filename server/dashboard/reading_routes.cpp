// What the person may read of TrueFoundry and of this server: what the reading tools would answer.
#include "policy/visible.hpp"
#include "server/dashboard/dashboard.hpp"
#include "server/dashboard/replies.hpp"

namespace tfy::dashboard {
namespace {

/// Every text as policy::shown() writes it: names in TrueFoundry are chosen by others.
Json all_shown(Json value, const policy::Seals& seal) {
    if (value.is_string()) return policy::shown(seal, value.get_ref<const std::string&>());
    if (value.is_structured())
        for (auto& each : value) each = all_shown(std::move(each), seal);
    return value;
}

}  // namespace

Async<transport::HttpResponse> Dashboard::tokens(PageRequest visit) {
    auto found = co_await reading_.tokens(visit.session->person());
    if (!found) co_return error_reply(redaction_, found.error());
    auto body = all_shown(std::move(*found), *redaction_.now());
    body["now"] = policy::format_time(clock_.now());
    co_return json_reply(redaction_, 200, body);
}

Async<transport::HttpResponse> Dashboard::health(PageRequest visit) {
    auto found = co_await reading_.health(visit.session->person());
    co_return found ? json_reply(redaction_, 200, all_shown(std::move(*found), *redaction_.now()))
                    : error_reply(redaction_, found.error());
}

Async<transport::HttpResponse> Dashboard::checks(PageRequest visit) {
    auto found = co_await reading_.checks(visit.session->person());
    co_return found ? json_reply(redaction_, 200, all_shown(std::move(*found), *redaction_.now()))
                    : error_reply(redaction_, found.error());
}

}  // namespace tfy::dashboard
