// The doctor on the channels that tell approvers: that their hosts are found. Whether one takes a message
// only a test message shows, which the doctor does not send.
#pragma once

#include <functional>

#include "server/doctor/doctor.hpp"
#include "server/notify/channel_target.hpp"

namespace tfy::doctor {

/// Whether a host's name leads to an address.
using FindsHost = std::function<bool(const std::string& host)>;
bool finds_host(const std::string& host);

/// One finding for each; their files were read when they were opened.
CheckResults look_at_channels(const std::vector<notify::ChannelTarget>& channels, const FindsHost& finds);
/// Nothing if there is no channel, or an address that links begin with.
CheckResults look_at_links(const std::vector<notify::ChannelTarget>& channels, const std::string& public_url);

}  // namespace tfy::doctor
