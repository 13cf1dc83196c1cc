// What a person types to decide in a terminal: so that a program that runs commands as them cannot.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "policy/secret.hpp"
#include "protocol/error.hpp"

namespace tfy::people {

/// One file a person in `<state>/approvers`, 0600, with an argon2id hash in it. Who forgot a passphrase
/// deletes the file: a person who may do that could write decisions into the state as well. Checking takes
/// most of a second and 256 MiB, on purpose. Blocking.
class Passphrases {
public:
    static constexpr std::size_t shortest = 8;  // bytes

    explicit Passphrases(const std::filesystem::path& state_dir) : folder_(state_dir / "approvers") {}

    /// Errc::storage if that cannot be seen.
    Result<bool> is_set(const std::string& person) const;
    /// Whether anyone's is. From then on a new person is let in by one of them, and no process hands out a
    /// code by itself. Errc::storage if that cannot be seen.
    Result<bool> any_is_set() const;
    /// Errc::denied if it is another one; Errc::storage if none is set or it cannot be read.
    Result<void> check(const std::string& person, const policy::Secret& typed) const;
    /// What set() keeps of it. Errc::refused if it is too short.
    Result<std::string> hash(const policy::Secret& typed) const;
    /// What is kept of the one that holds; nothing if none is set. Errc::storage.
    Result<std::optional<std::string>> hash_of(const std::string& person) const;
    /// From here on the one with this hash holds; without one, none does. Errc::storage, and then the old one
    /// still holds.
    Result<void> set(const std::string& person, const std::optional<std::string>& hash) const;

private:
    Result<std::filesystem::path> file_of(const std::string& person) const;
    std::filesystem::path folder_;
};

}  // namespace tfy::people
