// Sorts windows into places of about eight, by the high bits of their quick hash.
#include "policy/redaction/window_table.hpp"

#include <algorithm>
#include <bit>

namespace tfy::policy {

namespace {

constexpr std::size_t bits_per_window = 16;
constexpr std::size_t least_words = 512;
constexpr std::size_t windows_per_place = 8;
constexpr std::uint32_t first_bit = 1U << 31U;
constexpr std::uint32_t last_bit = 1U << 30U;
constexpr unsigned quick_bits = 16;  // of a check; the rest is the digest's

std::uint64_t check_of(std::uint32_t quick, const std::array<unsigned char, 16>& digest) {
    std::uint64_t part = 0;
    std::memcpy(&part, digest.data(), sizeof part);
    return part << quick_bits | (quick & 0xffffU);
}

}  // namespace

Sieve::Sieve(std::size_t windows) : words_(std::max(windows * bits_per_window / 64, least_words)) {}

WindowTable::WindowTable(std::size_t size, const std::vector<KnownWindow>& windows)
    : size_(size), sieve_(windows.size()) {
    const auto places = std::bit_ceil(std::max<std::size_t>(windows.size() / windows_per_place, 2));
    shift_ = 32U - static_cast<unsigned>(std::countr_zero(places));
    starts_.resize(places + 1);
    checks_.reserve(windows.size());
    owners_.reserve(windows.size());
    for (const auto& window : windows) {
        sieve_.add(window.quick);
        ++starts_[place(window.quick) + 1];
        checks_.push_back(check_of(window.quick, window.digest));
        owners_.push_back(window.token | (window.first ? first_bit : 0) | (window.last ? last_bit : 0));
    }
    for (std::size_t i = 1; i < starts_.size(); ++i) starts_[i] += starts_[i - 1];
}

bool WindowTable::find(std::uint32_t quick, std::string_view window, const WindowHash& hash,
                       Found& found) const {
    const auto at = place(quick);
    std::uint64_t check = 0;
    bool hashed = false;
    for (auto i = starts_[at]; i < starts_[at + 1]; ++i) {
        if ((checks_[i] & 0xffffU) != (quick & 0xffffU)) continue;
        if (!hashed) check = check_of(quick, hash.digest(window));
        hashed = true;
        if (checks_[i] != check) continue;
        const auto owner = owners_[i];
        found = {owner & KnownWindow::many, (owner & first_bit) != 0, (owner & last_bit) != 0};
        return true;
    }
    return false;
}

bool WindowTable::has(std::uint32_t quick, const std::array<unsigned char, 16>& digest) const {
    const auto at = place(quick);
    const auto check = check_of(quick, digest);
    return std::any_of(checks_.begin() + starts_[at], checks_.begin() + starts_[at + 1],
                       [&](std::uint64_t each) { return each == check; });
}

std::size_t WindowTable::bytes() const {
    return sieve_.bytes() + starts_.capacity() * sizeof(std::uint32_t) +
           checks_.capacity() * sizeof(std::uint64_t) + owners_.capacity() * sizeof(std::uint32_t);
}

}  // namespace tfy::policy
