// What an authenticator's answers must be like: WebAuthn Level 3, sections 7.1 and 7.2. Pure, but for the
// library that checks signatures.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/error.hpp"

namespace tfy::webauthn {

/// The page that asks. Its host is what passkeys belong to.
class RelyingParty {
public:
    /// "http://localhost:8780", as browsers write it.
    explicit RelyingParty(std::string origin);
    const std::string& origin() const { return origin_; }
    const std::string& id() const { return id_; }

private:
    std::string origin_;
    std::string id_;
};

/// COSE's names: -7 (ES256), -8 (EdDSA), -257 (RS256); no others are taken.
struct CredentialKey {
    int algorithm = 0;
    std::string bytes;  // as libfido2 gives them: the numbers of the key one after another
};

struct NewPasskey {
    std::string id;  // bytes
    CredentialKey key;
    std::uint32_t sign_count = 0;
    bool backup_eligible = false;
    std::string aaguid;  // bytes: the authenticator's model
};

/// As a browser sends them, decoded.
struct Registration {
    std::string client_data;
    std::string authenticator_data;
    int algorithm = 0;
};
struct Assertion {
    std::string client_data;
    std::string authenticator_data;
    std::string signature;
};

/// Why an authenticator's answer does not count: half a sentence.
Error not_accepted(std::string_view why);

/// `challenge`: the 32 bytes that were to be signed. Errc::denied with what is wrong; Errc::storage where the
/// library is missing.
Result<NewPasskey> check_registration(const Registration& made, const RelyingParty& party,
                                      std::string_view challenge);

/// The count of signatures that the authenticator tells; 0 if it does not count. A person must have been
/// there and verified. Errors as above.
Result<std::uint32_t> check_assertion(const Assertion& made, const CredentialKey& key, bool backup_eligible,
                                      const RelyingParty& party, std::string_view challenge);

/// The names of the algorithms that are taken, the best first.
std::vector<int> algorithms_asked_for();

/// Whether `count` may follow `before`: it grows, unless the authenticator does not count at all.
bool may_follow(std::uint32_t before, std::uint32_t count);

/// What the browser says was signed, the bytes; nullopt if that cannot be read. Nothing of it is checked.
std::optional<std::string> challenge_in(std::string_view client_data);

}  // namespace tfy::webauthn
