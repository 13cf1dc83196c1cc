// Callers known by keys that the operator gives out (`keys create`).
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "server/callers/verifier.hpp"
#include "server/storage/reader.hpp"
#include "tools/async.hpp"

namespace tfy::callers {

/// On one loop. A key that another process makes or revokes counts from the next look on, which each request
/// takes.
class Keys final : public Verifier {
public:
    /// Told when a key is used for the first time on a day (UTC).
    using UseHook = std::function<void(const std::string& id, policy::Time day)>;

    /// `keys` reads the server's own state database.
    Keys(std::unique_ptr<storage::Reader> keys, const Clock& clock, UseHook used = {});

    bool takes(std::string_view credential) const override;
    std::string_view principals() const override;
    /// "key:ID" for its person.
    Result<std::optional<transport::KnownCaller>> verify(std::string_view credential) override;
    bool still_holds(const std::string& held) override;

private:
    Result<void> look();
    storage::CallerKey* find(std::string_view text);
    void note_use(storage::CallerKey& key);

    std::unique_ptr<storage::Reader> reader_;
    const Clock& clock_;
    UseHook used_;
    std::map<std::string, storage::CallerKey, std::less<>> keys_;  // by id
    std::map<std::string, storage::CallerKey*> seen_ = {};  // by the print of a key that was shown and is one
};

}  // namespace tfy::callers
