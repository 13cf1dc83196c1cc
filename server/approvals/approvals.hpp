// The desk where requests wait for a person: one durable row each, the same for every reader
// and every way to decide.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "server/approvals/current_gate.hpp"
#include "server/loop/signal.hpp"
#include "server/sealing/sealer.hpp"
#include "server/storage/store.hpp"
#include "tools/async.hpp"

namespace tfy::approvals {

using loop::Woken;

class Approvals {
public:
    /// All must outlive the desk. `instance` names this process in the rows that it executes.
    Approvals(boost::asio::io_context& loop, storage::Store& store, const CurrentGate& gate,
              const sealing::Sealer& redaction, const Clock& clock, std::string instance);

    /// Whose key a caller's calls go with.
    using KeyOf = std::function<policy::KeyIdentity(const policy::Caller&)>;
    /// Asked at each claim, whose answer is written down with it. Without it nothing is.
    void begins_with(KeyOf key) { key_ = std::move(key); }
    /// Whose key a caller's calls go with now: permissions are given for it, and cover only its calls.
    policy::KeyIdentity key_in_use(const policy::Caller& caller) const {
        return key_ ? key_(caller) : policy::KeyIdentity{};
    }
    /// Whether `approval` was asked while another user's key was in use, or no one can tell that it is the
    /// same user: what its approver was shown is about that user's tokens. It does not run then.
    bool is_for_another_key(const policy::Approval& approval) const;
    /// What seals text by others before it is shown.
    const policy::Seals& seals() const { return redaction_; }
    /// See Ledger::begun_with.
    Async<Result<std::optional<policy::KeyIdentity>>> begun_with(std::string approval_id);

    struct Opened {
        policy::Approval approval;
        bool attached = false;
    };
    /// Writes the row, or attaches to the one that answers this call (policy::answers). Approved already
    /// where a standing permission covers it. Durable when it returns. Errc::conflict and
    /// Errc::denied: see Ledger::open_request.
    Async<Result<Opened>> open(policy::Ask ask, policy::Facts facts, std::string agent_reason);
    /// Writes a row that is approved already (Gate::follow_up).
    Async<Result<Opened>> open_approved(policy::Approval approval);
    /// The request that answers this call (policy::answers), if there is one: a repeated call needs no new
    /// facts. Errc::denied if there is none, and the caller is frozen.
    Async<Result<std::optional<policy::Approval>>> find_answering(policy::Call call);
    /// Its agent words its reason anew: the people who decide see the newest words, the journal keeps them
    /// all. Errc::rate_limited if it did so too often.
    Async<Result<policy::Approval>> reword(policy::Approval approval, std::string reason);
    /// The caller of this ended request is told how it ended: see policy::answers_until(). Nothing for an
    /// open one.
    Async<void> told(policy::Approval approval);
    /// What this ended request did is no longer so: the same call asks anew.
    Async<Result<void>> answers_no_more(std::string id);

    /// As it is now: lapsed if its time is over, withdrawn if the key or the grant of its caller is (see
    /// storage::Ledger::caller_has_ended), superseded if the value that it is to show is lost.
    /// Errc::not_found.
    Async<Result<policy::Approval>> find(std::string id);
    /// All that are open, newest first; behind them, unless `open_only`, the newest ones that are not, lapsed
    /// ones as expired.
    Async<Result<std::vector<policy::Approval>>> list(bool open_only);
    struct Board {
        std::vector<policy::Approval> approvals;
        std::size_t more = 0;     // that wait for a person and come after these
        std::size_t waiting = 0;  // for a person, in all
    };
    /// What a person looks at. From the first on: a page of those that wait, oldest first, then all that were
    /// approved and are not over, then the newest `decided` ones that are. Behind `after`: the next page
    /// alone; Errc::not_found if there is no such request.
    Async<Result<Board>> board(std::string after, std::size_t page_size, std::size_t decided);
    /// The same without what was decided: a page of those that wait, from the first on or behind `after`.
    Async<Result<Board>> waiting_page(std::string after, std::size_t page_size);
    /// What was decided: from the first on, all that are approved and not over, then the newest ones that are
    /// over, lapsed ones as expired; behind `before` only these. `more`: 1 if there are older ones.
    Async<Result<Board>> history_page(std::string before, std::size_t page_size);
    /// Records of the journal from this number on.
    Async<Result<std::vector<journal::JournalRecord>>> journal_page(std::int64_t first, std::size_t limit);
    /// As storage::verify_journal() says it; other work goes on between the pages.
    Async<Result<std::string>> verify_journal();
    /// The principal's own, newest first, those that are older than `before` (all if it is empty), lapsed
    /// ones as expired. Errc::not_found for a `before` that is not theirs.
    Async<Result<std::vector<policy::Approval>>> list_of(std::string principal, std::string before,
                                                         std::size_t limit);
    /// How long an approved call waits for its client.
    policy::Duration claim_window() const { return gate_.now()->rules().claim_window; }

    Async<Result<policy::Approval>> approve(std::string id, policy::Human person,
                                            policy::DecisionInput choice);
    Async<Result<policy::Approval>> deny(std::string id, policy::Human person, std::string reason);
    /// See policy::narrow; arguments and facts are the tool's own. Errc::conflict if another open request
    /// asks for that already.
    Async<Result<policy::Approval>> narrow(std::string id, policy::Human person, std::string shown_digest,
                                           Json arguments, policy::Facts facts);
    /// See policy::extend.
    Async<Result<policy::Approval>> extend(std::string id, policy::Human person);
    Async<Result<policy::Approval>> withdraw(std::string id, std::string by);

    /// approved → executing, durable and journalled, then the permit. Errc::conflict if someone else was
    /// first.
    Async<Result<policy::ApprovedPermit>> claim(policy::Approval approval, policy::Call call);
    /// What was approved can never run, because the definition that it was approved under is no more: it ends
    /// as superseded. Nothing runs.
    Async<Result<policy::Approval>> supersede(policy::Approval approval);
    /// executing → succeeded, failed or unknown, with the masked outcome.
    Async<Result<policy::Approval>> finish(std::string id, policy::Approval::State end, Json outcome);
    /// The same for a call of a process that did not live to finish it (see orphans.hpp). Errc::conflict or
    /// Errc::refused if someone else has.
    Async<Result<policy::Approval>> settle(std::string id, policy::Approval::State end, Json outcome);
    /// What is to show a value whose process has ended is superseded, and says so.
    Async<Result<void>> end_what_lost_its_value();
    /// All that are executing, by whichever process.
    Async<Result<std::vector<policy::Approval>>> executing();

    struct [[nodiscard]] Waited {
        policy::Approval approval;  // as it is now
        Woken woken;                // changed: its state is no longer the one that was seen
    };
    /// Resumes when the row's state is no longer `seen`, at `until`, or at once while draining(). Sees
    /// decisions of other processes within a quarter of a second.
    Async<Result<Waited>> wait(std::string id, policy::Approval::State seen, policy::Time until);

    /// No one is kept waiting any more: every wait ends now, and so does every later one at once.
    void drain();
    bool draining() const { return signal_.draining(); }

    /// Grows with every change that this process has seen; wait_revision resumes when it is no longer `seen`,
    /// after `limit`, or at once while draining(), after which there is nothing to wait for any more.
    std::uint64_t revision() const { return signal_.revision(); }
    Async<Woken> wait_revision(std::uint64_t seen, std::chrono::milliseconds limit);
    /// Resumes after `limit`, whatever changes meanwhile, or at once while draining().
    Async<Woken> pause(std::chrono::milliseconds limit) const { return signal_.pause(limit); }
    /// Something that people look at has changed: revision() grows, and every wait looks again.
    void ring() { signal_.notify(); }

private:
    Async<Result<void>> tell_of_rivals(policy::Approval& fresh);
    Async<Result<Opened>> write_new(policy::Approval fresh, std::string kind);
    Async<Result<std::vector<policy::StandingPermission>>> permissions_for(policy::Approval fresh);
    Async<Result<std::optional<Opened>>> open_permitted(
        policy::Approval fresh, const std::vector<policy::StandingPermission>& permissions);
    Async<Result<policy::Approval>> write(policy::Approval::State expected, Result<policy::Approval> next,
                                          std::string kind, std::optional<policy::Signature> signature = {});
    using Change = std::function<Result<void>(storage::Ledger&, const policy::StoredApproval&,
                                              const journal::JournalEntry&)>;
    Async<Result<policy::Approval>> write(Result<policy::Approval> next, std::string kind, Change change);
    Async<Error> for_another_key(policy::Approval approval);
    struct Step {
        policy::StoredApproval next;
        journal::JournalEntry record;
    };
    /// Without values, and with its record.
    Result<Step> storable(Result<policy::Approval> next, std::string kind) const;
    /// Nothing: a standing permission approved it for the key of another user.
    Async<Result<std::optional<policy::Claim>>> begin(Result<policy::Approval> next);
    Async<Result<void>> asked_by_no_other(policy::Approval narrowed);
    Async<Result<policy::Approval>> fail(std::string id, Error why);
    Async<Result<policy::Approval>> end_as(policy::Approval current, policy::Approval::State end,
                                           Json outcome, std::string kind);
    Async<Result<policy::Approval>> end_execution(std::string id, policy::Approval::State end, Json outcome,
                                                  std::string kind);
    Async<void> watch_ledger();

    boost::asio::io_context& loop_;
    storage::Store& store_;
    const CurrentGate& gate_;
    const sealing::Sealer& redaction_;
    const Clock& clock_;
    std::string instance_;
    KeyOf key_ = {};
    std::map<std::string, policy::Approval> running_;  // as this process claimed them, by id
    loop::Signal signal_;
    std::size_t waiting_ = 0;
    bool watching_ = false;
    std::optional<std::int64_t> seen_ = {};  // of Ledger::data_version()
};

}  // namespace tfy::approvals
