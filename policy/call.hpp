// What was asked, by whom, in the form that is judged, approved and run.
#pragma once

#include <string>

#include "policy/time.hpp"
#include "protocol/error.hpp"

namespace tfy::policy {

enum class Effect { reads, changes };

/// How surely a decision came from a person. Ordered.
enum class Assurance { client, terminal, signed_in, passkey };
std::string_view to_string(Assurance assurance);
std::optional<Assurance> read_assurance(std::string_view text);

/// W3C trace context of the request that brought a call, for logs and for whom the call goes on to. Empty
/// where there was none. It says nothing about the call itself: neither stored nor part of a digest.
struct Trace {
    std::string parent = {};  // traceparent
    std::string state = {};   // tracestate

    /// The 32 hex digits that name the whole trace; empty if there is none.
    std::string id() const { return parent.size() < 35 ? std::string{} : parent.substr(3, 32); }
};

/// A program that a person allowed to ask for them by OAuth.
struct Program {
    std::string host = {};  // by whose document it is known: "claude.ai"
    std::string name = {};  // what it calls itself: untrusted
    bool listed = false;    // the operator added it, and gave the name
};

/// Who asks, and over which door.
struct Caller {
    std::string principal;    // "stdio:alice", "http:loopback", "key:K7Q29FXM"
    std::string client = {};  // "claude-code 2.1.0": a hint, never trust
    Assurance default_assurance =
        Assurance::signed_in;  // minimum if a rule names none: client on stdio, signed_in on HTTP
    std::string person = {};   // whose agent it is: "alice"; empty if that is not known
    Trace trace = {};
    Program program = {};     // of OAuth
    std::string label = {};   // of a key: what the operator says it is for; may be empty
    bool may_request = true;  // false: its credential lets it read, and ask for nothing that changes anything
};

/// "key:K7Q29FXM, ada's agent "cursor"": the principal and, where that does not tell it, whose agent it is.
/// As it is: show it with shown().
std::string asker_of(const Caller& caller);

/// A caller of this principal, as far as the principal alone tells.
Caller caller_with(std::string principal);

struct Call {
    std::string server;        // this server's name
    std::string base_url;      // the control plane that would be asked
    std::string tool;          //
    std::string tool_version;  // hash of the tool's definition: another text is another call
    Effect effect = Effect::changes;
    Json arguments = Json::object();  // validated, canonical and final
    Caller caller = {};
    std::string reason = {};  // why, in the agent's words: not verified, and not part of the digest
};

/// "sha256:…" over the canonical JSON of {server, base URL, tool, tool version, arguments, principal}: what
/// would run and who asks. A call that gives another reason is the same call.
std::string digest(const Call& call);
/// Moves the agent's reason, which a changing tool takes as the argument "reason", out of what identifies the
/// call.
void take_reason(Call& call);
/// The first 12 hex digits, for people: "3f9c 01ab 77e2".
std::string short_digest(std::string_view digest);

}  // namespace tfy::policy
