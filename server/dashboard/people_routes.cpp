// Who is enrolled, and letting people in and out.
#include "policy/visible.hpp"
#include "server/dashboard/body_fields.hpp"
#include "server/dashboard/dashboard.hpp"
#include "server/dashboard/replies.hpp"
#include "server/storage/kept_text.hpp"
#include "server/upstream/own_keys.hpp"
#include "tools/own_command.hpp"

namespace tfy::dashboard {
namespace {

Json person_view(const storage::Person& person, const policy::Seals& seal) {
    return {
        {"name", policy::shown(seal, person.name)},
        {"let_in_by", person.let_in_by.empty() ? Json(nullptr) : Json(policy::shown(seal, person.let_in_by))},
        {"enrolled", policy::format_time(person.enrolled)},
        {"confirmed", person.confirmed},
        {"suspended", person.suspended ? Json(policy::format_time(*person.suspended)) : Json(nullptr)}};
}

}  // namespace

Async<transport::HttpResponse> Dashboard::people(PageRequest) {
    const auto found = co_await enrolled_.list();
    if (!found) co_return error_reply(redaction_, found.error());
    Json all = Json::array();
    for (const auto& person : *found) all.push_back(person_view(person, redaction_));
    const Json body = {{"people", std::move(all)}, {"be_first", tools::own_command("people first")}};
    co_return json_reply(redaction_, 200, body);
}

// The code goes to the person who invites, once: they hand it on.
Async<transport::HttpResponse> Dashboard::invite(PageRequest visit) {
    auto name = text_field(visit.body, "name");
    if (!name) co_return error_reply(redaction_, bad_text("name", "No one was invited."));
    if (const auto kept = storage::check_kept(redaction_, "This name", *name, "No one was invited."); !kept)
        co_return error_reply(redaction_, kept.error());
    const auto invited = co_await enrolled_.invite(people_.human(*visit.session), std::move(*name));
    if (!invited) {
        const auto& error = invited.error();
        co_return error_reply(redaction_, error.code == Errc::invalid_params ? 422 : page_status(error.code),
                              protocol::name(error.code), error.message);
    }
    Json more = {{"person", policy::shown(redaction_, invited->person)},
                 {"until", policy::format_time(invited->until)},
                 {"command", tools::own_command("people join")}};
    co_return secret_reply(redaction_, 201, "invitation", invited->code, std::move(more));
}

Async<transport::HttpResponse> Dashboard::confirm_person(PageRequest visit) {
    auto name = text_field(visit.body, "name");
    if (!name) co_return error_reply(redaction_, bad_text("name", "No one was confirmed."));
    const auto done = co_await enrolled_.confirm(people_.human(*visit.session), std::move(*name));
    co_return done ? empty_reply(204) : error_reply(redaction_, done.error());
}

// Their sessions end with it: every open page looks again.
Async<transport::HttpResponse> Dashboard::suspend_person(PageRequest visit) {
    auto name = text_field(visit.body, "name");
    if (!name) co_return error_reply(redaction_, bad_text("name", "No one was suspended."));
    const auto done = co_await enrolled_.suspend(people_.human(*visit.session), std::move(*name));
    approvals_.ring();
    if (!done) co_return error_reply(redaction_, done.error());
    if (own_keys_ != nullptr) std::ignore = co_await own_keys_->look();  // else within a second
    const Json body = {{"ended", people::words_of(*done)}, {"counts", done->json()}};
    co_return json_reply(redaction_, 200, body);
}

}  // namespace tfy::dashboard
