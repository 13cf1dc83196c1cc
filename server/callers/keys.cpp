#include "server/callers/keys.hpp"

#include "policy/mac.hpp"
#include "server/callers/api_key.hpp"
#include "server/transport/bearer.hpp"
#include "server/transport/client_address.hpp"
#include "server/transport/text.hpp"

namespace tfy::callers {
namespace {

namespace bearer = transport::bearer;

constexpr std::string_view kind = "key:";

/// What is shown as `Authorization: Bearer …`.
struct Shown {
    std::size_t headers = 0;
    std::string_view text = {};  // empty: of another scheme, or without one
};

Shown shown_in(const transport::Headers& headers) {
    Shown shown;
    for (const auto& [name, value] : headers) {
        if (name != "authorization") continue;
        ++shown.headers;
        const auto end = std::min(value.find_first_of(" \t"), value.size());
        const auto scheme = std::string_view(value).substr(0, end);
        if (transport::equal_in_any_case(scheme, "bearer"))
            shown.text = transport::trimmed(std::string_view(value).substr(end));
    }
    return shown;
}

policy::Time day_of(policy::Time time) { return std::chrono::floor<std::chrono::days>(time); }

}  // namespace

Keys::Keys(std::unique_ptr<storage::Reader> keys, const Clock& clock,
           std::vector<std::string> trusted_proxies, UseHook used)
    : reader_(std::move(keys)),
      clock_(clock),
      trusted_proxies_(std::move(trusted_proxies)),
      used_(std::move(used)) {}

transport::Admission Keys::admit(const transport::Arrival& arrival) {
    if (arrival.method == "OPTIONS") return policy::Caller{};
    const auto shown = shown_in(arrival.headers);
    if (shown.headers == 0) return bearer::none();
    if (shown.headers > 1 || shown.text.empty()) return bearer::malformed();
    if (!look()) return bearer::not_known_now();
    auto* key = find(shown.text);
    if (key == nullptr || !key->holds(clock_.now())) return not_held(arrival);
    note_use(*key);
    return policy::Caller{.principal = std::string(kind) + key->id,
                          .default_assurance = policy::Assurance::signed_in,
                          .person = key->person,
                          .may_request = key->may_request};
}

bool Keys::still_holds(const policy::Caller& caller) {
    if (!look()) return true;
    const auto found = keys_.find(std::string_view(caller.principal).substr(kind.size()));
    return found != keys_.end() && found->second.holds(clock_.now());
}

bool Keys::look() {
    auto changed = reader_->changed_caller_keys();
    if (!changed) return false;
    if (!*changed) return true;
    keys_.clear();
    for (auto& key : **changed) keys_.emplace(key.id, std::move(key));
    return true;
}

storage::CallerKey* Keys::find(std::string_view text) {
    const auto id = id_of_api_key(text);
    const auto found = id ? keys_.find(*id) : keys_.end();
    if (found == keys_.end() || !policy::same_bytes(hash_of_api_key(text), found->second.hash))
        return nullptr;
    return &found->second;
}

transport::Admission Keys::not_held(const transport::Arrival& arrival) {
    const auto from = transport::client_network(arrival.remote, arrival.headers, trusted_proxies_);
    if (const auto wait = bad_.note(from, clock_.now())) return bearer::too_many(*wait);
    return bearer::invalid();
}

void Keys::note_use(storage::CallerKey& key) {
    const auto day = day_of(clock_.now());
    if (key.used && *key.used >= day) return;
    key.used = day;
    if (used_) used_(key.id, day);
}

}  // namespace tfy::callers
