// Programs that ask to act for a person: what is asked, the person's answer, and the list of those that may.
// Without the desk there is nothing at these addresses.
#include "policy/visible.hpp"
#include "protocol/text_in.hpp"
#include "server/dashboard/dashboard.hpp"
#include "server/dashboard/replies.hpp"
#include "server/oauth/authorization_desk.hpp"
#include "server/oauth/client_document.hpp"
#include "server/oauth/redirect_uri.hpp"

namespace tfy::dashboard {
namespace {

using oauth::AuthorizationDesk;

constexpr std::size_t longest_name = 100;

Json question_view(const AuthorizationDesk::Question& question, const policy::Seals& seal,
                   const std::string& person) {
    const auto& [client, request, pending, until] = question;
    const auto host = oauth::host_of_document(client.id);
    return {{"host", host.empty() ? Json(nullptr) : Json(policy::shown(seal, host))},
            {"name", policy::shown_line(seal.seal_text(client.name), longest_name)},
            {"listed", client.kind == oauth::OAuthClient::Kind::listed},
            {"client_id", policy::shown(seal, client.id)},
            {"answer_to", policy::shown(seal, oauth::redirect_host(request.redirect_uri))},
            {"loopback", oauth::is_loopback_redirect(request.redirect_uri)},
            {"may_request", request.may_request},
            {"person", policy::shown(seal, person)},
            {"until", policy::format_time(until)},
            {"pending", pending}};
}

Json way_back_view(const AuthorizationDesk::WayBack& back, const policy::Seals& seal) {
    return {{"address", back.address},
            {"answer_to", policy::shown(seal, oauth::redirect_host(back.address))},
            {"error", back.error},
            {"words", back.words},
            {"at_once", back.at_once}};
}

Json grant_view(const storage::OAuthGrant& grant, const policy::Seals& seal) {
    const auto host = oauth::host_of_document(grant.client_id);
    return {{"id", grant.id},
            {"host", host.empty() ? Json(nullptr) : Json(policy::shown(seal, host))},
            {"name", policy::shown(seal, grant.client_name)},
            {"client_id", policy::shown(seal, grant.client_id)},
            {"may_request", grant.may_request},
            {"given", policy::format_time(grant.created)},
            {"used", policy::format_time(grant.last_used)},
            {"until", policy::format_time(grant.until)}};
}

/// Where a query is of the wrong form, the client is at fault.
transport::HttpResponse consent_refusal(const sealing::Sealer& redaction, const Error& error) {
    const int status = error.code == Errc::invalid_request ? 400 : page_status(error.code);
    transport::Headers extra;
    if (error.code == Errc::rate_limited) extra.emplace_back("Retry-After", "60");
    return error_reply(redaction, status, protocol::name(error.code), error.message, std::move(extra));
}

}  // namespace

transport::HttpResponse Dashboard::nothing_here() const {
    return error_reply(redaction_, 404, "not_found", "There is nothing at this address.");
}

// Only the form of the query is looked at. The page that it gets asks for all else, once someone is signed
// in.
Async<transport::HttpResponse> Dashboard::authorize(PageRequest visit) {
    if (consent_ == nullptr) co_return nothing_here();
    const auto read = oauth::read_authorization_request(visit.request.query, "");
    if (!read)
        co_return consent_refusal(
            redaction_,
            {read.error().code, "A program asks for access in a way that this server cannot read. " +
                                    read.error().message +
                                    " Nothing was allowed. Begin again in the program; if this keeps "
                                    "happening, tell its makers."});
    if (const auto origin = origin_.instead_of(visit.request)) {
        const auto query = redaction_.seal_text(visit.request.query);
        co_return empty_reply(307, {{"Location", *origin + "/oauth/authorize?" + std::string(query.text())}});
    }
    co_return files_.index(visit.request.header("accept-encoding").value_or(""));
}

Async<transport::HttpResponse> Dashboard::ask_consent(PageRequest visit) {
    if (consent_ == nullptr) co_return nothing_here();
    const auto person = visit.session->person();
    auto asking = consent_->ask(protocol::text_in(visit.body, "query"), {person, session_of(visit)});
    const auto asked = co_await std::move(asking);
    if (!asked) co_return consent_refusal(redaction_, asked.error());
    if (const auto* back = std::get_if<AuthorizationDesk::WayBack>(&*asked))
        co_return json_reply(redaction_, 200, {{"back", way_back_view(*back, redaction_)}});
    const auto& question = std::get<AuthorizationDesk::Question>(*asked);
    co_return json_reply(redaction_, 200, {{"question", question_view(question, redaction_, person)}});
}

Async<transport::HttpResponse> Dashboard::allow_client(PageRequest visit) {
    if (consent_ == nullptr) co_return nothing_here();
    const auto wish = visit.body.find("may_request");
    const bool may_request = wish != visit.body.end() && *wish == true;
    auto allowing =
        consent_->allow(protocol::text_in(visit.body, "query"), protocol::text_in(visit.body, "pending"),
                        may_request, {visit.session->person(), session_of(visit)});
    auto address = co_await std::move(allowing);
    if (!address) co_return consent_refusal(redaction_, address.error());
    auto reply = secret_reply(redaction_, 200, "address", *address);
    policy::wipe(*address);
    co_return reply;
}

Async<transport::HttpResponse> Dashboard::deny_client(PageRequest visit) {
    if (consent_ == nullptr) co_return nothing_here();
    auto denying =
        consent_->deny(protocol::text_in(visit.body, "query"), {visit.session->person(), session_of(visit)});
    const auto back = co_await std::move(denying);
    co_return back ? json_reply(redaction_, 200, {{"back", way_back_view(*back, redaction_)}})
                   : consent_refusal(redaction_, back.error());
}

Async<transport::HttpResponse> Dashboard::grants(PageRequest visit) {
    if (consent_ == nullptr) co_return nothing_here();
    auto finding = consent_->grants(visit.session->person());
    const auto found = co_await std::move(finding);
    if (!found) co_return error_reply(redaction_, found.error());
    Json all = Json::array();
    for (const auto& grant : *found) all.push_back(grant_view(grant, redaction_));
    const Json body = {{"grants", std::move(all)}};
    co_return json_reply(redaction_, 200, body);
}

Async<transport::HttpResponse> Dashboard::revoke_grant(PageRequest visit) {
    if (consent_ == nullptr) co_return nothing_here();
    auto revoking = consent_->revoke(visit.id, visit.session->person());
    const auto done = co_await std::move(revoking);
    co_return done ? empty_reply(204) : error_reply(redaction_, done.error());
}

}  // namespace tfy::dashboard
