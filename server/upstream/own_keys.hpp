// People's own keys to TrueFoundry: checked when they are entered, sealed in the ledger, and handed to what
// sends requests with them.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "server/loop/fair_turns.hpp"
#include "server/loop/signal.hpp"
#include "server/observability/log.hpp"
#include "server/storage/own_key_rows.hpp"
#include "server/storage/store.hpp"
#include "server/upstream/key_check.hpp"

namespace tfy::upstream {

/// One loop only.
class OwnKeys {
public:
    struct Uses {
        boost::asio::io_context& loop;
        storage::Store& store;
        sealing::Sealer& redaction;
        const Clock& clock;
        const observability::Log& log;
    };
    /// Who sends with the keys: told of each that is in force from then on, and of each person who has none
    /// any more.
    struct Told {
        /// `user`: whose key it is at TrueFoundry; empty: nothing told it.
        std::function<void(const std::string& person, policy::Secret key, const std::string& user)> put;
        std::function<void(const std::string& person)> end;
    };

    /// Keys for the control plane at `base_url`. What is used must outlive it.
    OwnKeys(Uses uses, std::string base_url, KeyCheck check, Told told);

    /// Those that are there are told before this returns; from then on, within a second, what other processes
    /// change. A row that is not believed is named in the log, once. Errc::storage.
    Async<Result<void>> start();
    /// What others change is not looked for any more.
    void drain() { stop_.drain(); }
    /// At once, for what was changed in this process by others than this: a person was suspended.
    Async<Result<void>> look();

    /// Nothing if they have none.
    Async<Result<std::optional<storage::OwnKeyRow>>> of(std::string person);
    /// One check upstream; then the key is known to the redactor, kept, and in force, in this order, in the
    /// place of the one before. Errors of KeyCheck::check() and OwnKeyRows::keep(); Errc::rate_limited beyond
    /// five tries a minute, or 30 of all people.
    Async<Result<storage::OwnKeyRows::Kept>> enter(std::string person, policy::Secret key);
    /// As OwnKeyRows::end().
    Async<Result<std::optional<std::size_t>>> end(std::string person);
    /// TrueFoundry refused (401) the key that is in force. It stays in force: only its person can tell what
    /// to do.
    Async<void> mark_broken(std::string person);

    const std::string& base_url() const { return base_url_; }

private:
    Async<void> keep_looking();
    void take(std::vector<storage::OpenedOwnKey> rows);
    void tell_of(const storage::OwnKeyRow& row, policy::Secret key);

    Uses uses_;
    std::string base_url_;
    KeyCheck check_;
    Told told_;
    loop::FairTurns turns_{5, 30};
    loop::Signal stop_;
    std::map<std::string, storage::OwnKeyRow> in_force_ = {};  // by person
    std::set<std::string> named_ = {};  // rows that are not believed, by what they hold
};

}  // namespace tfy::upstream
