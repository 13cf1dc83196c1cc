// What a server offers to its clients: tools, prompts, resources, completions, tasks. The protocol's methods
// stand on this side (dispatch.cpp), what fills them on the other.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "protocol/completion.hpp"
#include "protocol/prompt.hpp"
#include "protocol/resource.hpp"
#include "protocol/task.hpp"
#include "protocol/tool.hpp"
#include "server/mcp/requester.hpp"

namespace tfy::mcp {

// Errors of all of them are answered as JSON-RPC errors. A Requester lives as long as its request; cancelling
// the coroutine means that no one waits for the answer any more.

class ToolFeature {
public:
    virtual ~ToolFeature() = default;
    /// As their files have them, in the order of tools/list: never another one.
    virtual const std::vector<Json>& definitions() const = 0;
    /// definitions() as JSON with its members in the order in which people read them; empty for any order.
    virtual std::string as_written() const { return {}; }
    /// Errc::invalid_params for an unknown tool. What the tool itself has to say against the call is an
    /// answer with isError, never an error.
    virtual Async<Result<MethodResult>> call(Requester& requester, protocol::CallToolParams params) = 0;
    /// Hears of a call that was answered so and not made: too many of its caller's run.
    virtual void turned_away(const Requester& /*requester*/, const std::string& /*tool*/,
                             const Result<MethodResult>& /*answer*/) {}
};

class PromptFeature {
public:
    virtual ~PromptFeature() = default;
    virtual const std::vector<Json>& definitions() const = 0;
    /// Errc::invalid_params for an unknown prompt and for arguments that do not fit it.
    virtual Async<Result<MethodResult>> get(Requester& requester, protocol::GetPromptParams params) = 0;
};

class ResourceFeature {
public:
    virtual ~ResourceFeature() = default;
    /// Errc::invalid_params for a cursor that was not given out.
    virtual Async<Result<protocol::Page>> list(Requester& requester, std::optional<std::string> cursor) = 0;
    virtual const std::vector<Json>& templates() const = 0;
    /// Errc::resource_not_found; the same for what this caller may not see.
    virtual Async<Result<MethodResult>> read(Requester& requester, protocol::ReadResourceParams params) = 0;
    /// Whether changes of this resource can be told to this caller.
    virtual Async<bool> may_watch(Requester& requester, std::string uri) = 0;
};

/// Instructions that an agent follows: part of the program, the same for everyone.
struct Skill {
    Json entry;     // as skills/list has it: uri, frontmatter, and each file with digest and size
    Json resource;  // its SKILL.md, as resources/list has it
    std::string text;
};
class SkillFeature {
public:
    virtual ~SkillFeature() = default;
    virtual const std::vector<Skill>& skills() const = 0;
};

class CompletionFeature {
public:
    virtual ~CompletionFeature() = default;
    struct Found {
        std::vector<std::string> values;  // the best first; 100 are shown
        std::size_t total = 0;
    };
    /// Errc::invalid_params for an unknown prompt, template or argument.
    virtual Async<Result<Found>> complete(Requester& requester, protocol::CompleteParams params) = 0;
};

class TaskFeature {
public:
    virtual ~TaskFeature() = default;
    // Errc::invalid_params (protocol::unknown_task) for another principal's task, too.
    virtual Async<Result<protocol::Task>> get(Requester& requester, std::string id) = 0;
    /// Answers to the task's input requests; keys that are not asked for any more are ignored.
    virtual Async<Result<void>> update(Requester& requester, protocol::UpdateTask update) = 0;
    virtual Async<Result<void>> cancel(Requester& requester, std::string id) = 0;

    struct Listed {
        std::vector<protocol::Task> tasks;
        std::optional<std::string> next_cursor = {};
    };
    /// The caller's own, newest first (2025-11-25 only).
    virtual Async<Result<Listed>> list(Requester& requester, std::optional<std::string> cursor) = 0;
    /// Waits until the task is over, and answers what its request would have been answered with (2025-11-25
    /// only).
    virtual Async<Result<MethodResult>> result(Requester& requester, std::string id) = 0;
};

/// nullptr: not offered, and its methods are not known.
struct Features {
    ToolFeature* tools = nullptr;
    PromptFeature* prompts = nullptr;
    ResourceFeature* resources = nullptr;
    SkillFeature* skills = nullptr;  // listed and read beside the resources
    CompletionFeature* completions = nullptr;
    TaskFeature* tasks = nullptr;
};

}  // namespace tfy::mcp
