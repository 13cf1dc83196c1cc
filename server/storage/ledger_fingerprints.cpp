// Fingerprints of every token that the server has seen: one row a token, its windows packed into one blob.
#include "server/storage/ledger_impl.hpp"
#include "server/storage/packed_windows.hpp"

namespace tfy::storage {

// The same token again (the server's own key at each start) is no second row.
void Ledger::Impl::add_fingerprints(const redaction::TokenFingerprints& token) {
    const auto windows = pack_windows(token.windows);
    auto row = prepare("INSERT INTO tokens (name, windows) VALUES (?, ?) ON CONFLICT DO NOTHING");
    row.bind(1, token.name);
    row.bind(2, windows.data(), static_cast<int>(windows.size()));
    row.exec();
}

Result<void> Ledger::add_fingerprints(const redaction::TokenFingerprints& token) {
    return impl_->write([&]() -> Result<void> {
        impl_->add_fingerprints(token);
        return {};
    });
}

Result<void> Ledger::forget_fingerprints(const std::string& name, const journal::JournalEntry& entry) {
    return impl_->write([&]() -> Result<void> {
        auto rows = impl_->prepare("DELETE FROM tokens WHERE name = ?");
        rows.bind(1, name);
        if (rows.exec() == 0) return Error{Errc::not_found, "No token is known by that name."};
        return impl_->append(entry);
    });
}

Result<std::vector<redaction::TokenFingerprints>> Ledger::fingerprints() {
    return sqlite::read([&]() -> Result<std::vector<redaction::TokenFingerprints>> {
        auto rows = impl_->prepare("SELECT name, windows FROM tokens ORDER BY number");
        std::vector<redaction::TokenFingerprints> tokens;
        while (rows.executeStep()) {
            auto windows = unpack_windows(rows.getColumn(1).getString());
            if (!windows) return windows.error();
            tokens.push_back({rows.getColumn(0).getString(), std::move(*windows)});
        }
        return tokens;
    });
}

}  // namespace tfy::storage
