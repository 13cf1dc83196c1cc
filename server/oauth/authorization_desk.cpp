#include "server/oauth/authorization_desk.hpp"

#include <algorithm>

#include "policy/canonical_json.hpp"
#include "policy/secret.hpp"
#include "policy/visible.hpp"
#include "protocol/percent_encoded.hpp"
#include "server/oauth/redirect_uri.hpp"
#include "server/oauth/values.hpp"
#include "server/storage/kept_text.hpp"

namespace tfy::oauth {
namespace {

using storage::OAuthGrant;
using storage::OAuthGrants;

constexpr std::chrono::minutes life_of_question{10};
constexpr std::size_t longest_shown_name = 100;

Error with_outcome(const Error& error) { return {error.code, error.message + " Nothing was allowed."}; }

Error not_this_question() {
    return {
        Errc::denied,
        "This question was asked elsewhere, or more than ten minutes ago, or the client has changed since. "
        "Nothing was allowed. Begin again in the client."};
}

/// What a person was shown, and where: an answer counts for nothing else.
std::string question_of(const std::string& query, const OAuthClient& client, const Consenter& who) {
    const Json shown = {{"query", query}, {"name", client.name}, {"redirects", client.redirect_uris}};
    return "authorize " + policy::sha256(shown.dump()) + " by " + who.person + " in " + who.session;
}

/// One for each question, so that it is answered once.
std::string grant_for(const std::string& pending) { return "grt_" + policy::sha256(pending).substr(7, 24); }

std::string address_with(const AuthorizationRequest& request,
                         const std::vector<std::pair<std::string_view, std::string_view>>& fields) {
    const bool has_query = request.redirect_uri.find('?') != std::string::npos;
    return request.redirect_uri + (has_query ? '&' : '?') + protocol::form_of(fields);
}

Json grant_record(const OAuthGrant& grant) {
    return {{"grant", grant.id},
            {"person", grant.person},
            {"client_id", grant.client_id},
            {"client_name", grant.client_name},
            {"scope", grant.may_request ? scope_request : scope_read}};
}

}  // namespace

Async<Result<AuthorizationDesk::Checked>> AuthorizationDesk::check(std::string query, std::string person) {
    auto request = read_authorization_request(query, issuer_() + "/mcp");
    if (!request)
        co_return Error{request.error().code, "The client asks in a way that this server cannot read. " +
                                                  request.error().message + " Nothing was allowed."};
    auto finding = clients_.find(request->client_id, std::move(person));
    auto client = co_await std::move(finding);
    if (!client) co_return with_outcome(client.error());
    const bool known = std::ranges::any_of(client->redirect_uris, [&](const auto& registered) {
        return redirect_uri_matches(registered, request->redirect_uri);
    });
    if (!known)
        co_return Error{
            Errc::refused,
            "The client asks to be answered at an address that is not among those it is known by, at " +
                redaction_.escaped(redirect_host(request->redirect_uri)) +
                ". Nothing was allowed, and nothing was sent there. If you did not begin this in a "
                "program of yours, close this page."};
    co_return Checked{std::move(*client), std::move(*request)};
}

// RFC 9700, section 4.11.2: to go unasked to any address that was registered makes an open redirector.
AuthorizationDesk::WayBack AuthorizationDesk::way_back(const Checked& checked, Refusal refusal) const {
    const auto issuer = issuer_();
    auto address = address_with(
        checked.request, {{"error", refusal.error}, {"error_description", refusal.words}, {"iss", issuer}});
    const bool at_once = checked.client.kind != OAuthClient::Kind::registered ||
                         is_loopback_redirect(checked.request.redirect_uri);
    return {std::move(address), std::move(refusal.error), std::move(refusal.words), at_once};
}

Async<Result<std::variant<AuthorizationDesk::Question, AuthorizationDesk::WayBack>>> AuthorizationDesk::ask(
    std::string query, Consenter who) {
    auto checking = check(query, who.person);
    auto checked = co_await std::move(checking);
    if (!checked) co_return checked.error();
    if (auto& refused = checked->request.refused) co_return way_back(*checked, std::move(*refused));
    const auto now = clock_.now();
    auto work = [of = question_of(query, checked->client, who), until = now + life_of_question](
                    storage::Ledger& ledger) { return ledger.sealed_challenge(of, until); };
    auto pending = co_await store_.run(std::move(work));
    if (!pending) co_return with_outcome(pending.error());
    co_return Question{std::move(checked->client), std::move(checked->request), std::move(*pending),
                       now + storage::oauth_life::grant};
}

Result<OAuthGrant> AuthorizationDesk::grant_of(const Checked& checked, const std::string& pending,
                                               bool may_request, const std::string& person) const {
    const auto redactor = redaction_.fresh();
    if (!redactor) return with_outcome(redactor.error());
    for (const auto& address : {checked.client.id, checked.request.redirect_uri})
        if (auto kept =
                storage::check_kept(**redactor, "The program's address", address, "Nothing was allowed.");
            !kept)
            return kept.error();
    const auto now = clock_.now();
    return OAuthGrant{
        .id = grant_for(pending),
        .client_id = checked.client.id,
        .client_name = policy::shown_line((*redactor)->seal_text(checked.client.name), longest_shown_name),
        .person = person,
        .may_request = may_request && checked.request.may_request,
        .created = now,
        .last_used = now};
}

Async<Result<std::string>> AuthorizationDesk::allow(std::string query, std::string pending, bool may_request,
                                                    Consenter who) {
    auto checking = check(query, who.person);
    auto checked = co_await std::move(checking);
    if (!checked) co_return checked.error();
    if (checked->request.refused) co_return not_this_question();
    auto grant = grant_of(*checked, pending, may_request, who.person);
    if (!grant) co_return grant.error();
    auto value = make_value();
    const auto issuer = issuer_();
    auto address = address_with(checked->request, {{"code", value}, {"iss", issuer}});
    storage::OAuthCode code{hash_of_value(value), checked->request.redirect_uri, checked->request.challenge};
    policy::wipe(value);
    auto work = [grant = *grant, code = std::move(code), pending = std::move(pending),
                 of = question_of(query, checked->client, who), now = clock_.now(),
                 &redaction = redaction_](storage::Ledger& ledger) -> Result<void> {
        const auto until = ledger.sealed_until(pending, of, now);
        if (!until) return with_outcome(until.error());
        if (!*until) return not_this_question();
        OAuthGrants all(ledger);
        const auto before = all.grants(grant.person);
        if (!before) return with_outcome(before.error());
        if (std::ranges::find(*before, grant.id, &OAuthGrant::id) != before->end())
            return Error{Errc::conflict, "You have allowed this already. Nothing more was allowed."};
        return all.give(grant, code, {"grant_given", "", redaction.seal(grant_record(grant)), now});
    };
    const auto given = co_await store_.run(std::move(work));
    if (!given) {
        policy::wipe(address);
        co_return given.error();
    }
    if (given_) given_(*grant);
    co_return address;
}

Async<Result<AuthorizationDesk::WayBack>> AuthorizationDesk::deny(std::string query, Consenter who) {
    auto checking = check(std::move(query), std::move(who.person));
    auto checked = co_await std::move(checking);
    if (!checked) co_return checked.error();
    co_return way_back(*checked, {"access_denied", "The person did not allow it"});
}

Async<Result<std::vector<OAuthGrant>>> AuthorizationDesk::grants(std::string person) {
    auto work = [person = std::move(person), now = clock_.now()](storage::Ledger& ledger) {
        auto all = OAuthGrants(ledger).grants(person);
        if (all) {
            std::erase_if(*all, [now](const auto& each) { return !each.holds(now); });
            std::ranges::reverse(*all);
        }
        return all;
    };
    co_return co_await store_.run(std::move(work));
}

Async<Result<void>> AuthorizationDesk::revoke(std::string id, std::string person) {
    auto work = [id = std::move(id), person = std::move(person), now = clock_.now(),
                 &redaction = redaction_](storage::Ledger& ledger) -> Result<void> {
        const auto before = OAuthGrants(ledger).revoke(id, person, now, [&](const OAuthGrant& grant) {
            auto record = grant_record(grant);
            record["by"] = person;
            return journal::JournalEntry{"grant_revoked", "", redaction.seal(record), now};
        });
        if (!before) return before.error();
        if (!*before)
            return Error{Errc::not_found,
                         "This program is not among those that act for you. Nothing was changed."};
        if ((*before)->revoked)
            return Error{Errc::conflict, "This program was taken off before. Nothing was changed."};
        return {};
    };
    co_return co_await store_.run(std::move(work));
}

}  // namespace tfy::oauth
