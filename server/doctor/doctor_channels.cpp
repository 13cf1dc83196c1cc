#include "server/doctor/doctor_channels.hpp"

#include <netdb.h>

#include <memory>

#include "server/system/progress.hpp"
#include "tools/own_command.hpp"

namespace tfy::doctor {

bool finds_host(const std::string& host) {
    const bool bracketed = host.starts_with('[') && host.ends_with(']');
    const auto name = bracketed ? host.substr(1, host.size() - 2) : host;
    const system::Progress progress("Looking for the hosts of channels");
    addrinfo* found = nullptr;
    if (::getaddrinfo(name.c_str(), nullptr, nullptr, &found) != 0) return false;
    ::freeaddrinfo(found);
    return true;
}

CheckResults look_at_channels(const std::vector<notify::ChannelTarget>& channels, const FindsHost& finds) {
    CheckResults all;
    for (const auto& channel : channels) {
        const auto& wanted = channel.wanted;
        const auto what = "channel " + wanted.called();
        const auto test =
            "To see whether it works: " + tools::own_command("approvals notify test " + wanted.called());
        const auto words = std::string(policy::to_string(wanted.format)) + " to " + channel.url.host;
        if (finds(channel.url.host))
            all.push_back({CheckResult::Level::ok, what, words + ", whose name is found"});
        else
            all.push_back({CheckResult::Level::warning, what,
                           words + ": the name " + channel.url.host + " is not found, so no one is told",
                           "Check its address in the rules, and the network. " + test});
    }
    return all;
}

CheckResults look_at_links(const std::vector<notify::ChannelTarget>& channels,
                           const std::string& public_url) {
    if (channels.empty() || !public_url.empty()) return {};
    return {{CheckResult::Level::warning, "links in notices",
             "they lead to http://localhost and work on this machine only",
             "If approvers are elsewhere, set --public-url to the address where they open the page."}};
}

}  // namespace tfy::doctor
