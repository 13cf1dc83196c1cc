// What `login` keeps for the account that ran it: an address and the key for it, in one file.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "policy/secret.hpp"
#include "protocol/error.hpp"

namespace tfy::config {

/// What settings call the place that such a key comes from.
inline constexpr auto from_login = "tfy-pat-mcp login";

struct KeptLogin {
    std::string base_url;
    policy::Secret key;
};

/// $XDG_CONFIG_HOME/tfy-pat-mcp/login, else below ~/.config; empty if there is no home folder.
std::filesystem::path kept_login_file();

/// nullopt if there is none. Errc::storage, with a sentence and {cause} as data, if it cannot be used: other
/// users may read it, or it is damaged.
Result<std::optional<KeptLogin>> read_kept_login(const std::filesystem::path& file);

/// The key of a login that is kept for this address. Errors as above; Errc::storage, too, if there is none
/// any more, or it is for another address: a key never goes to an address that it was not entered for.
Result<policy::Secret> read_kept_key(const std::filesystem::path& file, const std::string& base_url);

/// Takes the place of the one before, whole or not at all; mode 0600. Errc::storage.
Result<void> keep_login(const std::filesystem::path& file, const KeptLogin& login);

/// False if there was none. Errc::storage.
Result<bool> forget_login(const std::filesystem::path& file);

}  // namespace tfy::config
