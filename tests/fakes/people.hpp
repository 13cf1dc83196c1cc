// People who are enrolled with a passphrase that costs no time.
#pragma once

#include <sodium.h>

#include <array>
#include <string>

#include "tests/fakes/state.hpp"

namespace tfy::fakes {

inline const std::string their_passphrase = "correct horse battery";

inline std::string cheap_hash(const std::string& passphrase = their_passphrase) {
    std::array<char, crypto_pwhash_STRBYTES> hash{};
    if (sodium_init() < 0 || crypto_pwhash_str(hash.data(), passphrase.data(), passphrase.size(),
                                               crypto_pwhash_OPSLIMIT_MIN, crypto_pwhash_MEMLIMIT_MIN) != 0)
        throw std::runtime_error("no hash");
    return hash.data();
}

/// The first person invites the others, and the second one confirms them.
inline void enrol(storage::Ledger& ledger, const std::vector<std::string>& names, policy::Time at = noon) {
    for (const auto& name : names) {
        if (name == names.front()) {
            ledger.enrol_first(name, cheap_hash(), storage::Enrolment::first, at).value();
            continue;
        }
        const auto hash = "hash of the code for " + name;
        ledger.invite({hash, name, names.front(), at + std::chrono::hours{24}}, at).value();
        if (!ledger.enrol_invited(hash, cheap_hash(), at)->confirmed)
            ledger.confirm_person(name, names[1], at).value();
    }
}

}  // namespace tfy::fakes
