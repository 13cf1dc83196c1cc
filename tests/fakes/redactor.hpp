// Redactors for tests: the product makes one a process.
#pragma once

#include <string>
#include <vector>

#include "policy/redaction/redactor.hpp"
#include "tests/fakes/permits.hpp"

namespace tfy::redaction {

struct RedactorForTests {
    static Redactor make(FingerprintKey key = FingerprintKeyForTests::make(),
                         std::vector<TokenFingerprints> tokens = {}) {
        return {key, std::move(tokens)};
    }
};

}  // namespace tfy::redaction

namespace tfy::fakes {

/// One that knows no token: for tests of what else becomes of a text.
inline const redaction::Redactor& no_tokens() {
    static const auto redactor = redaction::RedactorForTests::make();
    return redactor;
}

/// A text as if it had been sealed.
inline redaction::Redacted as_sealed(std::string_view text) {
    return redaction::RedactedForTests::make(std::string(text));
}

}  // namespace tfy::fakes
