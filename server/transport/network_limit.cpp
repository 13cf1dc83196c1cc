#include "server/transport/network_limit.hpp"

namespace tfy::transport {
namespace {

constexpr std::size_t most_networks = 4096;

}  // namespace

std::optional<std::chrono::seconds> NetworkLimit::wait_of(const std::string& network,
                                                          policy::Time now) const {
    const auto found = networks_.find(network);
    if (found == networks_.end() || found->second.count <= most_) return std::nullopt;
    const auto left = found->second.begun + window_ - now;
    if (left <= policy::Duration{0}) return std::nullopt;
    return std::chrono::ceil<std::chrono::seconds>(left);
}

std::optional<std::chrono::seconds> NetworkLimit::note(const std::string& network, policy::Time now) {
    const auto over = [this, now](const Window& window) { return now - window.begun >= window_; };
    if (networks_.size() >= most_networks && !networks_.contains(network)) {
        std::erase_if(networks_, [&](const auto& each) { return over(each.second); });
        if (networks_.size() >= most_networks) networks_.clear();  // a flood from everywhere: begin anew
    }
    auto& window = networks_.try_emplace(network, Window{.begun = now}).first->second;
    if (over(window)) window = {.begun = now};
    if (++window.count <= most_) return std::nullopt;
    return std::chrono::ceil<std::chrono::seconds>(window.begun + window_ - now);
}

}  // namespace tfy::transport
