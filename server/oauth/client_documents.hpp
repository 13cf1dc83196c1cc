// Fetches clients' documents, not too often, and keeps the good ones for a while.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "policy/time.hpp"
#include "server/http_client/document_client.hpp"
#include "server/loop/fair_turns.hpp"
#include "server/oauth/client.hpp"

namespace tfy::oauth {

/// One loop only. For a person who is signed in: at most ten fetches a minute, and sixty for all of them.
class ClientDocuments {
public:
    /// `hosts`: whose documents may be fetched; `private_schemes`: of redirect addresses.
    ClientDocuments(http_client::DocumentClient& web, const Clock& clock, std::vector<std::string> hosts,
                    std::vector<std::string> private_schemes)
        : web_(web), clock_(clock), hosts_(std::move(hosts)), private_schemes_(std::move(private_schemes)) {}

    /// A good document is kept as long as its server says, 5 minutes at least and a day at most, else an
    /// hour; what is no good is not kept. Errc::refused, Errc::rate_limited, Errc::upstream; the message says
    /// what failed, and why.
    Async<Result<OAuthClient>> find(std::string client_id, std::string person);

private:
    struct Kept {
        OAuthClient client;
        policy::Time until;
    };
    void keep(const OAuthClient& client, policy::Time until, policy::Time now);

    http_client::DocumentClient& web_;
    const Clock& clock_;
    std::vector<std::string> hosts_;
    std::vector<std::string> private_schemes_;
    std::map<std::string, Kept, std::less<>> kept_;
    loop::FairTurns fetches_{10, 60};
};

}  // namespace tfy::oauth
