#include "server/callers/bad_credentials.hpp"

namespace tfy::callers {
namespace {

constexpr std::chrono::minutes one_minute{1};
constexpr std::size_t most_networks = 4096;

}  // namespace

std::optional<std::chrono::seconds> BadCredentials::note(const std::string& network, policy::Time now) {
    const auto over = [now](const Minute& minute) { return now - minute.begun >= one_minute; };
    if (networks_.size() >= most_networks && !networks_.contains(network)) {
        std::erase_if(networks_, [&](const auto& each) { return over(each.second); });
        if (networks_.size() >= most_networks) networks_.clear();  // a flood from everywhere: begin anew
    }
    auto& minute = networks_.try_emplace(network, Minute{.begun = now}).first->second;
    if (over(minute)) minute = {.begun = now};
    if (++minute.count <= a_minute) return std::nullopt;
    return std::chrono::ceil<std::chrono::seconds>(minute.begun + one_minute - now);
}

}  // namespace tfy::callers
