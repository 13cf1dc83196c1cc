// A key is kept as known once TrueFoundry has accepted it: until then it may be any word.
#pragma once

#include <memory>

#include "server/observability/log.hpp"
#include "server/storage/store.hpp"
#include "server/upstream/api_key.hpp"
#include "tools/truefoundry/exchange.hpp"

namespace tfy::upstream {

struct KeepsKeys {
    storage::Store& store;
    sealing::Sealer& redaction;
    const observability::Log& log;
};

/// `exchange`; the first answer with which TrueFoundry accepts the key (2xx) makes the key known to the
/// redactor for good, and on disk for the next process, before anyone has the answer. If it cannot be
/// written, that is logged, and tried again with the next answer. What is used must outlive it.
std::unique_ptr<truefoundry::Exchange> keep_accepted_keys(std::unique_ptr<truefoundry::Exchange> exchange,
                                                          KeepsKeys uses, std::shared_ptr<const OwnKey> key);

}  // namespace tfy::upstream
