// How often something came from where.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>

#include "policy/time.hpp"

namespace tfy::transport {

/// Of each network (client_network()), `most` in a time.
class NetworkLimit {
public:
    NetworkLimit(std::size_t most, policy::Duration window) : most_(most), window_(window) {}

    /// Nothing has come from anywhere yet: wait_of() any network is nothing.
    bool untouched() const { return networks_.empty(); }
    /// The time until a network counts anew from which there were too many; nothing for any other.
    std::optional<std::chrono::seconds> wait_of(const std::string& network, policy::Time now) const;
    /// One more from this network. The time until its next one counts anew, if there were too many.
    std::optional<std::chrono::seconds> note(const std::string& network, policy::Time now);

private:
    struct Window {
        policy::Time begun;
        std::size_t count = 0;
    };
    std::size_t most_;
    policy::Duration window_;
    std::map<std::string, Window> networks_ = {};  // bounded
};

}  // namespace tfy::transport
