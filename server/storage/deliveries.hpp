// The journal as an outbox: which channel has still to hear of which record. Several processes may send from
// one; each record is claimed by one of them.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "server/storage/ledger.hpp"

namespace tfy::storage {

/// A channel is known by an id that does not change. Blocking, one transaction each, Errc::storage, like the
/// ledger's own methods.
class Deliveries {
public:
    explicit Deliveries(Ledger& ledger) : impl_(*ledger.impl_) {}

    struct Delivery {
        journal::JournalRecord record;
        std::optional<policy::Approval> approval;  // as it is now
        int attempts = 0;                          // with this one
    };
    using Wanted = std::function<bool(const journal::JournalRecord&)>;

    /// That wait for one channel; of more, the oldest are dropped.
    static constexpr std::int64_t most_waiting = 1000;

    /// From here on records wait for this channel: those that come after. A known one changes nothing.
    Result<void> subscribe(const std::string& channel);
    /// Lets those of the records that came since, and that are `wanted`, wait for it. How many were dropped,
    /// because too many wait.
    Result<std::size_t> collect(const std::string& channel, const Wanted& wanted, policy::Time now);
    /// One that is due, for this process alone until it is done, postponed, or taken over.
    Result<std::optional<Delivery>> claim(const std::string& channel, const std::string& instance,
                                          policy::Time now);
    /// It is over with this record, well or not. Nothing if the claim is no longer this instance's.
    Result<void> done(const std::string& channel, std::int64_t sequence, const std::string& instance);
    Result<void> postpone(const std::string& channel, std::int64_t sequence, const std::string& instance,
                          policy::Time due);

    /// The instances that hold claims.
    Result<std::vector<std::string>> holders();
    /// What `instance` holds can be claimed by others: it is no longer there.
    Result<void> take_over(const std::string& instance);

    /// Approvals whose time was over before anyone looked.
    Result<std::vector<std::string>> overdue(policy::Time now);

private:
    Ledger::Impl& impl_;
};

}  // namespace tfy::storage
