// The house, put together: every room in the order in which it needs the others.
#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>

#include "server/app/journal_watch.hpp"
#include "server/app/metrics.hpp"
#include "server/app/page_reading.hpp"
#include "server/app/probes.hpp"
#include "server/app/services.hpp"
#include "server/approvals/narrowing.hpp"
#include "server/calls/approval_tasks.hpp"
#include "server/calls/call_tool.hpp"
#include "server/calls/recovery.hpp"
#include "server/dashboard/dashboard.hpp"
#include "server/features/change_watch.hpp"
#include "server/features/completions.hpp"
#include "server/features/prompts.hpp"
#include "server/features/resources.hpp"
#include "server/features/skills.hpp"
#include "server/mcp/stdio_session.hpp"
#include "server/mcp/streamable_http.hpp"
#include "server/notify/expiry_watch.hpp"
#include "server/notify/nudges.hpp"
#include "server/oauth/consent.hpp"
#include "server/oidc/sign_in_desk.hpp"
#include "server/people/page_sessions.hpp"
#include "server/reveals/reveal_socket.hpp"
#include "server/rotations/rotation_desk.hpp"
#include "server/storage/last_server.hpp"
#include "server/upstream/accounts.hpp"
#include "server/upstream/own_keys.hpp"
#include "tools/status/status.hpp"

namespace tfy::app {

/// Whether a path is MCP's, and not the page's.
inline bool is_mcp(std::string_view path) { return path == "/mcp" || path == "/mcp/"; }

/// What a request to a server, or to a page alone, may bring. Only what calls tools can be long.
inline std::size_t longest_body(std::string_view method, std::string_view path) {
    const transport::ListenerOptions of_mcp;
    if (method == "POST" && is_mcp(path)) return of_mcp.body_limit;
    return oauth::AuthorizationServer::has(path) ? oauth::longest_body : dashboard::longest_body;
}

/// Everything that `stdio` and `serve` share. Members are built from top to bottom, and each uses only those
/// above it.
class App final : private status::ApprovalLookup {
public:
    /// `loop`, `clock` and `page` must outlive the app. `default_assurance` is for rules that name none.
    App(boost::asio::io_context& loop, Services parts, const Clock& clock, approvals::ApprovalPage& page,
        policy::Assurance default_assurance);
    ~App() override;

    /// Finds what a process that ended left running, and begins to settle it, which goes on while others are
    /// served: upstream is not waited for. To be awaited before anything is served.
    Async<Result<void>> start();
    /// An MCP peer on a stream; serves until its input ends.
    Async<void> serve_stream(transport::Transport& transport);
    /// What messages of a batch at /mcp are counted by.
    void on_batch(mcp::StreamableHttp::BatchHook hook) { streamable_http_.on_batch(std::move(hook)); }
    /// Routes /mcp, for pages of allowed origins as well, the metadata of RFC 9728, the authorization server,
    /// /metrics, and what handle_page() routes. The listener has let allowed origins through only.
    Async<void> handle(transport::HttpRequest& request, transport::Responder& answer);
    /// Routes /approvals, /livez and /readyz: for a page alone, where MCP goes another way and the port must
    /// not give anyone the rights of this server's key.
    Async<void> handle_page(transport::HttpRequest& request, transport::Responder& answer);
    /// Resumes when what was approved has run to its end, or after `limit`; and when what is being told has
    /// been, for which it waits two seconds at most.
    Async<void> idle(std::chrono::milliseconds limit);
    /// Calls that wait for a person are answered "pending" now, and who listens is told that it is over.
    void drain() {
        key_file_watch_.drain();
        accounts_.drain();
        if (own_keys_) own_keys_->drain();
        rotations_.drain();
        approvals_.drain();
        reveals_.drain();
        subscriptions_.drain();
    }

    /// Names in the log each value that no one has seen: it ends with this process. To be called last, when
    /// no one can be shown it any more.
    void tell_of_lost_values() const;

    /// Ends the threads that wait. The loop must not run any more.
    void close();

    /// Writes down that a caller's key was used on that day.
    void note_caller_key(std::string id, policy::Time day);

    /// Takes up what rules that are read anew say beside the gate: channels, and what the terminal asks for.
    /// Errc::refused if a channel cannot be used, Errc::storage; then nothing changed.
    Result<void> take_rules(const policy::Rules& rules);

    /// Takes up a file of --principals that is read anew. Errc::refused, Errc::storage: nothing changed.
    Async<Result<void>> take_principals(std::vector<upstream::MappedKey> entries);

    approvals::Approvals& approvals() { return approvals_; }
    rotations::RotationDesk& rotations() { return rotations_; }
    approvals::CurrentGate& gate() { return gate_; }
    upstream::Accounts& accounts() { return accounts_; }
    people::PageSessions& people() { return people_; }
    Metrics& metrics() { return metrics_; }
    /// At once and each day, for the log and /readyz.
    void check_journal() { journal_watch_.start(); }
    const sealing::Sealer& redaction() const { return redaction_; }
    const observability::Log& log() const { return log_; }

private:
    Async<Result<policy::Approval>> find(std::string id) override {
        auto found = co_await approvals_.find(std::move(id));
        if (!found) co_return found;
        co_return co_await drivers_.answers.as_it_is(std::move(*found));
    }
    Async<tools::ToolResult> answer(policy::Approval approval) override {
        co_return co_await drivers_.answers.status(std::move(approval));
    }
    Async<Result<std::optional<access_tokens::Rotation>>> rotation_of(std::string approval_id) override {
        return rotations_.of(std::move(approval_id));
    }
    upstream::HoldersOfKeys holders() const;
    Result<void> note_control_plane();
    /// Where people enter keys of their own; empty while there is no such place.
    std::string own_key_page() const;
    Async<void> warn_of_old_permissions();
    Async<void> warn_of_void_passkeys();
    void tell_in_time();
    Async<void> bring_up_to_date(tools::ToolResult& outcome, const policy::Approval& approval);
    void warn_of_settings(const Services& parts) const;
    Async<std::string> first_person();
    tools::WayToValue way_to_value(const std::string& reveal_id);
    registry::Catalog assemble(const Services& parts, const approvals::ApprovalPage& page);

    boost::asio::io_context& loop_;
    const Clock& clock_;
    approvals::ApprovalPage& page_;
    std::optional<storage::Instance> instance_lock_;
    std::filesystem::path state_dir_;
    tools::BaseUrl base_url_;
    bool sandbox_;
    storage::ControlPlaneInUse noted_ = {};
    policy::Caller stream_caller_;
    sealing::Sealer redaction_;
    observability::Log log_;
    storage::Store store_;
    upstream::KeyFileWatch key_file_watch_;
    approvals::CurrentGate gate_;
    upstream::Accounts accounts_;
    std::unique_ptr<upstream::OwnKeys> own_keys_;  // none: people enter no keys of their own
    approvals::Approvals approvals_;
    reveals::LockedEscrow reveals_;
    people::PassphraseDesk passphrases_;
    people::PeopleDesk enrolled_;
    reveals::RevealSocket reveal_socket_;
    rotations::RotationDesk rotations_;
    registry::Catalog catalog_;
    approvals::Narrowing narrowing_;
    approvals::Permissions standing_;
    approvals::Freezes freezes_;
    calls::Drivers drivers_;
    calls::CallTool call_tool_;
    calls::Recovery recovery_;
    features::CallerView caller_view_;
    features::Resources resources_;
    features::Skills skills_{features::names_of(call_tool_.definitions())};
    features::Prompts prompts_{features::names_of(call_tool_.definitions())};
    features::Completions completions_;
    mcp::Subscriptions subscriptions_;
    calls::ApprovalTasks tasks_;
    features::ChangeWatch changes_;
    std::vector<notify::ChannelTarget> channels_;  // until start()
    notify::Notifier notifier_;
    notify::Nudges nudges_;
    notify::ExpiryWatch expiry_watch_;
    mcp::Dispatch dispatch_;
    mcp::PendingRequests pending_requests_;
    mcp::StreamableHttp streamable_http_;
    callers::ProtectedResource resource_;
    people::PageSessions people_;
    people::SignInCodes sign_in_codes_;
    people::PasskeyDesk passkeys_;
    std::unique_ptr<oidc::SignInDesk> provider_;  // none: people sign in without one
    std::unique_ptr<oauth::Consent> consent_;     // none: no program asks to act for a person
    PageReading page_reading_;
    dashboard::Dashboard dashboard_;
    JournalWatch journal_watch_;
    Probes probes_;
    Metrics metrics_;
};

}  // namespace tfy::app
