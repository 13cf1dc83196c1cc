// A channel of policy.toml with what is in files of its own: its address and its secret.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "policy/channel.hpp"
#include "policy/secret.hpp"

namespace tfy::notify {

struct ChannelTarget {
    std::string id;  // what it is known by over restarts: "notify.NAME.…", of a webhook "wh_…": the same for
                     // the same type, address and recipients, of which nothing can be read from it
    policy::Channel wanted;
    policy::WebhookUrl url;
    std::shared_ptr<const policy::Secret> key;  // signs, signs in or routes; nullptr: there is none
};

/// Errc::refused, with the line and the file, where one cannot be read, can be read by other users, or does
/// not hold what it must. The error holds neither address nor key.
Result<std::vector<ChannelTarget>> open_channels(const std::vector<policy::Channel>& channels);
Result<ChannelTarget> open_channel(const policy::Channel& channel);

}  // namespace tfy::notify
