// The one showing of a new token's value.
#pragma once

#include <string>

#include "policy/secret.hpp"

namespace tfy::reveals {
class LockedEscrow;
}
namespace tfy::cli {
class SandboxRoutes;
}

namespace tfy::redaction {

/// A claimed reveal: made only after the claim is durable, consumed by Redactor::seal_reveal. Where the
/// message holds `placeholder()`, the value goes in.
class Reveal {
public:
    Reveal(Reveal&&) noexcept = default;
    Reveal& operator=(Reveal&&) noexcept = default;

    /// Random; is in the message until it is sealed. Letters and digits only.
    const std::string& placeholder() const { return placeholder_; }

private:
    friend class reveals::LockedEscrow;  // after the claim is durable
    friend class cli::SandboxRoutes;     // the other side of the wire: make-believe values in create answers
    friend class Redactor;
    friend struct RevealForTests;
    Reveal(policy::Secret value, std::string placeholder)
        : value_(std::move(value)), placeholder_(std::move(placeholder)) {}

    policy::Secret value_;
    std::string placeholder_;
};

}  // namespace tfy::redaction
