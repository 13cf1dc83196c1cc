// Fingerprints of every token that the server has seen: one row a token, its windows packed into one blob.
#include <bit>
#include <cstring>

#include "server/storage/ledger_impl.hpp"

namespace tfy::storage {
namespace {

// A window is 25 bytes: the rolling hash (little-endian), the digest, the size.
constexpr std::size_t packed = 8 + 16 + 1;

std::string pack(const std::vector<redaction::Fingerprint>& windows) {
    std::string blob;
    blob.reserve(windows.size() * packed);
    for (const auto& window : windows) {
        for (unsigned shift = 0; shift < 64; shift += 8)
            blob += static_cast<char>((window.rolling >> shift) & 0xffU);
        blob.append(reinterpret_cast<const char*>(window.digest.data()), window.digest.size());
        blob += static_cast<char>(window.size);
    }
    return blob;
}

std::vector<redaction::Fingerprint> unpack(std::string_view blob) {
    std::vector<redaction::Fingerprint> windows(blob.size() / packed);
    for (auto& window : windows) {
        for (unsigned i = 0; i < 8; ++i)
            window.rolling |= static_cast<std::uint64_t>(static_cast<unsigned char>(blob[i])) << (8 * i);
        std::memcpy(window.digest.data(), blob.data() + 8, window.digest.size());
        window.size = static_cast<std::uint8_t>(blob[packed - 1]);
        blob.remove_prefix(packed);
    }
    return windows;
}

}  // namespace

// The same token again (the server's own key at each start) is no second row.
Result<void> Ledger::add_fingerprints(const redaction::TokenFingerprints& token) {
    return impl_->write([&]() -> Result<void> {
        const auto windows = pack(token.windows);
        auto row = impl_->prepare("INSERT INTO tokens (name, windows) VALUES (?, ?) ON CONFLICT DO NOTHING");
        row.bind(1, token.name);
        row.bind(2, windows.data(), static_cast<int>(windows.size()));
        row.exec();
        return {};
    });
}

Result<void> Ledger::forget_fingerprints(const std::string& name, const JournalEntry& entry) {
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
            const auto blob = rows.getColumn(1).getString();
            if (blob.size() % packed != 0) return sqlite::damaged("a token's fingerprints");
            tokens.push_back({rows.getColumn(0).getString(), unpack(blob)});
        }
        return tokens;
    });
}

}  // namespace tfy::storage
