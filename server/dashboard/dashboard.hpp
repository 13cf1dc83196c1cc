// The approvals page: its files and its small JSON API.
#pragma once

#include <functional>
#include <span>
#include <string_view>
#include <variant>

#include "server/approvals/freezes.hpp"
#include "server/approvals/narrowing.hpp"
#include "server/approvals/permissions.hpp"
#include "server/dashboard/own_origin.hpp"
#include "server/dashboard/page_files.hpp"
#include "server/dashboard/reveal_nonces.hpp"
#include "server/observability/log.hpp"
#include "server/oidc/sign_in_desk.hpp"
#include "server/people/page_sessions.hpp"
#include "server/people/passkey_desk.hpp"
#include "server/people/passphrase_desk.hpp"
#include "server/people/people_desk.hpp"
#include "server/people/sign_in_codes.hpp"
#include "server/people/sign_in_help.hpp"
#include "server/reveals/locked_escrow.hpp"
#include "server/rotations/rotation_desk.hpp"
#include "server/transport/http.hpp"
#include "server/transport/network_limit.hpp"

namespace tfy::oauth {
class AuthorizationDesk;
}

namespace tfy::upstream {
class OwnKeys;
}

namespace tfy::dashboard {

/// The longest body that any of its addresses takes.
inline constexpr std::size_t longest_body = std::size_t{64} * 1024;

/// What a person may read beside the requests: answers of the reading tools.
struct Reading {
    using Read = std::function<Async<Result<Json>>(std::string person)>;
    Read tokens;  // {tokens, total}
    Read health;  // what tfy_config_status says, and journal {writable, why}, channels [{name, line, format,
                  // events, delivered, failed, dropped, trouble, since}]
    Read checks;  // the doctor's findings [{level, what, why, todo, cause}], and how many are broken and warn
};

/// Serves everything at and below /approvals, and /oauth/authorize. All references must outlive it. One loop
/// only.
class Dashboard {
public:
    struct Dependencies {
        approvals::Approvals& approvals;
        approvals::Narrowing& narrowing;
        approvals::Permissions& standing;
        approvals::Freezes& freezes;
        reveals::LockedEscrow& reveals;
        rotations::RotationDesk& rotations;
        people::PassphraseDesk& passphrases;
        people::PasskeyDesk& passkeys;
        people::PeopleDesk& enrolled;
        Reading reading;
        /// Is told of what a person approved here, and says whether that runs now, in this process.
        std::function<bool(policy::Approval)> approved = {};
        /// Whether `approved` would say so of this request, with its value for the page.
        std::function<bool(const policy::Approval&)> would_run = {};
        oidc::SignInDesk* provider = nullptr;           // where people sign in, too; none: they cannot
        oauth::AuthorizationDesk* consent = nullptr;    // none: no program asks to act for a person
        upstream::OwnKeys* own_keys = nullptr;          // none: people enter no keys of their own
        std::vector<std::string> trusted_proxies = {};  // whose X-Forwarded-For counts
        const observability::Log* log = nullptr;        // is told what the server failed at
    };
    Dashboard(Dependencies desks, people::PageSessions& people, people::SignInCodes& codes,
              const sealing::Sealer& redaction, const Clock& clock, std::function<std::string()> server_label,
              people::SignInHelp sign_in_help = {}, std::function<std::string()> home = {});

    Async<void> handle(transport::HttpRequest& request, transport::Responder& answer);

    /// Every method and path that is served; {id} stands for any name.
    static std::vector<std::pair<std::string_view, std::string_view>> addresses();

private:
    /// A request on its way to a route: who sent it, what the path's {id} holds, what the body says.
    struct PageRequest {
        transport::HttpRequest& request;
        std::string key = {};  // what its X-Page-Key says
        std::optional<people::PageSessions::Session> session = {};
        std::string id = {};
        Json body = Json::object();

        /// What follows `name` ("after=") in a query that has nothing else; empty for any other query.
        std::string only(std::string_view name) const {
            return request.query.starts_with(name) ? request.query.substr(name.size()) : std::string{};
        }
    };
    enum class Needs { nothing, body, session, session_and_body };
    struct Route {
        std::string_view method;
        std::string_view path;  // may hold one {id}
        Needs needs;
        Async<transport::HttpResponse> (Dashboard::*run)(PageRequest visit);  // none: events()
    };
    static const Route table[];
    static std::span<const Route> routes();
    /// The route of `visit`, whose id is set then; or the refusal.
    std::variant<const Route*, transport::HttpResponse> find_route(PageRequest& visit) const;
    /// In the log: what a person did, and this server failed at.
    void note_failure(const transport::HttpRequest& request, const transport::HttpResponse& reply) const;
    /// The refusal of what another page sends, or a page at another address of this server; nothing
    /// otherwise.
    std::optional<transport::HttpResponse> foreign(const transport::HttpRequest& request) const;
    /// The refusal, or nothing if `visit` may go on; reads the body.
    std::optional<transport::HttpResponse> stopped(PageRequest& visit, Needs needs) const;

    /// For people who type the host alone.
    Async<transport::HttpResponse> to_page(PageRequest visit);
    Async<transport::HttpResponse> page(PageRequest visit);
    Async<transport::HttpResponse> asset(PageRequest visit);
    Async<transport::HttpResponse> sign_in(PageRequest visit);
    /// By a passkey, a code, or a name and its passphrase: the page key.
    Async<Result<std::string>> identify(PageRequest& visit);
    /// Errc::rate_limited from the 11th wrong one of a network within a minute on, whatever the name; a right
    /// one opens all the same, so that no one can lock out who shares an address with them.
    Async<Result<std::string>> by_passphrase(PageRequest& visit, std::string name, std::string passphrase);
    Async<transport::HttpResponse> whose_code(PageRequest visit);
    Async<transport::HttpResponse> invitation(PageRequest visit);
    Async<transport::HttpResponse> join(PageRequest visit);
    Async<Result<storage::Invitation>> invitation_in(const PageRequest& visit);
    Async<Result<people::Joined>> enrol(PageRequest& visit);
    /// What a sign-in ends with: the page key, and the end of an older session of this tab.
    Async<transport::HttpResponse> let_in(PageRequest visit, Result<std::string> key);
    Async<transport::HttpResponse> begin_at_provider(PageRequest visit);
    Async<transport::HttpResponse> come_from_provider(PageRequest visit);
    Async<transport::HttpResponse> sign_out(PageRequest visit);
    Async<transport::HttpResponse> session(PageRequest visit);
    Async<transport::HttpResponse> list(PageRequest visit);
    Async<transport::HttpResponse> rows(PageRequest visit);
    Async<transport::HttpResponse> one(PageRequest visit);
    Async<transport::HttpResponse> history(PageRequest visit);
    Async<transport::HttpResponse> journal(PageRequest visit);
    Async<transport::HttpResponse> journal_proof(PageRequest visit);
    Async<transport::HttpResponse> tokens(PageRequest visit);
    Async<transport::HttpResponse> health(PageRequest visit);
    Async<transport::HttpResponse> checks(PageRequest visit);
    Async<void> events(PageRequest visit, transport::Responder& answer);
    Async<transport::HttpResponse> approve(PageRequest visit);
    Async<transport::HttpResponse> deny(PageRequest visit);
    Async<transport::HttpResponse> narrow(PageRequest visit);
    Async<transport::HttpResponse> extend(PageRequest visit);
    Async<transport::HttpResponse> sign(PageRequest visit);
    Async<Result<policy::Human>> decider(PageRequest& visit);
    Async<transport::HttpResponse> passkeys(PageRequest visit);
    Async<transport::HttpResponse> confirm_passkey(PageRequest visit);
    Async<transport::HttpResponse> new_passkey(PageRequest visit);
    /// That the person of the session is still there: by their passphrase, one of their passkeys, or a proof
    /// of their identity provider. By which of them.
    Async<Result<std::string>> still_there(PageRequest& visit);
    /// What a proof is bound to.
    static std::string session_of(const PageRequest& visit);
    Async<transport::HttpResponse> add_passkey(PageRequest visit);
    Async<transport::HttpResponse> remove_passkey(PageRequest visit);
    Async<transport::HttpResponse> passkey_to_sign_in(PageRequest visit);
    Async<transport::HttpResponse> permissions(PageRequest visit);
    Async<transport::HttpResponse> permit(PageRequest visit);
    Async<transport::HttpResponse> revoke(PageRequest visit);
    Async<transport::HttpResponse> freeze(PageRequest visit);
    Async<transport::HttpResponse> unfreeze(PageRequest visit);
    Async<transport::HttpResponse> people(PageRequest visit);
    Async<transport::HttpResponse> invite(PageRequest visit);
    Async<transport::HttpResponse> confirm_person(PageRequest visit);
    Async<transport::HttpResponse> suspend_person(PageRequest visit);
    Async<transport::HttpResponse> reveals(PageRequest visit);
    Async<transport::HttpResponse> lost_values(PageRequest visit);
    /// What became of the value that this call made: "held", "elsewhere", "claimed", "lapsed" or "lost". null
    /// where it made none, or none that is known.
    Async<Json> value_of(policy::Approval approval);
    Async<transport::HttpResponse> reveal(PageRequest visit);
    Async<transport::HttpResponse> rotations(PageRequest visit);
    transport::HttpResponse nothing_here() const;
    Async<transport::HttpResponse> authorize(PageRequest visit);
    Async<transport::HttpResponse> ask_consent(PageRequest visit);
    Async<transport::HttpResponse> allow_client(PageRequest visit);
    Async<transport::HttpResponse> deny_client(PageRequest visit);
    Async<transport::HttpResponse> grants(PageRequest visit);
    Async<transport::HttpResponse> revoke_grant(PageRequest visit);
    Async<transport::HttpResponse> keep_old_token(PageRequest visit);
    Async<transport::HttpResponse> own_key(PageRequest visit);
    Async<transport::HttpResponse> enter_own_key(PageRequest visit);
    Async<transport::HttpResponse> end_own_key(PageRequest visit);
    transport::HttpResponse no_own_keys() const;
    /// policy::cannot_approve and its like.
    using Cannot = std::optional<std::string> (*)(const policy::Approval&, std::string_view,
                                                  const policy::Seals&);
    Async<transport::HttpResponse> decided(PageRequest visit, Result<policy::Approval> changed,
                                           Cannot cannot);
    /// As this session's person may see it.
    Json view(const policy::Approval& approval, const PageRequest& visit) const;

    approvals::Approvals& approvals_;
    approvals::Narrowing& narrowing_;
    approvals::Permissions& standing_;
    approvals::Freezes& freezes_;
    reveals::LockedEscrow& reveals_;
    rotations::RotationDesk& rotations_;
    people::PassphraseDesk& passphrases_;
    people::PasskeyDesk& passkeys_;
    people::PeopleDesk& enrolled_;
    Reading reading_;
    std::function<bool(policy::Approval)> approved_;
    std::function<bool(const policy::Approval&)> would_run_;
    oidc::SignInDesk* provider_;
    oauth::AuthorizationDesk* consent_;
    upstream::OwnKeys* own_keys_;
    std::vector<std::string> trusted_proxies_;
    const observability::Log* log_;
    transport::NetworkLimit wrong_passphrases_{10, std::chrono::minutes{1}};
    people::PageSessions& people_;
    people::SignInCodes& codes_;
    const sealing::Sealer& redaction_;
    const Clock& clock_;
    std::function<std::string()> server_label_;  // "sandbox" or the control plane's host, shown at the top
    people::SignInHelp sign_in_help_;
    OwnOrigin origin_;
    PageFiles files_;
    RevealNonces nonces_;
};

}  // namespace tfy::dashboard
