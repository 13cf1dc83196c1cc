// Holds new tokens' values in locked memory until their one showing, ten minutes at the most.
#pragma once

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "server/sealing/sealer.hpp"
#include "server/storage/store.hpp"
#include "tools/escrow.hpp"

namespace tfy::reveals {

class LockedEscrow final : public tools::Escrow {
public:
    /// `instance` names this process in the rows of the values that it holds; `state_dir` tells which others
    /// live.
    LockedEscrow(boost::asio::io_context& loop, storage::Store& store, sealing::Sealer& redaction,
                 const Clock& clock, std::string instance, std::filesystem::path state_dir);

    Async<Result<tools::Deposit>> hold(policy::Secret value, std::string token_name,
                                       tools::Recipients recipients) override;
    void set_token_id(const std::string& reveal_id, std::string token_id) override;
    Async<Result<tools::HeldFacts>> look(std::string reveal_id, std::string principal) override;
    Async<Result<redaction::Reveal>> claim(std::string reveal_id, std::string principal,
                                           std::string destination) override;
    Async<Result<tools::EscrowState>> fate(std::string reveal_id, std::string principal) override;

    struct Waiting {
        std::string reveal_id;
        std::string token_name;
        std::string masked;
        policy::Time until;
        tools::Recipients recipients;
    };
    /// Values that this process holds now, and who may see each on the page or in a terminal.
    std::vector<Waiting> waiting() const;
    /// The page's and the terminal's claim: by a person instead of the agent's principal. Errc::not_found
    /// if it is not theirs to see, and if it is gone.
    Async<Result<redaction::Reveal>> claim_for(std::string reveal_id, const policy::Human& person);

    /// How a person gets to the value of this reveal id, told with each new one that a person may see.
    void seen_by(std::function<tools::WayToValue(const std::string&)> way) { way_ = std::move(way); }
    /// From here on fate() tells of what is held that it is lost: this process ends. It can be claimed until
    /// then.
    void drain() { draining_ = true; }
    /// Called whenever a value was claimed or has lapsed, after that is durable or cannot be made so.
    void on_end(std::function<void()> tell) { tell_ = std::move(tell); }

private:
    struct Value {
        policy::Secret secret;
        std::string token_name;
        std::string token_id;
        tools::Recipients recipients;
        policy::Time created;
        policy::Time until;
    };
    Async<Result<redaction::Reveal>> take(std::string reveal_id, std::string destination, std::string by);
    Async<void> lapse(std::string reveal_id, policy::Time until);
    tools::EscrowState unclaimed(const storage::RevealRow& row) const;

    boost::asio::io_context& loop_;
    storage::Store& store_;
    sealing::Sealer& redaction_;
    const Clock& clock_;
    std::string instance_;
    std::filesystem::path state_dir_;
    std::map<std::string, Value> values_;
    std::function<tools::WayToValue(const std::string&)> way_ = {};
    std::function<void()> tell_ = [] {};
    bool draining_ = false;
};

}  // namespace tfy::reveals
