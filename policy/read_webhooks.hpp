// [[webhook]] of policy.toml.
#pragma once

#include "policy/toml_values.hpp"
#include "policy/webhook.hpp"

namespace tfy::policy {

/// Problems go into `values`. An address is never part of one: it may be a secret.
std::vector<Webhook> read_webhooks(TomlValues& values, const toml::node& node);

}  // namespace tfy::policy
