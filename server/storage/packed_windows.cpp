#include "server/storage/packed_windows.hpp"

#include <cstring>

#include "server/storage/sqlite.hpp"

namespace tfy::storage {
namespace {

// A window is 25 bytes: the rolling hash (little-endian), the digest, the size.
constexpr std::size_t packed = 8 + 16 + 1;

}  // namespace

std::string pack_windows(const std::vector<redaction::Fingerprint>& windows) {
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

Result<std::vector<redaction::Fingerprint>> unpack_windows(std::string_view blob) {
    if (blob.size() % packed != 0) return sqlite::damaged("a token's fingerprints");
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

}  // namespace tfy::storage
