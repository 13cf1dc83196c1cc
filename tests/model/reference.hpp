// The reference: what may happen to approvals, in plain data and without policy/. It is told what people and
// agents set out to do, sees every record and row that the store commits and every change that leaves for the
// control plane, and complains of whatever does not follow from what it was told.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "policy/approval.hpp"
#include "policy/journal/journal_record.hpp"
#include "policy/standing_permission.hpp"
#include "tests/model/rulebook.hpp"
#include "tests/model/upstream.hpp"

namespace tfy::model {

/// Who asks.
struct Agent {
    std::string principal;
    std::string person;  // whose agent it is; empty: no one knows
    int default_assurance = 0;
};

/// A call, as it was asked.
struct Asked {
    Agent agent;
    std::string tool;
    Json arguments;  // without the agent's reason
    std::string base_url;
    std::string approval = {};  // the one that it names: of a task, or of a question that it answers
    std::string reason = {};
};

/// What someone set out to do with an approval. It may take effect once, until it is over.
struct Wish {
    enum class Kind { approve, deny, narrow, withdraw };
    Kind kind = Kind::approve;
    std::string approval;     // its id
    std::string person = {};  //
    int assurance = 0;        //
    std::string digest = {};  // what was shown: whole, or its first 12 digits as people see them
    std::string typed = {};   //
    std::string reason = {};  //
    std::optional<policy::Destination> destination = {};
    std::string new_name = {};    // narrow
    std::string new_expiry = {};  // narrow
    std::string server = {};      // the process that it was told to
    bool tells = true;            // whether its end says if it took effect
    bool effective = false;
    bool over = false;
    int forgery = 0;  // what is wrong with its passkey's answer, which must not count then; 0: nothing
};

/// Someone who is enrolled, as the records tell it.
struct Enrolled {
    std::string let_in_by;
    bool confirmed = false;
    bool suspended = false;

    bool decides() const { return confirmed && !suspended; }
};

/// An approval as the reference knows it.
struct Row {
    std::string id;
    Agent agent;
    std::string client;
    std::string tool;
    std::string tool_version;
    std::string base_url;
    Json asked;
    Json arguments;
    std::string asked_digest;
    std::string digest;
    std::string subject;
    Requirement demand;
    std::string state;
    policy::Time created = {};
    policy::Time expires = {};
    std::vector<policy::Approval::Decision> votes = {};
    std::string instance = {};
    std::vector<std::string> digests = {};  // that it ever had
    int sent = 0;                           // changes that left for it
    bool done = false;                      // the control plane did it
    bool claimed = false;                   // reveal: the value was claimed for it
    std::size_t number = 0;                 // in the order of their beginning
    std::string reason = {};                // the agent's newest
    int rewordings = 0;
    std::string token = {};        // that the control plane made for it
    bool names_token = false;      // its outcome says which one
    policy::Duration repeat = {};  // how long what ran is repeated
    policy::Time ended = {};
    std::string ending = {};                         // the status that its caller is told
    std::string words = {};                          // a part of what they are told
    policy::Time first_told = policy::Time::max();   // not before this moment
    policy::Time surely_told = policy::Time::max();  // not after this one
    std::size_t told_at = 0;                         // the count of events of the latter

    bool open() const { return state == "pending" || state == "approved" || state == "executing"; }
};

/// Until when an ended row answers its call, if its caller was first told at `told`.
policy::Time answers_until(const Row& row, policy::Time told);

class Reference {
public:
    Reference(const VirtualTime& time, Upstream& upstream);

    // What it is told.
    /// `may_fail`: its server cannot write all that it wants to, or must refuse the call.
    void asks(const std::string& trace, Asked asked, bool may_fail);
    std::shared_ptr<Wish> begins(Wish wish);
    void ends(const std::shared_ptr<Wish>& wish, bool done);
    /// Of all rules that anyone may be judged by now.
    void in_force(std::vector<const Rulebook*> books) { books_ = std::move(books); }
    void gives(const policy::StandingPermission& permission) {
        given_[permission.id] = {permission, 0, false, false};
    }
    void born(const std::string& instance, const std::string& key) {
        alive_.insert(instance);
        keys_[instance] = key;
    }
    void died(const std::string& instance);
    /// A process that has just begun settles what the dead left behind.
    void settling(const std::string& instance) { settling_ = instance; }

    // What it sees.
    void sees(const journal::JournalRecord& record, const policy::Approval* row);
    /// What leaves a server in any way. `reveals`: it is the one showing of a value.
    void shows(const std::string& text, bool reveals);
    /// All that was committed together has been seen.
    void committed();
    void answers(const std::string& trace, const Json& structured, bool is_error);
    /// It ended without a result. `named`: with a task or a question of this approval; `tells`: which says
    /// how that one ended.
    void over(const std::string& trace, const std::string& named, bool tells);
    /// It was never answered: what its server did for it last is unknown.
    void cut(const std::string& trace);

    // What it knows.
    const std::map<std::string, Row>& rows() const { return rows_; }
    std::vector<const policy::StandingPermission*> given() const;  // whether or not they are over
    const std::vector<std::string>& reveal_ids() const { return reveal_ids_; }
    const std::map<std::string, Enrolled>& people() const { return people_; }
    bool decides(const std::string& name) const;
    bool suspended(const std::string& name) const;
    /// The newest row of this call, or the one that it names; nullptr if there is none.
    const Row* row_of(const Asked& asked) const;
    void complain(const std::string& what) { complaints_.push_back(what); }
    const std::vector<std::string>& complaints() const { return complaints_; }

private:
    /// A request of an agent's client.
    struct PageRequest {
        Asked asked;
        bool may_fail = false;
        policy::Time begun = {};
        std::size_t begun_at = 0;   // the count of events
        std::size_t over_at = 0;    // 0: it is on its way
        std::string owed = {};      // the ended row that it is to be answered with
        std::string moved_on = {};  // the newest row when it began, if its token was gone by then
        std::size_t list_faults = 0;
    };
    /// A row began after this one, of whose end only requests can have told that are not answered yet.
    struct Doubt {
        std::string approval;
        std::string next;
        std::set<std::string> traces;
    };
    struct Given {
        policy::StandingPermission permission;
        std::size_t used = 0;
        bool in_force = false;
        bool revoked = false;
    };

    void expect(bool holds, const std::string& what);
    void first(const journal::JournalRecord& record, const policy::Approval& seen);
    void next(const journal::JournalRecord& record, Row& row, const policy::Approval& seen);
    void voted(const journal::JournalRecord& record, Row& row, const policy::Approval& seen);
    void ended_by(Wish::Kind kind, const journal::JournalRecord& record, Row& row,
                  const policy::Approval& seen);
    void narrowed(const journal::JournalRecord& record, Row& row, const policy::Approval& seen);
    void for_another_key(const journal::JournalRecord& record, Row& row, const policy::Approval& seen);
    void begun(const journal::JournalRecord& record, Row& row, const policy::Approval& seen);
    void begins_anew(const Row& fresh, const policy::Approval& seen);
    void reworded(Row& row, const policy::Approval& seen);
    void superseded(const journal::JournalRecord& record, const Row& row);
    /// Every waiting row that needs one of `keys` must end in this transaction.
    void consumed(const std::vector<std::string>& keys, const Row* by, const std::string& record,
                  policy::Time at);
    void says(const PageRequest& visit, const Row& row, const std::string& status, const Json& structured);
    void told(const PageRequest& visit, Row& row, bool surely);
    void check_owed(const std::string& trace, const PageRequest& visit, const std::string& named);
    bool moved_on(const Row& row) const;
    bool may_tell(const PageRequest& visit, const Row& row) const;
    bool answers_by_now(const Row& row, const std::string& without) const;
    const Row* newest_before(const Row& row) const;
    void finished(const journal::JournalRecord& record, Row& row, const policy::Approval& seen);
    void ended(const journal::JournalRecord& record, Row& row, const policy::Approval& seen);
    void permitted(const Row& row);
    void followed(const Row& row);
    void permission_record(const journal::JournalRecord& record);
    void person_record(const journal::JournalRecord& record);
    void enrolled(const journal::JournalRecord& record, const std::string& name);
    void suspended_now(const journal::JournalRecord& record, const std::string& name);
    /// `next` is what is left of the row once this person counts no more.
    void without_person(const journal::JournalRecord& record, const Row& row, const policy::Approval& seen);
    /// Of the whole transaction that suspended them.
    void nothing_is_left_of(const std::string& name);
    std::size_t deciding() const;
    void leaves(Change& change);
    void was_done(const Change& change);
    bool demanded(Row& row, const policy::Approval& seen, bool any_lifetime) const;
    std::string not_met(const Row& row) const;
    std::string unfit(const Row& row, const Wish& wish, policy::Time at) const;
    /// `decision`: as the store has it, where it has one.
    Wish* take(Wish::Kind kind, const Row& row, const std::string& by, policy::Time at,
               const policy::Approval::Decision* decision);

    const VirtualTime& time_;
    Upstream& upstream_;
    std::map<std::string, Row> rows_;
    std::map<std::string, PageRequest> asked_;  // by trace
    std::size_t events_ = 0;
    std::vector<Doubt> doubts_;
    std::set<std::string> leaving_;  // rows that must be superseded in this transaction
    std::string leaving_by_;
    std::vector<std::shared_ptr<Wish>> wishes_;
    std::vector<const Rulebook*> books_;
    std::map<std::string, Enrolled> people_;
    std::set<std::string> invited_;  // by whom, and whom: "ada bob"
    std::string suspending_;         // whose word ends in this transaction
    std::string just_suspended_;
    std::map<std::string, Given> given_;
    std::set<std::string> alive_;
    std::map<std::string, std::string> keys_;  // with which each process works
    std::string settling_;
    std::map<std::string, std::string> reveals_;  // reveal id → the create that it came of
    std::vector<std::string> reveal_ids_;
    std::map<std::string, int> shown_;  // by value
    std::string last_hash_ = std::string(64, '0');
    std::vector<std::string> complaints_;
};

/// What a row relies on, and what is no longer there for others once it has run.
std::vector<std::string> needed_by(const Row& row);
std::vector<std::string> consumed_by(const Row& row);
/// The digest of a call, computed apart from policy/.
std::string digest_of(const Row& row, const std::string& base_url, const Json& arguments);

}  // namespace tfy::model
