#include "server/app/ways_in.hpp"

namespace tfy::app {

// If it cannot be seen, no one is let in unasked.
bool may_hand_out_codes(const std::filesystem::path& state_dir, bool sandbox) {
    if (state_dir.empty()) return true;  // in tests
    if (!sandbox) return false;
    const auto ledger = storage::Ledger::open(state_dir / "ledger.db");
    if (!ledger) return false;
    const auto anyone = (*ledger)->anyone_enrolled();
    return anyone && !*anyone;
}

std::unique_ptr<oidc::SignInDesk> provider_of(Services& parts, storage::Store& store,
                                              const sealing::Sealer& redaction, const Clock& clock,
                                              const observability::Log& log,
                                              const approvals::ApprovalPage& page) {
    if (!parts.provider) return nullptr;
    auto provider = std::make_unique<oidc::Provider>(std::move(*parts.provider),
                                                     oidc::connect_with_curl(parts.ca_file), clock);
    return std::make_unique<oidc::SignInDesk>(std::move(provider), store, redaction, clock, log,
                                              [&page] { return page.home() + "/oidc"; });
}

std::unique_ptr<oauth::Consent> consent_of(const Services& parts, storage::Store& store,
                                           const sealing::Sealer& redaction, const Clock& clock,
                                           const observability::Log& log) {
    if (!parts.callers.oauth) return nullptr;
    return std::make_unique<oauth::Consent>(
        oauth::AuthorizationServer::Settings{parts.public_url, parts.clients, parts.trusted_proxies},
        parts.ca_file, store, redaction, clock, log);
}

std::unique_ptr<upstream::OwnKeys> own_keys_of(const Services& parts, const upstream::OwnKeys::Uses& uses,
                                               upstream::Accounts& accounts) {
    if (parts.sandbox || !parts.base_url.known() || !parts.url_problem.empty()) return nullptr;
    upstream::OwnKeys::Told told{
        .put = [&accounts](const std::string& person, policy::Secret key,
                           const std::string& user) { accounts.put_own(person, std::move(key), user); },
        .end = [&accounts](const std::string& person) { accounts.end_own(person); }};
    return std::make_unique<upstream::OwnKeys>(uses, parts.base_url.now(), key_check_of(parts),
                                               std::move(told));
}

}  // namespace tfy::app
