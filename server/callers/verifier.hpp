// One kind of credential, and who holds it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "protocol/error.hpp"
#include "server/transport/listener.hpp"
#include "tools/async.hpp"

namespace tfy::callers {

class Verifier {
public:
    virtual ~Verifier() = default;

    /// Whether a credential is of this kind, by how it begins. No other verifier is asked about it then: a
    /// credential that failed here must not be tried elsewhere.
    virtual bool takes(std::string_view credential) const = 0;
    /// What the principals of its callers begin with: "key:".
    virtual std::string_view principals() const = 0;
    /// Whose it is, and by what still_holds() knows it again, which begins with principals(); nothing where
    /// it does not hold, whatever the reason. Errc::denied if it holds and gives none of our scopes; any
    /// other error if it cannot be known at the moment.
    virtual Result<std::optional<transport::KnownCaller>> verify(std::string_view credential) = 0;
    /// What to await if that could not be known, before it is asked once more. Nothing: it would not help.
    virtual std::optional<Async<void>> before_trying_again(std::string_view) { return std::nullopt; }
    /// Whether to look at this one costs so much that who shows bad ones is not to cause it.
    virtual bool is_costly(std::string_view) const { return false; }
    /// Whether it is taken from a trusted proxy alone.
    virtual bool comes_by_proxy() const { return false; }
    /// True also where that cannot be known.
    virtual bool still_holds(const std::string& held) = 0;
    /// What to await before still_holds() is asked, so that it is up to date. Nothing: it is.
    virtual std::optional<Async<void>> news_of(const std::string& /*held*/) { return std::nullopt; }
    /// Lets go of credentials that no one has shown for a while. Called every few seconds.
    virtual void forget_old() {}
};

}  // namespace tfy::callers
