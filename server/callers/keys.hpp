// Callers known by keys that the operator gives out (`keys create`).
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "server/callers/authenticator.hpp"
#include "server/callers/bad_credentials.hpp"
#include "server/storage/reader.hpp"
#include "tools/async.hpp"

namespace tfy::callers {

/// On one loop. A key that another process makes or revokes counts from the next look on, which each request
/// takes.
class Keys final : public Authenticator {
public:
    /// Told when a key is used for the first time on a day (UTC).
    using UseHook = std::function<void(const std::string& id, policy::Time day)>;

    /// `keys` reads the server's own state database. `trusted_proxies` are addresses whose X-Forwarded-For
    /// counts.
    Keys(std::unique_ptr<storage::Reader> keys, const Clock& clock, std::vector<std::string> trusted_proxies,
         UseHook used = {});

    /// "key:ID" for its person. 401 without a key, and for one that does not hold, in the same words; 429 for
    /// the latter from the 11th one of an address within a minute on; 503 if the database cannot be read. The
    /// preflight of a browser brings no key.
    transport::Admission admit(const transport::Arrival& arrival) override;
    bool can_end() const override { return true; }
    /// True also where it cannot be known at the moment.
    bool still_holds(const policy::Caller& caller) override;

private:
    /// False if the database cannot be read.
    bool look();
    storage::CallerKey* find(std::string_view text);
    transport::Admission not_held(const transport::Arrival& arrival);
    void note_use(storage::CallerKey& key);

    std::unique_ptr<storage::Reader> reader_;
    const Clock& clock_;
    std::vector<std::string> trusted_proxies_;
    UseHook used_;
    std::map<std::string, storage::CallerKey, std::less<>> keys_;  // by id
    BadCredentials bad_;
};

}  // namespace tfy::callers
