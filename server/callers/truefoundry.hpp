// Callers known by their own TrueFoundry keys, which TrueFoundry's gateway passes on.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "policy/redaction/fingerprint.hpp"
#include "policy/secret.hpp"
#include "server/callers/verifier.hpp"

namespace tfy::callers {

/// On one loop. TrueFoundry is asked about a key: what it accepted counts for 60 s, what it refused is
/// remembered for 30 s, and what it did not answer is not known. One question at a time for each key.
class TrueFoundryKeys final : public Verifier {
public:
    /// Asks TrueFoundry with the key: whose it is ("ada@example.com"; empty where nothing tells it).
    /// Errc::denied or Errc::refused: it is not accepted. Any other error: that is not known.
    using Check = std::function<Async<Result<std::string>>(const policy::Secret& key)>;

    struct Hooks {
        /// This key is the one that counts for this principal from now on.
        std::function<void(const std::string& principal, std::shared_ptr<const policy::Secret> key)> accepted;
        /// TrueFoundry no longer accepts the key of this principal, and no other one of theirs is known.
        std::function<void(const std::string& principal)> ended;
        /// No one has shown or held a key of this principal for a minute: it is forgotten.
        std::function<void(const std::string& principal)> left;
        /// A key was not taken, or TrueFoundry could not be asked: its caller is not told why.
        std::function<void(const Error& why)> refused;
    };

    static constexpr std::size_t most_keys = 10'000;
    static constexpr std::size_t most_at_once = 32;  // questions to TrueFoundry

    /// `clock` must outlive it. All hooks are given.
    TrueFoundryKeys(Check check, redaction::FingerprintKey hash_key, const Clock& clock, Hooks hooks)
        : check_(std::move(check)), hash_key_(hash_key), clock_(clock), hooks_(std::move(hooks)) {}

    /// All that is no credential of our own.
    bool takes(std::string_view credential) const override;
    std::string_view principals() const override;
    /// "tfy:USER", or "tfy:key-HASH" where TrueFoundry does not tell whose it is; one key stays one caller as
    /// long as it is known. Errc::upstream if TrueFoundry has to be asked first.
    Result<std::optional<transport::KnownCaller>> verify(std::string_view credential) override;
    /// Nothing if as many keys are being asked about as may be.
    std::optional<Async<void>> before_trying_again(std::string_view credential) override;
    /// Unless the answer is known.
    bool is_costly(std::string_view credential) const override;
    bool comes_by_proxy() const override { return true; }
    /// By this very key, hashed.
    bool still_holds(const std::string& held) override;
    /// Asks again about a key that is held, early enough that it ends within 60 s.
    std::optional<Async<void>> news_of(const std::string& held) override;
    void forget_old() override;

private:
    struct Known {
        std::shared_ptr<const policy::Secret> key = {};  // none: it was refused
        std::string principal = {};
        policy::Time answered;    // when TrueFoundry last said so
        policy::Time used;        // when it was last shown or held
        policy::Time asked = {};  // when TrueFoundry was last asked in vain
    };
    using Place = std::map<std::string, Known, std::less<>>::iterator;
    struct Asking;
    class Turn;

    std::string id_of(std::string_view credential) const;
    bool counts(const Known& known) const;
    Async<void> ask(std::string id, std::shared_ptr<const policy::Secret> key);
    void take(const std::string& id, std::shared_ptr<const policy::Secret> key, Result<std::string> answer);
    void accept(const std::string& id, std::shared_ptr<const policy::Secret> key, const std::string& user);
    void make_room();
    void drop(Place place, const std::function<void(const std::string&)>& tell);

    Check check_;
    redaction::FingerprintKey hash_key_;
    const Clock& clock_;
    Hooks hooks_;
    std::map<std::string, Known, std::less<>> known_ = {};  // by id
    std::map<std::string, std::string> in_use_ = {};        // principal: id of the key that counts for it
    std::map<std::string, std::shared_ptr<Asking>, std::less<>> asking_ = {};  // by id
};

}  // namespace tfy::callers
