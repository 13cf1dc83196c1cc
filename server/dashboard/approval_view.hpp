// An approval as the page shows it: only text that is safe to look at, never what the page has no use for.
#pragma once

#include "policy/approval.hpp"

namespace tfy::server {

/// id, tool, state, created, expires, facts {subject, effect, shown, warnings}, arguments (canonical,
/// indented), digest, short_digest, agent_reason, principal, client, because, min_assurance, reason_required,
/// destinations, marked; decision and outcome or null. Every string from others has passed policy::shown();
/// `marked` says that this changed one of them.
Json approval_view(const policy::Approval& approval);

}  // namespace tfy::server
