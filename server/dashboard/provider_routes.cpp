// Signing in at an identity provider: the page begins it, and brings its answer. The address at which a
// browser comes back is the page itself, which gives nothing to anyone.
#include "policy/canonical_json.hpp"
#include "protocol/text_in.hpp"
#include "server/dashboard/body_fields.hpp"
#include "server/dashboard/dashboard.hpp"
#include "server/dashboard/replies.hpp"

namespace tfy::dashboard {
namespace {

constexpr std::size_t most_of_answer_part = 8192;

Error no_provider() {
    return {Errc::not_found,
            "People sign in to this server without an identity provider. You are not signed in. Use your "
            "name and "
            "passphrase, a passkey or a code."};
}

}  // namespace

std::string Dashboard::session_of(const PageRequest& visit) { return policy::sha256(visit.key); }

// To connect an account takes the passphrase once more, as a passkey does: it makes the power last.
Async<transport::HttpResponse> Dashboard::begin_at_provider(PageRequest visit) {
    if (provider_ == nullptr) co_return error_reply(redaction_, not_signed_in(no_provider()));
    auto purpose = oidc::Purpose::sign_in;
    if (visit.body.contains("passphrase")) purpose = oidc::Purpose::connect;
    if (visit.body.contains("confirm")) purpose = oidc::Purpose::confirm;
    if (purpose != oidc::Purpose::sign_in && !visit.session)
        co_return error_reply(redaction_, 401, "signed_out", "You are not signed in. Nothing was done.");
    if (purpose == oidc::Purpose::connect)
        if (const auto there = co_await still_there(visit); !there)
            co_return error_reply(redaction_, there.error());
    auto person = purpose == oidc::Purpose::sign_in ? std::string{} : visit.session->person();
    auto beginning = provider_->begin(purpose, std::move(person));
    const auto begun = co_await std::move(beginning);
    if (!begun)
        co_return error_reply(redaction_, visit.session ? begun.error() : not_signed_in(begun.error()));
    co_return json_reply(redaction_, 200, {{"address", begun->address}, {"state", begun->state}});
}

Async<transport::HttpResponse> Dashboard::come_from_provider(PageRequest visit) {
    if (provider_ == nullptr) co_return error_reply(redaction_, not_signed_in(no_provider()));
    oidc::ProviderAnswer answer{.code = protocol::text_in(visit.body, "code"),
                                .state = protocol::text_in(visit.body, "state"),
                                .issuer = protocol::text_in(visit.body, "iss")};
    for (const auto* part : {&answer.code, &answer.state, &answer.issuer})
        if (part->size() > most_of_answer_part)
            co_return error_reply(redaction_, bad_text("code", "You are not signed in."));
    auto finishing = provider_->finish(std::move(answer), visit.session ? visit.session->person() : "");
    auto finished = co_await std::move(finishing);
    if (finished && finished->came.purpose == oidc::Purpose::confirm) {
        auto proving = provider_->proof(finished->came.person, session_of(visit));
        const auto proof = co_await std::move(proving);
        co_return proof ? secret_reply(redaction_, 200, "proof", *proof)
                        : error_reply(redaction_, proof.error());
    }
    Result<std::string> key = Error{};
    if (finished) {
        auto opening = people_.open(std::move(*finished->proof));
        key = co_await std::move(opening);
    } else {
        key = finished.error();
    }
    auto letting_in = let_in(std::move(visit), std::move(key));
    co_return co_await std::move(letting_in);
}

}  // namespace tfy::dashboard
