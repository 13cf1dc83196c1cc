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
#include "policy/journal_record.hpp"
#include "policy/standing_permission.hpp"
#include "tests/model/rulebook.hpp"
#include "tests/model/upstream.hpp"

namespace tfy::model {

/// Who asks.
struct Agent {
    std::string principal;
    std::string person;  // whose agent it is; empty: nobody knows
    int default_assurance = 0;
};

/// A call, as it was asked.
struct Asked {
    Agent agent;
    std::string tool;
    Json arguments;
    std::string base_url;
    std::string approval = {};  // where a task was asked for: which one
};

/// What somebody set out to do with an approval. It may take effect once, until it is over.
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
    Demand demand;
    std::string state;
    policy::Time created = {};
    policy::Time expires = {};
    std::vector<policy::Approval::Decision> votes = {};
    std::string instance = {};
    std::vector<std::string> digests = {};  // that it ever had
    int sent = 0;                           // changes that left for it
    bool done = false;                      // the control plane did it
    bool claimed = false;                   // reveal: the value was claimed for it
};

class Reference {
public:
    Reference(const VirtualTime& time, Upstream& upstream);

    // What it is told.
    void asks(const std::string& trace, Asked asked) { asked_[trace] = std::move(asked); }
    std::shared_ptr<Wish> begins(Wish wish);
    void ends(const std::shared_ptr<Wish>& wish, bool done);
    /// Of all rules that anybody may be judged by now.
    void in_force(std::vector<const Rulebook*> books) { books_ = std::move(books); }
    void gives(const policy::StandingPermission& permission) {
        given_[permission.id] = {permission, 0, false, false};
    }
    void born(const std::string& instance) { alive_.insert(instance); }
    void died(const std::string& instance);
    /// A process that has just begun settles what the dead left behind.
    void settling(const std::string& instance) { settling_ = instance; }

    // What it sees.
    void sees(const policy::JournalRecord& record, const policy::Approval* row);
    /// What leaves a server in any way. `reveals`: it is the one showing of a value.
    void shows(const std::string& text, bool reveals);
    void answers(const std::string& trace, const Json& structured, bool is_error);

    // What it knows.
    const std::map<std::string, Row>& rows() const { return rows_; }
    std::vector<const policy::StandingPermission*> given() const;  // whether or not they are over
    const std::vector<std::string>& reveal_ids() const { return reveal_ids_; }
    /// The newest row of this call; nullptr where there is none.
    const Row* row_of(const Asked& asked) const;
    void complain(const std::string& what) { complaints_.push_back(what); }
    const std::vector<std::string>& complaints() const { return complaints_; }

private:
    struct Given {
        policy::StandingPermission permission;
        std::size_t used = 0;
        bool in_force = false;
        bool revoked = false;
    };

    void expect(bool holds, const std::string& what);
    void first(const policy::JournalRecord& record, const policy::Approval& seen);
    void next(const policy::JournalRecord& record, Row& row, const policy::Approval& seen);
    void voted(const policy::JournalRecord& record, Row& row, const policy::Approval& seen);
    void ended_by(Wish::Kind kind, const policy::JournalRecord& record, Row& row,
                  const policy::Approval& seen);
    void narrowed(const policy::JournalRecord& record, Row& row, const policy::Approval& seen);
    void begun(const policy::JournalRecord& record, Row& row, const policy::Approval& seen);
    void finished(Row& row, const policy::Approval& seen);
    void permitted(const Row& row);
    void followed(const Row& row);
    void permission_record(const policy::JournalRecord& record);
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
    std::map<std::string, Asked> asked_;  // by trace
    std::vector<std::shared_ptr<Wish>> wishes_;
    std::vector<const Rulebook*> books_;
    std::map<std::string, Given> given_;
    std::set<std::string> alive_;
    std::string settling_;
    std::map<std::string, std::string> reveals_;  // reveal id → the create that it came of
    std::vector<std::string> reveal_ids_;
    std::map<std::string, int> shown_;  // by value
    std::string last_hash_ = std::string(64, '0');
    std::vector<std::string> complaints_;
};

/// The digest of a call, computed apart from policy/.
std::string digest_of(const Row& row, const std::string& base_url, const Json& arguments);

}  // namespace tfy::model
