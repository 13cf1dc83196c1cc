// Registering and removing passkeys, and what one is to sign.
#include "policy/visible.hpp"
#include "server/dashboard/body_fields.hpp"
#include "server/dashboard/dashboard.hpp"
#include "server/dashboard/decision_fields.hpp"
#include "server/dashboard/replies.hpp"

namespace tfy::dashboard {
namespace {

Json passkey_row(const storage::Passkey& passkey, bool for_here, const policy::Seals& seal) {
    return {{"id", passkey.id},
            {"name", policy::shown(seal, passkey.name, storage::longest_passkey_name)},
            {"host", passkey.host},
            {"for_here", for_here},
            {"created", policy::format_time(passkey.created)}};
}

}  // namespace

Async<transport::HttpResponse> Dashboard::passkeys(PageRequest visit) {
    const auto found = co_await passkeys_.of(visit.session->person());
    if (!found) co_return error_reply(redaction_, found.error());
    Json rows = Json::array();
    const auto seal = redaction_.now();
    for (const auto& each : *found) rows.push_back(passkey_row(each, passkeys_.is_for_here(each), *seal));
    co_return json_reply(redaction_, 200, {{"passkeys", std::move(rows)}});
}

Async<transport::HttpResponse> Dashboard::confirm_passkey(PageRequest visit) {
    const auto options = co_await passkeys_.to_confirm(visit.session->person());
    co_return options ? json_reply(redaction_, 200, *options) : error_reply(redaction_, options.error());
}

Async<Result<std::string>> Dashboard::still_there(PageRequest& visit) {
    const auto& person = visit.session->person();
    const auto known = [](const Result<void>& checked, std::string_view by) -> Result<std::string> {
        if (!checked) return checked.error();
        return std::string(by);
    };
    if (const auto passkey = visit.body.find("passkey"); passkey != visit.body.end()) {
        auto answer = read_passkey_answer(*passkey);
        if (!answer) co_return answer.error();
        auto confirming = passkeys_.confirmed(person, std::move(*answer));
        const auto checked = co_await std::move(confirming);
        co_return known(checked, storage::passkey_kind);
    }
    if (visit.body.contains("proof") && provider_ != nullptr) {
        auto proof = text_field(visit.body, "proof").value_or("");
        auto proving = provider_->is_proof(std::move(proof), person, session_of(visit));
        const auto checked = co_await std::move(proving);
        co_return known(checked, storage::provider_kind);
    }
    auto typed = text_field(visit.body, "passphrase");
    if (!typed) co_return bad_text("passphrase", "Nothing was changed.");
    auto checking = passphrases_.check(person, policy::Secret(std::move(*typed)));
    const auto checked = co_await std::move(checking);
    co_return known(checked, storage::passphrase_kind);
}

// Who has taken over a session must not make the power last.
Async<transport::HttpResponse> Dashboard::new_passkey(PageRequest visit) {
    auto by = co_await still_there(visit);
    if (!by) co_return error_reply(redaction_, by.error());
    auto asking = passkeys_.to_register(visit.session->person(), std::move(*by));
    const auto options = co_await std::move(asking);
    co_return options ? json_reply(redaction_, 200, *options) : error_reply(redaction_, options.error());
}

Async<transport::HttpResponse> Dashboard::add_passkey(PageRequest visit) {
    auto answer = read_passkey_answer(visit.body.value("passkey", Json(nullptr)));
    auto name = text_field(visit.body, "name");
    if (!answer) co_return error_reply(redaction_, answer.error());
    if (name) name = std::string(redaction_.seal_text(*name).text());
    if (!name || name->size() > storage::longest_passkey_name)
        co_return error_reply(redaction_, 422, "refused",
                              "A passkey's name has 64 bytes at most. Nothing was changed.");
    const auto added = co_await passkeys_.add(visit.session->person(), std::move(*name), std::move(*answer));
    co_return added ? json_reply(redaction_, 201, passkey_row(*added, true, redaction_))
                    : error_reply(redaction_, added.error());
}

Async<transport::HttpResponse> Dashboard::remove_passkey(PageRequest visit) {
    const auto own = co_await passkeys_.of(visit.session->person());
    if (!own) co_return error_reply(redaction_, own.error());
    if (std::ranges::find(*own, visit.id, &storage::Passkey::id) == own->end())
        co_return error_reply(redaction_, 404, "not_found", "You have no such passkey. Nothing was changed.");
    const auto removed = co_await passkeys_.remove(visit.id, visit.session->person());
    co_return removed ? empty_reply(204) : error_reply(redaction_, removed.error());
}

Async<transport::HttpResponse> Dashboard::passkey_to_sign_in(PageRequest) {
    const auto options = co_await passkeys_.to_sign_in();
    co_return options ? json_reply(redaction_, 200, *options) : error_reply(redaction_, options.error());
}

// The server says what is signed, from its own row and from what the person wishes.
Async<transport::HttpResponse> Dashboard::sign(PageRequest visit) {
    const auto& person = visit.session->person();
    const auto current = co_await approvals_.find(visit.id);
    if (!current) co_return error_reply(redaction_, current.error());
    const auto signing = passkeys_.signing();
    Result<Json> statement = Json();
    if (visit.body.value("verb", Json("")) == "deny") {
        const auto reason = read_reason(visit.body, redaction_);
        if (!reason) co_return error_reply(redaction_, reason.error());
        statement = policy::denial_to_sign(*current, person, *reason, signing, clock_.now(), redaction_);
    } else {
        const auto choice = read_choice(visit.body, redaction_);
        if (!choice) co_return error_reply(redaction_, choice.error());
        statement = policy::approval_to_sign(*current, person, *choice, signing, clock_.now(), redaction_);
    }
    if (!statement) co_return error_reply(redaction_, statement.error());
    const auto options = co_await passkeys_.to_sign(person, std::move(*statement));
    co_return options ? json_reply(redaction_, 200, *options) : error_reply(redaction_, options.error());
}

// The person of the session, or who signed: that is the same person, more surely.
Async<Result<policy::Human>> Dashboard::decider(PageRequest& visit) {
    const auto signature = visit.body.find("passkey");
    if (signature == visit.body.end() || signature->is_null()) co_return people_.human(*visit.session);
    auto answer = read_passkey_answer(*signature);
    if (!answer) co_return answer.error();
    auto signing = passkeys_.signer(visit.session->person(), std::move(*answer));
    auto signer = co_await std::move(signing);
    if (!signer) co_await passkeys_.note_refused(visit.session->person(), visit.id, signer.error());
    co_return signer;
}

}  // namespace tfy::dashboard
