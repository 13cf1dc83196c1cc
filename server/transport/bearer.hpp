// Refusals of callers who do not show a credential that holds, as RFC 6750 has them.
#pragma once

#include <chrono>

#include "server/transport/guard.hpp"

namespace tfy::transport::bearer {

/// 401: no credential was shown.
guard::Rejection none();
/// 401: one was shown that does not hold. The same words whatever is wrong with it.
guard::Rejection invalid();
/// 400: more than one, or one that cannot be read.
guard::Rejection malformed();
/// 403: it holds, and lets its caller read only. Names the scopes that the call needs.
guard::Rejection only_reads();
/// 429, in place of invalid(): too many from this address.
guard::Rejection too_many(std::chrono::seconds wait);
/// 503: whether it holds cannot be known at the moment.
guard::Rejection not_known_now();

}  // namespace tfy::transport::bearer
