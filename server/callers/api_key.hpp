// The keys by which programs call this server: their text, and what is kept of it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tfy::callers {

inline constexpr std::string_view api_key_prefix = "tpm_k_";

/// "tpm_k_", 8 characters of id, 43 of secret (256 random bits), 6 of checksum. Wipe the text after use.
struct ApiKey {
    std::string id;
    std::string text;
};
ApiKey make_api_key();

/// The id in the text of a key; nullopt unless it is whole and its checksum fits: a mistyped one is not
/// looked up.
std::optional<std::string> id_of_api_key(std::string_view text);

/// What is kept in place of a key. Its secret is random and as long as the hash, so a fast hash is right.
std::string hash_of_api_key(std::string_view text);

}  // namespace tfy::callers
