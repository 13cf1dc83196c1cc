// The approvals page: its files and its small JSON API.
#pragma once

#include <functional>
#include <span>
#include <string_view>

#include "server/approvals/narrowing.hpp"
#include "server/approvals/standing_desk.hpp"
#include "server/calls/rotation_desk.hpp"
#include "server/dashboard/page_files.hpp"
#include "server/dashboard/reveal_nonces.hpp"
#include "server/people/sign_in.hpp"
#include "server/people/sign_in_codes.hpp"
#include "server/people/sign_in_help.hpp"
#include "server/reveals/reveal_desk.hpp"
#include "server/transport/http.hpp"

namespace tfy::dashboard {

/// Serves everything at and below /approvals. All references must outlive it. One loop only.
class Dashboard {
public:
    struct Desks {
        approvals::ApprovalDesk& approvals;
        approvals::Narrowing& narrowing;
        approvals::StandingDesk& standing;
        reveals::RevealDesk& reveals;
        calls::RotationDesk& rotations;
        std::function<void(policy::Approval)> approved = {};  // is told of what a person approved here
    };
    Dashboard(Desks desks, people::PageChannel& people, people::SignInCodes& codes,
              const sealing::Redaction& redaction, const Clock& clock, std::string server_label,
              people::SignInHelp sign_in_help = {});

    Async<void> handle(transport::HttpRequest request, transport::HttpAnswer& answer);

private:
    /// A request on its way to a route: who sent it, what the path's {id} holds, what the body says.
    struct Visit {
        transport::HttpRequest request;
        std::string cookie = {};
        std::optional<people::PageChannel::Session> session = {};
        std::string id = {};
        Json body = Json::object();
    };
    enum class Needs {
        nothing,
        body,
        session,
        session_and_body
    };  // with a session, a body needs the CSRF token too
    struct Route {
        std::string_view method;
        std::string_view path;  // may hold one {id}
        Needs needs;
        Async<void> (Dashboard::*run)(Visit visit, transport::HttpAnswer& answer);
    };
    static std::span<const Route> routes();
    /// The refusal, or nothing where `visit` may go on; reads the body.
    std::optional<transport::HttpReply> stopped(Visit& visit, Needs needs) const;

    Async<void> page(Visit visit, transport::HttpAnswer& answer);
    Async<void> asset(Visit visit, transport::HttpAnswer& answer);
    Async<void> sign_in(Visit visit, transport::HttpAnswer& answer);
    Async<void> sign_out(Visit visit, transport::HttpAnswer& answer);
    Async<void> session(Visit visit, transport::HttpAnswer& answer);
    Async<void> list(Visit visit, transport::HttpAnswer& answer);
    Async<void> one(Visit visit, transport::HttpAnswer& answer);
    Async<void> events(Visit visit, transport::HttpAnswer& answer);
    Async<void> approve(Visit visit, transport::HttpAnswer& answer);
    Async<void> deny(Visit visit, transport::HttpAnswer& answer);
    Async<void> narrow(Visit visit, transport::HttpAnswer& answer);
    Async<void> permissions(Visit visit, transport::HttpAnswer& answer);
    Async<void> permit(Visit visit, transport::HttpAnswer& answer);
    Async<void> revoke(Visit visit, transport::HttpAnswer& answer);
    Async<void> reveals(Visit visit, transport::HttpAnswer& answer);
    Async<void> reveal(Visit visit, transport::HttpAnswer& answer);
    Async<void> rotations(Visit visit, transport::HttpAnswer& answer);
    Async<void> keep_old_token(Visit visit, transport::HttpAnswer& answer);
    /// policy::cannot_approve and its like.
    using Cannot = std::optional<std::string> (*)(const policy::Approval&, std::string_view);
    Async<transport::HttpReply> decided(Visit visit, Result<policy::Approval> changed, Cannot cannot);
    /// As this session's person may see it.
    Json view(const policy::Approval& approval, const Visit& visit) const;

    approvals::ApprovalDesk& approvals_;
    approvals::Narrowing& narrowing_;
    approvals::StandingDesk& standing_;
    reveals::RevealDesk& reveals_;
    calls::RotationDesk& rotations_;
    std::function<void(policy::Approval)> approved_;
    people::PageChannel& people_;
    people::SignInCodes& codes_;
    const sealing::Redaction& redaction_;
    const Clock& clock_;
    std::string server_label_;  // "sandbox" or the control plane's host, shown at the top
    people::SignInHelp sign_in_help_;
    PageFiles files_;
    RevealNonces nonces_;
};

}  // namespace tfy::dashboard
