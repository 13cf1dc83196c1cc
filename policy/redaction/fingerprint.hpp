// Tokens known by keyed fingerprints of their windows: enough to find them again, not enough to have them.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tfy::storage {
class StateDir;
}

namespace tfy::redaction {

/// Under a key that anyone knows, values could be tried out against the fingerprints: each key is a state
/// directory's or random.
class FingerprintKey {
public:
    using Bytes = std::array<unsigned char, 32>;
    /// For what this process alone knows: it is kept nowhere.
    static FingerprintKey random();
    const Bytes& bytes() const { return bytes_; }

private:
    friend class storage::StateDir;
    friend struct FingerprintKeyForTests;
    explicit FingerprintKey(const Bytes& bytes) : bytes_(bytes) {}

    Bytes bytes_;
};

/// One window of a token: a prefilter of 32 bits and a keyed 128-bit hash, both useless without the key.
///
/// This is the form in which windows are stored. Bits of `rolling` that a version does not know are 0 in what
/// it wrote, so what is missing there must be found the slow way.
struct Fingerprint {
    static constexpr std::uint64_t plain_bit = std::uint64_t{1} << 32U;

    std::uint64_t rolling = 0;  // bits 0-31: the prefilter; bit 32: is_plain()
    std::array<unsigned char, 16> digest{};
    std::uint8_t size = 0;  // characters in the window

    /// The window is made of scanned_characters alone (characters.hpp): it is looked for in runs of them
    /// only, which is fast. Others, and those that were stored before this was known, are looked for at every
    /// byte.
    bool is_plain() const { return (rolling & plain_bit) != 0; }

    bool operator==(const Fingerprint&) const = default;
};

struct TokenFingerprints {
    std::string name;  // of the token, for the mark: [redacted:access-token ci-pipeline]; may be empty
    std::vector<Fingerprint> windows;
    /// Where the value is a JWT: what a listing tells of it. A JWT with such a claim "jti", "jwtId" or "id"
    /// is this token, though no one here has seen the value. Ids of fewer than least_jwt_id characters are
    /// left out: other issuers count theirs.
    std::vector<std::string> jwt_ids = {};
};

inline constexpr std::size_t least_jwt_id = 16;

/// Windows of 16 characters at stride 8, and the last one; a value under 16 characters is one window, one
/// under 6 has none. A JWT's first part (its header) is common to all tokens of an issuer and is left out; so
/// is a name that the value holds (named_value.hpp), which our own lists show. So is a window that is a piece
/// of the protocol's words (own_words.hpp): no message could do without it.
/// Letters lose their case before they are hashed, so a window matches in any case. White space around the
/// value does not count. Keep the windows in their order: the first and the last one mark the token's ends.
TokenFingerprints fingerprint(std::string_view value, std::string name, const FingerprintKey& key);

}  // namespace tfy::redaction
