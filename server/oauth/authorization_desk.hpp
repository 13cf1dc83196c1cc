// Where a person allows an OAuth client to act for them, or does not.
#pragma once

#include <functional>
#include <string>
#include <variant>

#include "server/oauth/authorization_request.hpp"
#include "server/oauth/clients.hpp"
#include "server/sealing/sealer.hpp"
#include "server/storage/oauth_grants.hpp"

namespace tfy::oauth {

/// Who decides: a person, in one session of the page (a hash of its key).
struct Consenter {
    std::string person;
    std::string session;
};

/// One loop only. Nothing is kept of a question: what a person is shown comes back with their answer, sealed
/// for their session, counts for ten minutes and once, on any server of the state directory. It is the only
/// way to a code, so a link that someone else began asks its reader anew. Messages of errors end with
/// "Nothing was allowed."
///
/// Addresses that it gives have a query, and come without the client's state: the page, which kept it, adds
/// that. It is the client's own text and may look like a token, which would be taken out of an answer.
class AuthorizationDesk {
public:
    /// Told of what a person has just allowed.
    using GivenHook = std::function<void(const storage::OAuthGrant& grant)>;

    /// `issuer` tells the server's own address, "https://tfy.example.com".
    AuthorizationDesk(OAuthClients& clients, storage::Store& store, const sealing::Sealer& redaction,
                      const Clock& clock, std::function<std::string()> issuer, GivenHook given = {})
        : clients_(clients),
          store_(store),
          redaction_(redaction),
          clock_(clock),
          issuer_(std::move(issuer)),
          given_(std::move(given)) {}

    /// What the person is asked.
    struct Question {
        OAuthClient client;
        AuthorizationRequest request;
        std::string pending;  // to be brought back
        policy::Time until;   // when a grant would end at the latest
    };
    /// The client's own address, with an answer for it.
    struct WayBack {
        std::string address;
        std::string error;  // as OAuth names it
        std::string words;  // of ours, for the person; may be empty
        bool at_once =
            false;  // no need to ask the person first: the address is one that is trusted, or loopback
    };
    /// Of the query of /oauth/authorize. Errc::invalid_request for one of the wrong form, Errc::refused where
    /// the address is not the client's, and as OAuthClients::find: then there is no way back.
    Async<Result<std::variant<Question, WayBack>>> ask(std::string query, Consenter who);
    /// The client's address, with a code. Errc::denied where `pending` does not belong to this question, this
    /// session and this time; Errc::conflict where it is used up.
    Async<Result<std::string>> allow(std::string query, std::string pending, bool may_request, Consenter who);
    Async<Result<WayBack>> deny(std::string query, Consenter who);

    /// Of one person, those that hold, newest first.
    Async<Result<std::vector<storage::OAuthGrant>>> grants(std::string person);
    /// Errc::not_found, Errc::conflict where it is over.
    Async<Result<void>> revoke(std::string id, std::string person);

private:
    struct Checked {
        OAuthClient client;
        AuthorizationRequest request;
    };
    /// The query, and the client whose address it names.
    Async<Result<Checked>> check(std::string query, std::string person);
    WayBack way_back(const Checked& checked, Refusal refusal) const;
    Result<storage::OAuthGrant> grant_of(const Checked& checked, const std::string& pending, bool may_request,
                                         const std::string& person) const;

    OAuthClients& clients_;
    storage::Store& store_;
    const sealing::Sealer& redaction_;
    const Clock& clock_;
    std::function<std::string()> issuer_;
    GivenHook given_;
};

}  // namespace tfy::oauth
