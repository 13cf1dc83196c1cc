// What a tool is.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "policy/gate.hpp"
#include "policy/redaction/reveal.hpp"
#include "tools/async.hpp"

namespace tfy::tools {

struct ToolResult;

/// A result that is made only where it is needed: what it was sent as before can be sent again.
struct LazyResult {
    std::shared_ptr<const void> is;  // the same object: the same result
    std::function<ToolResult()> make;
};

struct ToolResult {
    std::string text;           // content: what a model reads
    Json structured = nullptr;  // structuredContent: satisfies the tool's outputSchema unless is_error
    bool is_error = false;
    std::optional<redaction::Reveal> reveal = {};  // `text` holds its placeholder
    /// A call that the same decision covers, if the person chose the agent for the new value.
    struct FollowUp {
        std::string_view tool;
        Json arguments;
    };
    std::optional<FollowUp> follow_up = {};
    /// A page that the person is led to if their client opens addresses. This result is the answer all the
    /// same.
    struct Page {
        std::string why;  // what they do there, as a sentence
        std::string url;
    };
    std::optional<Page> leads_to = {};
    std::optional<LazyResult> again = {};  // in the place of all the others
};
/// `result` with all that it says.
ToolResult made(ToolResult result);

/// What can be told of a call without reading anything.
struct DryFacts {
    policy::Facts facts;      // without a subject if it is not known
    std::string note;         // what was not read, in sentences
    bool can_be_read = true;  // facts() needs TrueFoundry and nothing else
};

/// What the person who is asked would rather allow. Empty: as it was asked.
struct Narrower {
    std::string name = {};             // of the new token
    std::string expiration_date = {};  // as people write it: a date, a time, "90 days"
    std::string team = {};             // that will own it
};

/// Which of these a tool's narrow() can change.
struct Narrowable {
    bool name = false;
    bool expiration = false;
    bool team = false;

    bool any() const { return name || expiration || team; }
};

/// A failure as a result: the sentence, and {status, message, next} with the code's name as status; with the
/// `id` and `name` of the token that the error's data tells of as {token: {id, name}}.
ToolResult failed(const Error& error);

/// The data of an error that says: what was listed, if anything, did not tell; listing later may.
Json unread();
bool is_unread(const Error& error);

/// What every tool says of itself. Each is a ReadTool or a ChangeTool.
class Tool {
public:
    virtual ~Tool() = default;

    virtual std::string_view name() const = 0;
    policy::Effect effect() const { return effect_; }

    /// Arguments that passed the schema, in their one final spelling (dates resolved, ids and names checked).
    /// No I/O, and the same result for the same call all day, so that a repeated call finds its approval.
    /// Errc::refused says what is wrong and that nothing was done.
    virtual Result<Json> canonical(Json arguments, policy::Time now) const = 0;

private:
    friend class ReadTool;
    friend class ChangeTool;
    explicit Tool(policy::Effect effect) : effect_(effect) {}

    policy::Effect effect_;
};

// No permission code: run() can only be reached with a permit, and that of a call that reads does not fit a
// tool that changes something. No redaction code: a tool cannot reach the peer.

class ReadTool : public Tool {
public:
    ReadTool() : Tool(policy::Effect::reads) {}

    /// The permit is consumed; arguments come out of it. A refusal that a model can act on is an error too.
    virtual Async<Result<ToolResult>> run(policy::ReadPermit permit) = 0;
};

class ChangeTool : public Tool {
public:
    ChangeTool() : Tool(policy::Effect::changes) {}

    /// What is verified about the target, read from upstream now. An error blocks the approval.
    virtual Async<Result<policy::Facts>> facts(policy::Call call) = 0;

    /// The same for a dry run, which reads nothing.
    virtual DryFacts dry_facts(const policy::Call& call, policy::Time now) const;

    /// Whether a new value comes of it, so that the person chooses where that goes.
    virtual bool yields_value() const { return false; }

    /// Nothing, where this tool has no narrower calls.
    virtual Narrowable narrowable() const { return {}; }
    /// What this call does that another tool does alone, and to which token: the rules of those hold for it,
    /// too. `facts` are its own; if they were not read, the parts are for its subject.
    struct Part {
        std::string_view tool;
        std::string subject;
    };
    virtual std::vector<Part> parts(const policy::Facts& facts) const;

    /// The arguments of a narrower call, in their final spelling. No I/O. Errc::refused if this tool has
    /// no narrower calls, or where this one would ask for more than before.
    virtual Result<Json> narrow(Json arguments, const Narrower& wish, policy::Time now) const;

    /// An error if only another running process can do it. Asked before an approval is begun, which it
    /// leaves as it is. Reads.
    virtual Async<Result<void>> can_run_here(policy::Call call);

    /// As ReadTool::run.
    virtual Async<Result<ToolResult>> run(policy::ApprovedPermit permit) = 0;

    /// Whether what this call did, as its structured result tells, is still so. If it is not, the same call
    /// made again is a new one. Reads. Errors: no one can tell now.
    virtual Async<Result<bool>> stands(policy::Call call, Json structured);

    /// The URIs of the resources that may be others now that `call` has run. `structured` is that of its
    /// result; null if no one knows how it ended.
    virtual std::vector<std::string> touches(const policy::Call& call, const Json& structured) const;

    /// What became of an approved `call` that a process began (its intent was journalled at
    /// `begun`) and did not live to end. Reads; never does anything again, whatever it finds. A value: it
    /// happened, told as run() would have told it, without what only that process had. Errc::ambiguous: it
    /// happened and its value is lost, or no one can know; the message says what to look at and do. Its data
    /// is unread() where asking again may tell. Any other error: it did not happen.
    virtual Async<Result<ToolResult>> settle(policy::Call call, policy::Facts facts, policy::Time begun);
};

}  // namespace tfy::tools
