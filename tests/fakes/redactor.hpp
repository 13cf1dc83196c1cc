// Redactors for tests: the product makes one a process.
#pragma once

#include <vector>

#include "policy/redaction/redactor.hpp"

namespace tfy::redaction {

struct RedactorForTests {
    static Redactor make(FingerprintKey key = {}, std::vector<TokenFingerprints> tokens = {}) {
        return {key, std::move(tokens)};
    }
};

}  // namespace tfy::redaction
