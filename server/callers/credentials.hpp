// Callers known by what they show as Authorization: Bearer.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "server/callers/authenticator.hpp"
#include "server/callers/verifier.hpp"
#include "server/transport/bearer.hpp"
#include "server/transport/network_limit.hpp"
#include "tools/async.hpp"

namespace tfy::callers {

/// On one loop. Each credential is looked at by the one verifier that takes it.
class Credentials final : public Authenticator {
public:
    /// `trusted_proxies` are addresses whose X-Forwarded-For counts.
    Credentials(std::vector<std::unique_ptr<Verifier>> verifiers, transport::bearer::Challenge challenge,
                const Clock& clock, std::vector<std::string> trusted_proxies, CallerLimits::Most most = {})
        : verifiers_(std::move(verifiers)),
          challenge_(std::move(challenge)),
          clock_(clock),
          trusted_proxies_(std::move(trusted_proxies)),
          limits_(most) {}

    /// 401 without a credential, and for one that does not hold, in the same words; 429 for the latter from
    /// the 11th one of an address within a minute on; 429 for a caller that sends more than it may in a
    /// minute; 403 for one that gives no right, or that comes by no trusted proxy though it should; 503 where
    /// it cannot be known. The preflight of a browser brings none.
    transport::Admission admit(const transport::Arrival& arrival) override;
    bool can_end() const override { return true; }
    bool still_holds(const std::string& held) override;
    std::optional<Async<void>> news_of(const std::string& held) override;
    void forget_old() override;
    std::optional<transport::guard::Rejection> count_more(const policy::Caller& caller,
                                                          std::size_t messages) override;
    std::optional<CallerLimits::Turn> begin(const policy::Caller& caller) override {
        return limits_.begin(caller.principal);
    }
    transport::bearer::Challenge challenge() const override { return challenge_; }

private:
    Verifier* verifier_of(std::string_view credential) const;
    Verifier* verifier_of_held(const std::string& held) const;
    Async<transport::Verdict> try_again(Async<void> awaited, Verifier& verifier, std::string credential,
                                        std::string network);
    transport::Verdict verdict_of(Result<std::optional<transport::KnownCaller>> caller,
                                  const std::string& network);
    transport::Verdict admitted(transport::KnownCaller caller);
    transport::Verdict not_held(const std::string& network);

    std::vector<std::unique_ptr<Verifier>> verifiers_;
    transport::bearer::Challenge challenge_;
    const Clock& clock_;
    std::vector<std::string> trusted_proxies_;
    transport::NetworkLimit bad_{10, std::chrono::minutes{1}};  // credentials that do not hold
    CallerLimits limits_;
};

}  // namespace tfy::callers
