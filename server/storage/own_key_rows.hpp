// People's own keys to TrueFoundry, sealed: they go in on the approvals page, and come out for the server
// that sends requests with them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "policy/secret.hpp"
#include "server/storage/ledger.hpp"
#include "server/storage/own_key.hpp"

namespace tfy::storage {

/// A row, and what is sealed in it. No key: it does not open, or the journal does not know of it. It was put
/// there by hand.
struct OpenedOwnKey {
    OwnKeyRow row;
    std::optional<policy::Secret> key;
};

/// One for each person and control plane, sealed with XChaCha20-Poly1305 under keys/own_keys.key beside the
/// database; all of the row but `broken` is bound in. Blocking, one transaction each, Errc::storage, like the
/// ledger's own methods.
class OwnKeyRows {
public:
    explicit OwnKeyRows(Ledger& ledger) : impl_(*ledger.impl_) {}

    struct Kept {
        OwnKeyRow row;
        bool replaced = false;
        std::size_t withdrawn =
            0;  // requests, as in end(): the key before was not known to be the same user's
    };
    /// Seals it in the place of the one before; `prints` become known. Errc::not_found unless the person is
    /// enrolled and not suspended.
    Result<Kept> keep(OwnKeyRow row, const policy::Secret& key, const redaction::TokenFingerprints& prints);
    /// Row and key go. The person's agents' requests to that control plane that no one has begun are
    /// withdrawn, each with its record; the answer: how many. Nothing if there is no key.
    Result<std::optional<std::size_t>> end(const std::string& person, const std::string& base_url,
                                           policy::Time at);
    /// With its record, once; false if that is not the key any more, or was noted before.
    Result<bool> mark_broken(const OwnKeyRow& refused, policy::Time at);
    /// Nothing if the journal does not know of the row.
    Result<std::optional<OwnKeyRow>> find(const std::string& person, const std::string& base_url);
    /// All of this control plane, by person.
    Result<std::vector<OpenedOwnKey>> open_all(const std::string& base_url);

private:
    Result<std::optional<OwnKeyRow>> find_row(const std::string& person, const std::string& base_url);

    Ledger::Impl& impl_;
};

}  // namespace tfy::storage
