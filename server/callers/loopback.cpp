#include "server/callers/loopback.hpp"

#include <unistd.h>

namespace tfy::callers {

transport::Admission Loopback::admit(const transport::Arrival& arrival) {
    const auto lets_in = [&] {
        if (any_local_user_) return true;
        const auto account = arrival.account();
        return account && (*account == ::geteuid() || *account == 0);
    };
    if (lets_in())
        return policy::Caller{.principal = "http:loopback",
                              .default_assurance = policy::Assurance::signed_in};
    return transport::guard::Rejection{403,
                                       "Only programs of the account that runs this server, and root's, may "
                                       "call it. To let every user of this "
                                       "machine call it, start serve with --any-local-user."};
}

}  // namespace tfy::callers
