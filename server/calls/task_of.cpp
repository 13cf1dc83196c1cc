#include "server/calls/task_of.hpp"

#include "protocol/tool.hpp"

namespace tfy::calls {
namespace {

using policy::Approval;
using protocol::Task;
using State = Approval::State;

// The outcome can be fetched for this long after the last moment at which the call could have begun.
constexpr std::chrono::hours kept{1};
constexpr std::int64_t poll_interval_ms = 1000;

Task::Status status_of(const Approval& approval, bool is_error, const TaskOptions& manner) {
    switch (approval.state()) {
        case State::pending:
            return manner.client_decides ? Task::Status::input_required : Task::Status::working;
        case State::approved:
        case State::executing: return Task::Status::working;
        case State::withdrawn: return Task::Status::cancelled;
        case State::superseded:
        case State::succeeded:
        case State::failed:
        case State::unknown:
        case State::denied:
        case State::expired: break;
    }
    const bool legacy_failure = is_error && !protocol::is_modern(manner.version);
    return legacy_failure ? Task::Status::failed : Task::Status::completed;
}

std::string waiting_words(const Approval& approval, const DecisionLinks& doors, policy::Time now) {
    std::string words = "A person must approve this call; nothing was done yet. Time left: " +
                        policy::format_duration(std::max(approval.expires - now, policy::Duration{0})) + ".";
    if (!doors.page.empty()) words += " To decide on the page: " + doors.page + ".";
    if (!doors.terminal.empty()) words += " To decide in a terminal: " + doors.terminal;
    if (!doors.first_person.empty())
        words += "\nNo one is enrolled yet, so no one can decide there. The user, not you, first runs: " +
                 doors.first_person;
    return words;
}

std::string words_of(const Approval& approval, const DecisionLinks& doors, policy::Time now) {
    switch (approval.state()) {
        case State::pending: return waiting_words(approval, doors, now);
        case State::approved:
            return "This call was approved. It runs while its client asks for the task or listens to it.";
        case State::executing: return "This call was approved and is running.";
        case State::succeeded: return "Done.";
        case State::failed: return "It failed; the result says why.";
        case State::unknown: return "It is unknown whether the call happened; the result says what to do.";
        case State::denied: return "The request was denied. Nothing was done.";
        case State::expired: return "The request expired. Nothing was done.";
        case State::withdrawn: return "The request was withdrawn. Nothing was done.";
        case State::superseded:
            return "The request can no longer run; the result says why. Nothing was done.";
    }
    return {};
}

}  // namespace

bool may_be_task(const Json& definition) {
    const auto execution = definition.find("execution");
    if (execution == definition.end() || !execution->is_object()) return false;
    const auto support = execution->find("taskSupport");
    return support != execution->end() && (*support == "optional" || *support == "required");
}

Task task_of(const Approval& approval, const DecisionLinks& doors, const TaskOptions& manner,
             policy::Time now, const policy::Seals& seal) {
    const bool undecided = approval.state() == State::pending;
    const auto last_begin = approval.expires + (undecided ? manner.claim_window : policy::Duration{0});
    Task task{.id = approval.id,
              .message = words_of(approval, doors, now),
              .created = policy::format_time(approval.created),
              .updated = policy::format_time(approval.updated),
              .ttl_ms = policy::Duration(last_begin + kept - approval.created).count(),
              .poll_interval_ms = poll_interval_ms};
    if (policy::is_open(approval.state())) {
        task.status = status_of(approval, false, manner);
        return task;
    }
    auto answer = status_answer(approval, doors, now, seal);
    task.status = status_of(approval, answer.is_error, manner);
    // Of a failed task some hosts ask for no result: these words are all that they show.
    if (task.status == Task::Status::failed)
        task.message = answer.text.substr(0, answer.text.find_last_not_of('\n') + 1);
    task.result = protocol::write_tool_result(std::move(answer.text), std::move(answer.structured),
                                              answer.is_error, manner.version);
    return task;
}

}  // namespace tfy::calls
