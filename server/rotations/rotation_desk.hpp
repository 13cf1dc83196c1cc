// The desk where the second halves of rotations wait: an old token is deleted here, after its successor's
// value was handed over and the grace is over, by exactly one process.
#pragma once

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "policy/human.hpp"
#include "server/loop/signal.hpp"
#include "server/observability/log.hpp"
#include "server/sealing/sealer.hpp"
#include "server/storage/store.hpp"
#include "server/upstream/key_identities.hpp"
#include "tools/base_url.hpp"
#include "tools/truefoundry/client.hpp"

namespace tfy::rotations {

class RotationDesk final : public access_tokens::Rotations {
public:
    struct Rooms {
        boost::asio::io_context& loop;
        storage::Store& store;
        const truefoundry::Clients& clients;
        const sealing::Sealer& redaction;
        const Clock& clock;
        const observability::Log& log;
    };

    /// `instance` names this process in the rows that it works at; `state_dir` tells which others live.
    /// `base_url` is the control plane that the client asks: what belongs to another one waits for a process
    /// that asks that one, since here its tokens would look as if they were gone.
    RotationDesk(Rooms rooms, std::string instance, std::filesystem::path state_dir, tools::BaseUrl base_url);

    Async<Result<void>> reserve(std::string approval_id, std::string old_id) override;
    Async<void> release(std::string approval_id) override;
    Async<Result<access_tokens::Rotation>> begin(access_tokens::RotationOrder order,
                                                 access_tokens::Successor made) override;
    Async<Result<std::optional<access_tokens::Rotation>>> under_way(std::string old_id) override;

    /// The rotation that this approval let run; nothing if it let none.
    Async<Result<std::optional<access_tokens::Rotation>>> of(std::string approval_id);
    /// Those whose old token still may go, oldest first.
    Async<Result<std::vector<access_tokens::Rotation>>> list();
    /// The old token stays. Errc::not_found; Errc::refused if it is too late or decided already;
    /// Errc::conflict if it was taken up in the same moment.
    Async<Result<access_tokens::Rotation>> keep(std::string id, policy::Human person);

    /// Where a person may keep an old token, told with each rotation; empty: nowhere but in a terminal.
    void kept_on(std::function<std::string()> page) { page_ = std::move(page); }
    /// From here on the desk looks by itself: now, whenever one is due, when look_again() says so, and every
    /// minute for what processes that ended have left.
    void start();
    /// To be called when a value was claimed or has lapsed.
    void look_again() { again_.notify(); }
    /// Nothing more is begun.
    void drain() { again_.drain(); }
    /// Called with the id of each old token that is gone, no matter who deleted it, and with whose agent had
    /// asked for its rotation.
    using Deleted = std::function<void(const std::string& id, const policy::Caller& asker)>;
    void on_deleted(Deleted tell) { tell_ = std::move(tell); }
    /// Called after each step of a rotation that this desk has written down.
    void on_change(std::function<void()> tell) { changed_ = std::move(tell); }

    /// From here on an old token that is not listed counts as gone only where the rotation was begun with a
    /// key of the same user: to another's it would look the same.
    void tell_keys_apart(upstream::HoldersOfKeys keys) { keys_ = std::move(keys); }

    /// One look at everything that is open: what start() repeats.
    Async<void> look();
    /// How long start() waits after that look. Where a step could not be written down: a minute, although
    /// something is due.
    Async<policy::Duration> until_next();

private:
    Async<void> keep_looking();
    void warn_unwritten(const access_tokens::Rotation& rotation, const Error& why);
    Async<void> attend(storage::RotationRow row);
    Async<void> end_reveal(storage::RotationRow row, bool mine);
    Async<void> carry_out(storage::RotationRow row);
    Async<Result<policy::Caller>> asker_of(storage::RotationRow row);
    Async<Result<void>> sees_its_tokens(storage::RotationRow row, policy::Caller asker);
    Async<void> put_off(storage::RotationRow row, Error why);
    Async<void> finish(storage::RotationRow row, policy::Caller asker);
    Async<void> leave(storage::RotationRow row, access_tokens::Rotation::Kept because);
    Async<Result<storage::RotationRow>> write(storage::RotationRow row, std::string kind);
    bool is_for_me(const storage::RotationRow& row) const;
    access_tokens::Rotation with_page(storage::RotationRow row) const;

    Rooms deps_;
    std::string instance_;
    std::filesystem::path state_dir_;
    tools::BaseUrl base_url_;
    std::set<std::string> reserving_;  // approvals whose successor is being made here
    loop::Signal again_;
    bool unwritten_ = false;  // the last look had a step that could not be written down
    upstream::HoldersOfKeys keys_ = {};
    Deleted tell_ = [](const std::string&, const policy::Caller&) {};
    std::function<void()> changed_ = [] {};
    std::function<std::string()> page_ = [] { return std::string{}; };
};

}  // namespace tfy::rotations
