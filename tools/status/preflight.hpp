// Does the configuration work: one cheap question to TrueFoundry, and what its answer, or silence, means.
#pragma once

#include <optional>

#include "policy/redacted.hpp"
#include "protocol/error.hpp"
#include "tools/key_facts.hpp"

namespace tfy::status {

struct Preflight {
    std::string connection = {};  // "works", "not_set", "misconfigured", "unreachable", "key_refused",
                                  // "no_permission", "unexpected_answer"
    std::string cause = {};       // finer than that: "name_not_found", "tls_refused" …; empty if it works
    std::string sentence = {};    // what is wrong, why, and what to do
    std::vector<std::string> warnings = {};  // works all the same
    std::string reason = {};  // the sentence without what to do, where it says that last; else empty
};

/// What can be told without asking: nullopt if there is an address and a key. `url_problem` says why the
/// address cannot be used, `url_cause` the same in a word; both empty if it can.
std::optional<Preflight> before_asking(const std::string& base_url, const std::string& url_problem,
                                       const std::string& url_cause, const tools::KeyFacts& key);

/// What Client::probe() came to.
Preflight after_asking(const Result<void>& probed, const tools::KeyFacts& key, policy::Time now,
                       const policy::Seals& seal);

}  // namespace tfy::status
