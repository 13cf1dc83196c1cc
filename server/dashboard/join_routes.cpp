// Joining by an invitation, with a passkey or a passphrase of one's own; and whose a sign-in code is.
#include "server/dashboard/body_fields.hpp"
#include "server/dashboard/dashboard.hpp"
#include "server/dashboard/decision_fields.hpp"
#include "server/dashboard/replies.hpp"

namespace tfy::dashboard {

Async<Result<storage::Invitation>> Dashboard::invitation_in(const PageRequest& visit) {
    auto found = enrolled_.invitation(text_field(visit.body, "code").value_or(""));
    co_return co_await std::move(found);
}

// Before anything is made: whom it enrols, and what their device is asked to make.
Async<transport::HttpResponse> Dashboard::invitation(PageRequest visit) {
    const auto found = co_await invitation_in(visit);
    if (!found) co_return error_reply(redaction_, found.error());
    const auto options = co_await passkeys_.to_join(*found);
    if (!options) co_return error_reply(redaction_, options.error());
    const Json body = {{"person", found->person},
                       {"by", found->by.empty() ? Json(nullptr) : Json(found->by)},
                       {"until", policy::format_time(found->until)},
                       {"passkey", *options}};
    co_return json_reply(redaction_, 200, body);
}

Async<Result<people::Joined>> Dashboard::enrol(PageRequest& visit) {
    const auto found = co_await invitation_in(visit);  // nothing is computed for who has none
    if (!found) co_return found.error();
    if (const auto passkey = visit.body.find("passkey"); passkey != visit.body.end()) {
        auto answer = read_passkey_answer(*passkey);
        if (!answer) co_return answer.error();
        const auto typed = text_field(visit.body, "name").value_or("");
        auto name = std::string(redaction_.seal_text(typed).text().substr(0, storage::longest_passkey_name));
        auto joining = passkeys_.join(found->hash, std::move(name), std::move(*answer));
        co_return co_await std::move(joining);
    }
    auto typed = text_field(visit.body, "passphrase");
    if (!typed) co_return bad_text("passphrase", "No one was enrolled.");
    auto hashing = passphrases_.hash(policy::Secret(std::move(*typed)));
    auto hash = co_await std::move(hashing);
    if (!hash) co_return hash.error();
    auto joining = enrolled_.join(found->hash, std::move(*hash));
    co_return co_await std::move(joining);
}

Async<transport::HttpResponse> Dashboard::join(PageRequest visit) {
    if (visit.session)
        co_return error_reply(redaction_, 409, "conflict",
                              "Someone is signed in here. No one was enrolled. Sign out first.");
    auto joined = co_await enrol(visit);
    if (!joined) co_return error_reply(redaction_, joined.error());
    approvals_.ring();
    auto opening = people_.open(std::move(joined->proof));
    const auto key = co_await std::move(opening);
    if (!key) co_return error_reply(redaction_, key.error());
    Json more = {{"person", joined->person.name}, {"may_decide", joined->person.decides()}};
    co_return secret_reply(redaction_, 201, "page_key", *key, std::move(more));
}

// A link may carry a code: who follows it sees whose it is before it is used.
Async<transport::HttpResponse> Dashboard::whose_code(PageRequest visit) {
    const auto typed = text_field(visit.body, "code").value_or("");
    auto person = co_await codes_.whose(typed);
    if (!person) person = people_.whose(typed);
    co_return person ? json_reply(redaction_, 200, {{"person", *person}})
                     : error_reply(redaction_, person.error());
}

}  // namespace tfy::dashboard
