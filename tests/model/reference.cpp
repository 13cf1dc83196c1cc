// What it is told, and what leaves the servers.
#include "tests/model/reference.hpp"

#include <algorithm>

#include "policy/canonical_json.hpp"
#include "tests/model/names.hpp"

namespace tfy::model {
namespace {

bool same(const Wish& a, const Wish& b) {
    return a.kind == b.kind && a.approval == b.approval && a.person == b.person && a.assurance == b.assurance;
}

}  // namespace

std::string digest_of(const Row& row, const std::string& base_url, const Json& arguments) {
    const Json call = {{"server", "tfy-pat-mcp"}, {"base_url", base_url},
                       {"tool", row.tool},        {"tool_version", row.tool_version},
                       {"arguments", arguments},  {"principal", row.agent.principal}};
    return policy::sha256(call.dump());  // members are sorted, and nothing here needs an escape
}

Reference::Reference(const VirtualTime& time, Upstream& upstream) : time_(time), upstream_(upstream) {
    upstream.on_leaving = [this](Change& change) { leaves(change); };
    upstream.on_done = [this](Change& change) { was_done(change); };
}

void Reference::expect(bool holds, const std::string& what) {
    if (!holds) complain(what);
}

std::shared_ptr<Wish> Reference::begins(Wish wish) {
    wishes_.push_back(std::make_shared<Wish>(std::move(wish)));
    return wishes_.back();
}

void Reference::ends(const std::shared_ptr<Wish>& wish, bool done) {
    if (wish->over) return;
    // Of two that are alike, the store cannot tell which one it was.
    const auto twin = std::ranges::find_if(wishes_, [&](const auto& each) {
        return each != wish && !each->over && each->effective != wish->effective && same(*each, *wish);
    });
    if (wish->effective != done && twin != wishes_.end()) std::swap(wish->effective, (*twin)->effective);
    wish->over = true;
    if (!wish->tells) return;
    const auto who = wish->person + " on " + wish->approval;
    expect(!done || wish->effective,
           "lost: " + who + " was told that it was done, and the store has nothing of it");
    expect(done || !wish->effective,
           "told wrong: " + who + " was told that nothing was done, and the store has it");
}

void Reference::died(const std::string& instance) {
    alive_.erase(instance);
    for (const auto& wish : wishes_)
        if (wish->server == instance) wish->over = true;
}

std::vector<const policy::StandingPermission*> Reference::given() const {
    std::vector<const policy::StandingPermission*> all;
    for (const auto& [id, each] : given_)
        if (each.in_force) all.push_back(&each.permission);
    return all;
}

const Row* Reference::row_of(const Asked& asked) const {
    const Row* newest = nullptr;
    for (const auto& [id, row] : rows_) {
        const bool it = asked.approval.empty()
                            ? row.agent.principal == asked.agent.principal && row.tool == asked.tool &&
                                  row.asked == asked.arguments && row.base_url == asked.base_url
                            : id == asked.approval;
        if (it && (newest == nullptr || newest->number < row.number)) newest = &row;
    }
    return newest;
}

// Invariants 1 and 2: what leaves is, byte for byte, what was approved, by a process that has claimed it.
void Reference::leaves(Change& change) {
    const auto asked = asked_.find(change.trace);
    if (asked == asked_.end()) return complain("a change left that nobody asked for: " + change.target);
    const auto fits = [&](const Row& row) {
        const auto& from = asked->second.asked;
        return row.state == "executing" && row.instance == change.instance &&
               (from.approval.empty() ? row.agent.principal == from.agent.principal &&
                                            row.tool == from.tool && row.asked == from.arguments
                                      : row.id == from.approval);
    };
    const auto found = std::ranges::find_if(rows_, fits, &std::map<std::string, Row>::value_type::second);
    if (found == rows_.end()) return complain("a change left without a claimed approval: " + change.target);
    auto& row = found->second;
    change.approval = row.id;
    // A DELETE whose answer was lost, or that met a busy control plane, is tried three times: never once it
    // worked.
    const int most = change.method == "DELETE" && !row.done ? 3 : 1;
    expect(++row.sent <= most, row.id + " caused a second " + change.method);
    auto arguments = row.arguments;
    if (change.method == "POST") arguments["payload"] = Json::parse(change.body);
    if (change.method == "DELETE")
        arguments["id"] =
            change.target.substr(std::min(change.target.size(), std::string(collection).size() + 1));
    expect(
        digest_of(row, change.base_url, arguments) == row.digest,
        row.id + " was approved for another digest than that of what left: " + change.body + change.target);
    expect((change.method == "POST") == (row.tool == "tfy_access_tokens_create"), row.id + ": wrong method");
}

void Reference::was_done(const Change& change) {
    const auto found = rows_.find(change.approval);
    if (found == rows_.end()) return;  // complained of when it left
    found->second.done = true;
    found->second.token = change.token;
    expect(found->second.state != "failed",
           change.approval + " was told as not done, and happened afterwards");
}

void Reference::shows(const std::string& text, bool reveals) {
    for (const auto& value : upstream_.values()) {
        if (text.find(value) == std::string::npos) continue;
        expect(reveals, "a token's value left outside of its showing: " + text.substr(0, 200));
        expect(++shown_[value] == 1, "a token's value was shown twice");
    }
}

// Invariant 5, for the one who asked.
void Reference::answers(const std::string& trace, const Json& structured, bool is_error) {
    const auto status = structured.is_object() ? structured.value("status", std::string{}) : std::string{};
    const auto id = structured.is_object() ? structured.value("approval_id", std::string{}) : std::string{};
    expect(id.empty() || rows_.contains(id),
           "an answer names an approval that the store does not have: " + id);
    auto& visit = asked_.at(trace);
    const auto& asked = visit.asked;
    for (const auto& change : upstream_.changes())
        if (change.trace == trace && change.done)
            expect(!is_error || status == "execution_unknown",
                   "an answer says '" + status + "', and " + change.approval + " was carried out");
    if (const auto row = rows_.find(id); row != rows_.end()) says(visit, row->second, status, structured);
    if (id.empty() && asked.tool == "tfy_access_tokens_reveal" && row_of(asked) != nullptr)
        told(visit, rows_.at(row_of(asked)->id), false);  // a value and its showing come without an id
    over(trace, id, status != "approval_pending");
    if (status != "executed") return;
    const auto carried_out = [&](const auto& each) {
        const Row& row = each.second;
        return row.agent.principal == asked.agent.principal && row.asked == asked.arguments &&
               (row.state == "succeeded" || row.done);
    };
    expect(std::ranges::any_of(rows_, carried_out), "an answer says 'executed', and nothing was");
}

}  // namespace tfy::model
