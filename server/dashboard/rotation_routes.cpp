// Rotations whose old token still may go, and keeping it.
#include "policy/visible.hpp"
#include "server/dashboard/dashboard.hpp"
#include "server/dashboard/replies.hpp"

namespace tfy::dashboard {
namespace {

using State = access_tokens::Rotation::State;

Json rotation_view(const access_tokens::Rotation& rotation, const policy::Seals& seal) {
    return {{"id", rotation.id},
            {"state", access_tokens::to_string(rotation.state)},
            {"old", policy::shown(seal, rotation.plan.old_title())},
            {"new", policy::shown(seal, rotation.plan.new_name)},
            {"due", rotation.due ? Json(policy::format_time(*rotation.due)) : Json(nullptr)},
            {"words", policy::shown(seal, access_tokens::what_becomes_of_old(rotation, seal))},
            {"may_keep", rotation.state == State::waiting || rotation.state == State::due}};
}

}  // namespace

Async<transport::HttpResponse> Dashboard::rotations(PageRequest) {
    const auto found = co_await rotations_.list();
    if (!found) co_return error_reply(redaction_, found.error());
    Json all = Json::array();
    for (const auto& rotation : *found) all.push_back(rotation_view(rotation, redaction_));
    const Json body = {{"rotations", std::move(all)}, {"now", policy::format_time(clock_.now())}};
    co_return json_reply(redaction_, 200, body);
}

// Anyone who is signed in may: keeping is the safe side.
Async<transport::HttpResponse> Dashboard::keep_old_token(PageRequest visit) {
    const auto kept = co_await rotations_.keep(visit.id, people_.human(*visit.session));
    co_return kept ? json_reply(redaction_, 200, rotation_view(*kept, redaction_))
                   : error_reply(redaction_, kept.error());
}

}  // namespace tfy::dashboard
