// Callers on this machine, known by the account that holds their end of the connection.
#pragma once

#include "server/callers/authenticator.hpp"

namespace tfy::callers {

class Loopback final : public Authenticator {
public:
    /// `any_local_user`: every account of this machine may call, as `--any-local-user` says.
    explicit Loopback(bool any_local_user) : any_local_user_(any_local_user) {}

    /// "http:loopback"; 403 unless the peer's socket belongs to this process's account or to root.
    transport::Admission admit(const transport::Arrival& arrival) override;

private:
    bool any_local_user_;
};

}  // namespace tfy::callers
