// How people and their programs come in, beside the page's own ways.
#pragma once

#include <filesystem>
#include <memory>

#include "server/app/services.hpp"
#include "server/approvals/approval_page.hpp"
#include "server/oauth/consent.hpp"
#include "server/oidc/sign_in_desk.hpp"
#include "server/upstream/own_keys.hpp"

namespace tfy::app {

/// Whether a server may print a code that signs in: a sandbox's only, whose state is its own, and only while
/// no one is enrolled there. `approvals sign-in` gives the others, behind a passphrase; a program that starts
/// a server gets none.
bool may_hand_out_codes(const std::filesystem::path& state_dir, bool sandbox);

/// None: people sign in without an identity provider. Takes its settings out of `parts`; the rest must
/// outlive it.
std::unique_ptr<oidc::SignInDesk> provider_of(Services& parts, storage::Store& store,
                                              const sealing::Sealer& redaction, const Clock& clock,
                                              const observability::Log& log,
                                              const approvals::ApprovalPage& page);
/// None unless clients come with what a person gave them. All must outlive it.
std::unique_ptr<oauth::Consent> consent_of(const Services& parts, storage::Store& store,
                                           const sealing::Sealer& redaction, const Clock& clock,
                                           const observability::Log& log);
/// None without a control plane, and in a sandbox: there people enter no keys of their own. All must outlive
/// it.
std::unique_ptr<upstream::OwnKeys> own_keys_of(const Services& parts, const upstream::OwnKeys::Uses& uses,
                                               upstream::Accounts& accounts);

}  // namespace tfy::app
