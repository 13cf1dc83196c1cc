#include "server/callers/loopback.hpp"

#include <unistd.h>

namespace tfy::callers {

std::optional<transport::guard::Rejection> Loopback::refusal(const transport::Arrival& arrival) const {
    if (any_local_user_) return std::nullopt;
    const auto account = arrival.account();
    if (account && (*account == ::geteuid() || *account == 0)) return std::nullopt;
    return transport::guard::Rejection{403,
                                       "Only programs of the account that runs this server, and root's, may "
                                       "call it. To let every user of this "
                                       "machine call it, start serve with --any-local-user."};
}

}  // namespace tfy::callers
