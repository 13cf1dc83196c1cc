// From a request to its answer: the table of methods, for both eras.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>

#include "protocol/lifecycle.hpp"
#include "server/loop/concurrency_limit.hpp"
#include "server/mcp/features.hpp"
#include "server/mcp/prepared_answers.hpp"
#include "server/mcp/subscriptions.hpp"

namespace tfy::mcp {

class Dispatch {
public:
    /// Of each principal, at a time.
    struct Limits {
        std::size_t calls = 32;
        std::size_t streams = 64;  // of subscriptions/listen
    };

    /// All must outlive it.
    Dispatch(Features features, Subscriptions& subscriptions, const sealing::Sealer& redaction,
             protocol::ServerInfo server)
        : Dispatch(features, subscriptions, redaction, std::move(server), Limits{}) {}
    Dispatch(Features features, Subscriptions& subscriptions, const sealing::Sealer& redaction,
             protocol::ServerInfo server, Limits limits);

    /// The whole message that answers `request`, sealed, and the error's code if it is one (HTTP needs
    /// it). Never fails.
    struct Sealed {
        redaction::Redacted message;
        std::optional<Errc> error;
    };
    Async<Sealed> answer(Requester& requester, protocol::Request request);

    /// Why no answer can repeat `id`: it holds a known token's value. Nothing of its request is done.
    std::optional<Error> unrepeatable(const protocol::RequestId& id) const;

    /// As answer(), for what went wrong before a requester was known. An id that no answer can repeat is left
    /// out.
    Sealed refuse(const std::optional<protocol::RequestId>& id, const Error& error, bool legacy) const;

    /// For who comes back for an answer that held the value of a reveal: it was given out once, and is not
    /// kept.
    redaction::Redacted revealed_before(const protocol::RequestId& id, protocol::Version version) const;

    /// For messages that are no answers of features: initialize.
    redaction::Redacted seal(const Json& message) const { return redaction_.seal(message); }

    /// Tells a client of the changes that `listener` hears of, until the server is about to stop;
    /// `subscription` marks each (modern).
    Async<Result<void>> tell_changes(Subscriptions::Listener& listener, Requester& requester,
                                     const std::optional<protocol::RequestId>& subscription);
    /// What a legacy client hears of unasked, and what it subscribed to.
    protocol::NotificationFilter legacy_filter(const LegacyState& state) const;

    /// Whether `request` calls a tool that may change something, as its definition says.
    bool may_change(const protocol::Request& request) const;
    /// Of the tool that `request` calls, if headers mirror some of its arguments; else null.
    const Json& mirrored_schema(const protocol::Request& request) const;

    const protocol::ServerInfo& server() const { return server_; }
    Subscriptions& subscriptions() { return subscriptions_; }
    const sealing::Sealer& redaction() const { return redaction_; }

private:
    using Method = Async<Result<MethodResult>> (Dispatch::*)(Requester&, const protocol::Request&);
    struct Entry {
        Method run;
        protocol::Version first;
        protocol::Version last;
        bool same_for_all = false;  // the first page, or all there is: never another one
    };
    using Table = std::map<std::string, Entry, std::less<>>;
    static Table table(const Features& features, const protocol::ServerCapabilities& capabilities);
    Result<Entry> find(const protocol::Request& request, const protocol::ClientContext& client) const;
    std::optional<redaction::Redacted> prepared(const protocol::Request& request, protocol::Version version);
    std::optional<redaction::Redacted> prepared(const protocol::RequestId& id, MethodResult& answer,
                                                protocol::Version version);
    const Json* called(const protocol::Request& request) const;  // nullptr: no tool, or an unknown one
    Async<protocol::NotificationFilter> honoured(Requester& requester, protocol::NotificationFilter filter);
    Async<Result<void>> tell(const Change& change, Requester& requester,
                             const std::optional<protocol::RequestId>& subscription);

    Async<Result<MethodResult>> discover(Requester& requester, const protocol::Request& request);
    Async<Result<MethodResult>> ping(Requester& requester, const protocol::Request& request);
    Async<Result<MethodResult>> set_level(Requester& requester, const protocol::Request& request);
    Async<Result<MethodResult>> listen(Requester& requester, const protocol::Request& request);
    Async<Result<MethodResult>> list_tools(Requester& requester, const protocol::Request& request);
    Async<Result<MethodResult>> call_tool(Requester& requester, const protocol::Request& request);
    Async<Result<MethodResult>> list_prompts(Requester& requester, const protocol::Request& request);
    Async<Result<MethodResult>> get_prompt(Requester& requester, const protocol::Request& request);
    Async<Result<MethodResult>> list_resources(Requester& requester, const protocol::Request& request);
    Async<Result<MethodResult>> list_templates(Requester& requester, const protocol::Request& request);
    Async<Result<MethodResult>> read_resource(Requester& requester, const protocol::Request& request);
    Async<Result<MethodResult>> list_skills(Requester& requester, const protocol::Request& request);
    Async<Result<MethodResult>> get_skill(Requester& requester, const protocol::Request& request);
    Async<Result<MethodResult>> subscribe(Requester& requester, const protocol::Request& request);
    Async<Result<MethodResult>> unsubscribe(Requester& requester, const protocol::Request& request);
    Async<Result<MethodResult>> complete(Requester& requester, const protocol::Request& request);
    Async<Result<MethodResult>> get_task(Requester& requester, const protocol::Request& request);
    Async<Result<MethodResult>> update_task(Requester& requester, const protocol::Request& request);
    Async<Result<MethodResult>> cancel_task(Requester& requester, const protocol::Request& request);
    Async<Result<MethodResult>> list_tasks(Requester& requester, const protocol::Request& request);
    Async<Result<MethodResult>> task_result(Requester& requester, const protocol::Request& request);

    Features features_;
    Subscriptions& subscriptions_;
    const sealing::Sealer& redaction_;
    protocol::ServerInfo server_;
    Table methods_;
    std::set<std::string, std::less<>> mirrored_;  // tools of which headers mirror some argument
    loop::ConcurrencyLimit calls_;                 // that run
    loop::ConcurrencyLimit listens_;               // that are open
    PreparedAnswers prepared_;
};

}  // namespace tfy::mcp
