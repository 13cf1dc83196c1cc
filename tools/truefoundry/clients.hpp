// By whose key a caller's requests go.
#pragma once

#include "policy/call.hpp"
#include "policy/redacted.hpp"

namespace tfy::truefoundry {

class Client;

class Clients {
public:
    virtual ~Clients() = default;

    /// The client of the account that this caller uses, with the caller's trace context. It can be kept for
    /// as long as its call runs, also if the account ends meanwhile. Where the caller has none, each request
    /// ends with Errc::upstream, {cause: "no_key_for_caller"} and a sentence that says how to get one.
    virtual Client of(const policy::Caller& caller) const = 0;
    /// What seals TrueFoundry's texts before they are shown.
    virtual const policy::Seals& seals() const = 0;
};

}  // namespace tfy::truefoundry
