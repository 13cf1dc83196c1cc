// The redactor in force: swapped whole when a new token becomes known.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <vector>

#include "policy/redaction/redactor.hpp"
#include "tools/truefoundry/types.hpp"

namespace tfy::sealing {

/// Thread-safe. What it seals is sealed with every token registered so far.
class Sealer {
public:
    Sealer(redaction::FingerprintKey key, std::vector<redaction::TokenFingerprints> known);

    std::shared_ptr<const redaction::Redactor> now() const { return redactor_.load(); }
    redaction::Redacted seal(const Json& message) const { return now()->seal(message); }
    redaction::Redacted seal_text(std::string_view text) const { return now()->seal_text(text); }

    const redaction::FingerprintKey& key() const { return key_; }
    /// From here on it is redacted everywhere. Called on one loop only.
    void add(redaction::TokenFingerprints token) { add(std::vector{std::move(token)}); }
    /// Those of `tokens` that are not known yet.
    void add(std::vector<redaction::TokenFingerprints> tokens);
    /// The key that is configured from here on: it is redacted instead of the one of before, which is
    /// forgotten where add() did not make it known. Called on one loop only.
    void configure(redaction::TokenFingerprints key);
    /// What TrueFoundry lists: from here on a JWT with the id of one of them is redacted as that token, also
    /// where nobody here has seen its value. Ids stay known when their tokens are deleted. Called on one loop
    /// only.
    void learn_ids(const std::vector<truefoundry::AccessToken>& listed) {
        note_ids(listed);
        take_up_ids();
    }
    /// The same in two steps, for a list that comes in pages: each time that ids are taken up costs as much
    /// as all of them together.
    void note_ids(const std::vector<truefoundry::AccessToken>& listed);
    void take_up_ids();

    /// A peer's text for a message: sealed while it is whole, then cut and put into quotes.
    std::string quoted(std::string_view untrusted) const;

private:
    bool is_known(const redaction::TokenFingerprints& token) const;
    void renew();

    redaction::FingerprintKey key_;
    std::shared_ptr<const redaction::Redactor> at_start_;
    redaction::TokenFingerprints configured_ = {};
    std::vector<redaction::TokenFingerprints> added_;  // since the start
    std::map<std::string, std::string> jwts_;  // listed since the start: the token's name by the JWT's id
    bool noted_ = false;                       // some of them are not taken up yet
    std::atomic<std::shared_ptr<const redaction::Redactor>> redactor_;
};

}  // namespace tfy::sealing
