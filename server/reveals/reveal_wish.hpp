// What a terminal asks of the process that holds a value, and what it is answered: one message each way.
#pragma once

#include <filesystem>
#include <string>

#include "policy/secret.hpp"
#include "protocol/error.hpp"

namespace tfy::reveals {

struct RevealWish {
    std::string reveal_id;
    std::string person;
    policy::Secret passphrase;
};

/// A whole request in bytes; longer ones are refused.
constexpr std::size_t longest_reveal_wish = 4096;

constexpr std::ptrdiff_t lines_of_reveal_wish = 4;

/// Where the process `instance` listens for them.
std::filesystem::path reveal_socket_of(const std::filesystem::path& state_dir, const std::string& instance);

/// Four lines: what this is, the value's id, the person, the passphrase. `head` is all but the last one.
std::string head_of_reveal_wish(const std::string& reveal_id, const std::string& person);
/// Errc::invalid_request for anything else. The bytes are still the caller's to wipe.
Result<RevealWish> read_reveal_wish(std::string_view bytes);

/// The value out of {"value": "…"}, or the error out of {"error": {"code", "message"}}. Errc::closed where
/// the answer is not whole. `bytes` is wiped.
Result<policy::Secret> read_reveal_answer(std::string bytes);

}  // namespace tfy::reveals
