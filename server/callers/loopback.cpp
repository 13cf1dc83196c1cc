#include "server/callers/loopback.hpp"

#include <unistd.h>

#include "policy/principals.hpp"

namespace tfy::callers {

transport::Admission Loopback::admit(const transport::Arrival& arrival) {
    const auto caller = policy::caller_with(std::string(policy::http_principals) + "loopback");
    if (any_local_user_) return transport::KnownCaller(caller);
    const auto found = arrival.account();
    if (!found.can_be_asked)
        return transport::guard::Rejection{
            403,
            "This system does not tell which account calls, so the server cannot keep other users of this "
            "machine out. Nothing was done. To let every user of this machine call it, start serve with "
            "--any-local-user; or give each caller a key."};
    if (!found.asked)
        return transport::guard::Rejection{
            503,
            "The server cannot find out which account calls: too many files or connections are open. Nothing "
            "was done. Try again in a moment.",
            {{"retry-after", "1"}}};
    if (found.account && (*found.account == ::geteuid() || *found.account == 0))
        return transport::KnownCaller(caller);
    return transport::guard::Rejection{403,
                                       "Only programs of the account that runs this server, and root's, may "
                                       "call it. To let every user of this "
                                       "machine call it, start serve with --any-local-user."};
}

}  // namespace tfy::callers
