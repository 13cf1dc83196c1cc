// Clients that say that they can ask their person, and then do not: from the second time on they are served
// as those that cannot.
#pragma once

#include <map>
#include <string>

#include "policy/call.hpp"

namespace tfy::dialogue {

/// A client is a principal and the name that it gives itself. In memory, and bounded: what is forgotten is
/// asked again. One loop.
class UnresponsiveClients {
public:
    static constexpr int patience = 2;  // questions without an answer
    static constexpr std::size_t most = 256;

    /// `question` went out, and no answer counts after `until`.
    void asked(const policy::Caller& client, const std::string& question, policy::Time until);
    /// The client came with the same call again, and not with the answer that it was asked for.
    void came_without_answer(const policy::Caller& client, const std::string& question);
    /// Also an answer that is unclear, or no.
    void answered(const policy::Caller& client, const std::string& question);
    /// It was decided elsewhere before the client could answer: that says nothing about the client.
    void settled(const policy::Caller& client, const std::string& question);
    /// Known at once: the client answered with an error, or let the time pass.
    void unanswered(const policy::Caller& client);

    /// Once it is so, it stays so.
    bool is_silent(const policy::Caller& client, policy::Time now);
    /// True once for each client, right after it became silent: to be written into the log.
    bool newly_silent(const policy::Caller& client, policy::Time now);

private:
    struct Record {
        int unanswered = 0;
        bool told = false;
        std::map<std::string, policy::Time> open = {};  // question → until
    };
    Record& record(const policy::Caller& client);
    static void sweep(Record& record, policy::Time now);
    std::map<std::string, Record> records_;
};

}  // namespace tfy::dialogue
