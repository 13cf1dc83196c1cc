// What an answer that is no success means, in our own words: upstream text goes no further than one short,
// marked quotation.
#pragma once

#include "policy/redacted.hpp"
#include "policy/time.hpp"
#include "tools/truefoundry/exchange.hpp"

namespace tfy::truefoundry {

enum class Asked { list, create, remove };

/// The failure that `response`, whose status is not 2xx, stands for. `data` is {http_status, retry_after?}:
/// for those who must tell 401 from 403, and the seconds for which TrueFoundry wants to be left alone. A
/// create or delete that is answered 408 or 5xx may have happened (a proxy may have lost the real answer):
/// Errc::ambiguous.
Error failure(const ApiResponse& response, Asked asked, const policy::Seals& seal);

/// A read that fails like this fails the same way in a minute: the key, the address, the tenant's rules.
bool is_refusal(const Error& error);

/// Adds the status as data and the upstream request id to the end of the message, where there is one that
/// looks like an id.
Error with_request_id(Error error, const ApiResponse& response);

constexpr bool is_success(int status) { return status >= 200 && status < 300; }
/// Worth another try: 408, 429 and 5xx.
constexpr bool may_pass(int status) { return status == 408 || status == 429 || status >= 500; }

}  // namespace tfy::truefoundry
