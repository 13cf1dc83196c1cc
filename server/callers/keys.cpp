#include "server/callers/keys.hpp"

#include "policy/mac.hpp"
#include "policy/principals.hpp"
#include "server/callers/api_key.hpp"
#include "server/jwt/token.hpp"

namespace tfy::callers {
namespace {

policy::Time day_of(policy::Time time) { return std::chrono::floor<std::chrono::days>(time); }

}  // namespace

Keys::Keys(std::unique_ptr<storage::Reader> keys, const Clock& clock, UseHook used)
    : reader_(std::move(keys)), clock_(clock), used_(std::move(used)) {}

bool Keys::takes(std::string_view credential) const { return credential.starts_with(api_key_prefix); }

std::string_view Keys::principals() const { return policy::key_principals; }

Result<std::optional<transport::KnownCaller>> Keys::verify(std::string_view credential) {
    if (auto seen = look(); !seen) return seen.error();
    auto* key = find(credential);
    if (key == nullptr || !key->holds(clock_.now())) return std::optional<transport::KnownCaller>{};
    note_use(*key);
    auto principal = std::string(policy::key_principals) + key->id;
    return std::optional(
        transport::KnownCaller(policy::Caller{.principal = principal,
                                              .default_assurance = policy::Assurance::signed_in,
                                              .person = key->person,
                                              .label = key->label,
                                              .may_request = key->may_request},
                               principal));
}

bool Keys::still_holds(const std::string& held) {
    if (!look()) return true;
    const auto found = keys_.find(std::string_view(held).substr(policy::key_principals.size()));
    return found != keys_.end() && found->second.holds(clock_.now());
}

Result<void> Keys::look() {
    auto changed = reader_->changed_caller_keys();
    if (!changed) return changed.error();
    if (!*changed) return {};
    seen_.clear();
    keys_.clear();
    for (auto& key : **changed) keys_.emplace(key.id, std::move(key));
    return {};
}

storage::CallerKey* Keys::find(std::string_view text) {
    auto print = jwt::print_of(text);
    if (const auto seen = seen_.find(print); seen != seen_.end()) return seen->second;
    const auto id = id_of_api_key(text);
    const auto found = id ? keys_.find(*id) : keys_.end();
    if (found == keys_.end() || !policy::same_bytes(hash_of_api_key(text), found->second.hash))
        return nullptr;
    return seen_.emplace(std::move(print), &found->second).first->second;
}

void Keys::note_use(storage::CallerKey& key) {
    const auto day = day_of(clock_.now());
    if (key.used && *key.used >= day) return;
    key.used = day;
    if (used_) used_(key.id, day);
}

}  // namespace tfy::callers
