// [[webhook]] and [notify.NAME] of policy.toml.
#pragma once

#include "policy/channel.hpp"
#include "policy/toml_values.hpp"

namespace tfy::policy {

// Problems go into `values`. An address is never part of one: it may be a secret.

std::vector<Channel> read_webhooks(TomlValues& values, const toml::node& node);
std::vector<Channel> read_notify(TomlValues& values, const toml::node& node);

}  // namespace tfy::policy
