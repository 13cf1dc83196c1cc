#include "policy/dialogue/unresponsive_clients.hpp"

#include <utility>

namespace tfy::dialogue {
namespace {

std::string key_of(const policy::Caller& client) { return client.principal + "\n" + client.client; }

}  // namespace

UnresponsiveClients::Record& UnresponsiveClients::record(const policy::Caller& client) {
    const auto key = key_of(client);
    if (records_.size() >= most && !records_.contains(key)) records_.clear();
    return records_[key];
}

void UnresponsiveClients::sweep(Record& record, policy::Time now) {
    const auto late = std::erase_if(record.open, [now](const auto& each) { return each.second <= now; });
    record.unanswered += static_cast<int>(late);
}

void UnresponsiveClients::asked(const policy::Caller& client, const std::string& question,
                                policy::Time until) {
    record(client).open.insert_or_assign(question, until);
}

void UnresponsiveClients::came_without_answer(const policy::Caller& client, const std::string& question) {
    const auto found = records_.find(key_of(client));
    if (found != records_.end() && found->second.open.erase(question) > 0) ++found->second.unanswered;
}

void UnresponsiveClients::answered(const policy::Caller& client, const std::string& question) {
    const auto found = records_.find(key_of(client));
    if (found == records_.end() || found->second.unanswered >= patience) return;
    found->second.open.erase(question);
    found->second.unanswered = 0;
    if (found->second.open.empty()) records_.erase(found);
}

void UnresponsiveClients::settled(const policy::Caller& client, const std::string& question) {
    const auto found = records_.find(key_of(client));
    if (found != records_.end()) found->second.open.erase(question);
}

void UnresponsiveClients::unanswered(const policy::Caller& client) { ++record(client).unanswered; }

bool UnresponsiveClients::is_silent(const policy::Caller& client, policy::Time now) {
    const auto found = records_.find(key_of(client));
    if (found == records_.end()) return false;
    sweep(found->second, now);
    return found->second.unanswered >= patience;
}

bool UnresponsiveClients::newly_silent(const policy::Caller& client, policy::Time now) {
    if (!is_silent(client, now)) return false;
    return !std::exchange(records_.at(key_of(client)).told, true);
}

}  // namespace tfy::dialogue
