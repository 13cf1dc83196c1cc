// Cuts a token into windows and keeps only their keyed hashes.
#include "policy/redaction/fingerprint.hpp"

#include <sodium.h>

#include <algorithm>

#include "policy/redaction/characters.hpp"
#include "policy/redaction/jwt.hpp"
#include "policy/redaction/named_value.hpp"
#include "policy/redaction/own_words.hpp"
#include "policy/redaction/window_hash.hpp"
#include "policy/sodium.hpp"

namespace tfy::redaction {

namespace {

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blank = " \t\r\n";
    const auto first = text.find_first_not_of(blank);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

/// What is secret about a token: all of it, or all but the header that a JWT has in common with its issuer's
/// other tokens, or all but its own name.
std::string_view secret_part(std::string_view value) {
    const auto jwt = read_jwt(value);
    const auto rest = value.substr(jwt ? jwt->header.size() + 1 : name_part(value));
    return rest.size() < window_size ? value : rest;
}

Fingerprint print(const WindowHash& hash, std::string_view window) {
    auto made = hash.print(window);
    if (std::ranges::all_of(window, [](char c) { return has(scanned_characters, c); }))
        made.rolling |= Fingerprint::plain_bit;
    return made;
}

}  // namespace

FingerprintKey FingerprintKey::random() {
    policy::ready_sodium();
    Bytes bytes{};
    randombytes_buf(bytes.data(), bytes.size());
    return FingerprintKey(bytes);
}

TokenFingerprints fingerprint(std::string_view value, std::string name, const FingerprintKey& key) {
    TokenFingerprints prints{std::move(name), {}};
    const auto part = secret_part(trimmed(value));
    if (part.size() < least_value) return prints;
    const WindowHash hash(key);
    const auto add = [&](std::string_view window) {
        if (!is_own_word(window)) prints.windows.push_back(print(hash, window));
    };
    if (part.size() < window_size) {
        add(part);
        return prints;
    }
    std::size_t at = 0;
    for (; at + window_size <= part.size(); at += window_stride) add(part.substr(at, window_size));
    const auto last = part.size() - window_size;
    if (last % window_stride != 0) add(part.substr(last));
    return prints;
}

}  // namespace tfy::redaction
