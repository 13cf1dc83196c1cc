// Sorts windows into places of about eight, by the high bits of their quick hash.
#include "policy/redaction/window_table.hpp"

#include <algorithm>
#include <bit>
#include <optional>

namespace tfy::redaction {

namespace {

constexpr std::size_t bits_per_window = 20;
constexpr std::size_t least_words = 512;
constexpr std::size_t windows_per_place = 8;
constexpr std::uint32_t first_bit = 1U << 31U;
constexpr std::uint32_t last_bit = 1U << 30U;
std::uint16_t tag_of(std::uint32_t quick) { return static_cast<std::uint16_t>(quick); }

}  // namespace

Sieve::Sieve(std::size_t windows) : words_(std::max(windows * bits_per_window / 64, least_words)) {}

WindowTable::WindowTable(std::size_t size, const std::vector<KnownWindow>& windows)
    : size_(size), sieve_(windows.size()) {
    const auto places = std::bit_ceil(std::max<std::size_t>(windows.size() / windows_per_place, 2));
    shift_ = 32U - static_cast<unsigned>(std::countr_zero(places));
    starts_.resize(places + 1);
    tags_.reserve(windows.size() + tags_at_once);
    digests_.reserve(windows.size());
    owners_.reserve(windows.size());
    for (const auto& window : windows) {
        sieve_.add(window.quick);
        ++starts_[place(window.quick) + 1];
        tags_.push_back(tag_of(window.quick));
        digests_.push_back(part_of(window.digest));
        owners_.push_back(window.token | (window.first ? first_bit : 0) | (window.last ? last_bit : 0));
    }
    for (std::size_t i = 1; i < starts_.size(); ++i) starts_[i] += starts_[i - 1];
    tags_.resize(windows.size() + tags_at_once);
}

WindowTable::DigestPart WindowTable::part_of(const std::array<unsigned char, 16>& digest) {
    DigestPart part{};
    std::copy_n(digest.begin(), part.size(), part.begin());
    return part;
}

bool WindowTable::may_find(std::uint32_t quick) const {
    const auto at = place(quick);
    const auto* const tags = tags_.data() + starts_[at];
    unsigned same = starts_[at + 1] - starts_[at] > tags_at_once ? 1 : 0;
    for (std::size_t i = 0; i < tags_at_once; ++i) same |= tags[i] == tag_of(quick) ? 1U : 0U;
    return same != 0;
}

bool WindowTable::find(std::uint32_t quick, std::string_view window, const WindowHash& hash,
                       Found& found) const {
    const auto at = place(quick);
    std::optional<DigestPart> digest;
    for (auto i = starts_[at]; i < starts_[at + 1]; ++i) {
        if (tags_[i] != tag_of(quick)) continue;
        if (!digest) digest = part_of(hash.digest(window));
        if (digests_[i] != *digest) continue;
        const auto owner = owners_[i];
        found = {owner & KnownWindow::many, (owner & first_bit) != 0, (owner & last_bit) != 0};
        return true;
    }
    return false;
}

bool WindowTable::has(std::uint32_t quick, const std::array<unsigned char, 16>& digest) const {
    const auto at = place(quick);
    for (auto i = starts_[at]; i < starts_[at + 1]; ++i)
        if (tags_[i] == tag_of(quick) && digests_[i] == part_of(digest)) return true;
    return false;
}

std::size_t WindowTable::bytes() const {
    return sieve_.bytes() + starts_.capacity() * sizeof(std::uint32_t) +
           tags_.capacity() * sizeof(std::uint16_t) + digests_.capacity() * sizeof(DigestPart) +
           owners_.capacity() * sizeof(std::uint32_t);
}

}  // namespace tfy::redaction
