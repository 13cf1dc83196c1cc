// The registered windows of one size, laid out for a fast question and for little memory: about 15 bytes a
// window.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "policy/redaction/window_hash.hpp"

namespace tfy::redaction {

/// A window as it is registered.
struct KnownWindow {
    static constexpr std::uint32_t many = 0x3fffffff;  // as a token: several have this window

    std::uint32_t quick = 0;
    std::uint32_t token = many;
    std::array<unsigned char, 16> digest{};
    bool first = false;  // nothing of the token is before this window
    bool last = false;   // nor behind
    bool plain = false;  // all of its characters are scanned_characters
};

/// The cheap question, asked at every character: false for all but a few in a thousand texts that are no
/// window.
class Sieve {
public:
    explicit Sieve(std::size_t windows);
    void add(std::uint32_t quick) { words_[place(quick, words_.size())] |= bits_of(quick); }

    /// For a scan: what it takes to ask, without looking anything up again.
    struct Question {
        const std::uint64_t* words;
        std::uint64_t count;
        bool operator()(std::uint32_t quick) const {
            const auto word = words[place(quick, count)];
            return ((word >> (quick & 63U)) & (word >> ((quick >> 6U) & 63U)) &
                    (word >> ((quick >> 12U) & 63U)) & 1U) != 0;
        }
    };
    Question question() const { return {words_.data(), words_.size()}; }
    std::size_t bytes() const { return words_.capacity() * sizeof(std::uint64_t); }

private:
    /// The high bits choose a word, the low ones three bits in it.
    static std::size_t place(std::uint32_t quick, std::uint64_t words) { return (quick * words) >> 32U; }
    static std::uint64_t bits_of(std::uint32_t quick) {
        return std::uint64_t{1} << (quick & 63U) | std::uint64_t{1} << ((quick >> 6U) & 63U) |
               std::uint64_t{1} << ((quick >> 12U) & 63U);
    }

    std::vector<std::uint64_t> words_;
};

class WindowTable {
public:
    static constexpr std::size_t tags_at_once = 16;

    struct Found {
        std::uint32_t token = KnownWindow::many;
        bool first = false;
        bool last = false;
    };

    /// `windows` are sorted by `quick`, all different.
    WindowTable(std::size_t size, const std::vector<KnownWindow>& windows);

    std::size_t size() const { return size_; }
    const Sieve& sieve() const { return sieve_; }
    /// False if the window is not registered. Of windows that are not, one in 2^61 is taken for one that
    /// is: compared are 48 bits of the digest, 16 of the quick hash, and those that choose one of the places.
    bool find(std::uint32_t quick, std::string_view window, const WindowHash& hash, Found& found) const;
    /// What find() would say, or true. One after the other, before find(): many windows' memory is then
    /// fetched at the same time.
    void fetch_place(std::uint32_t quick) const { __builtin_prefetch(starts_.data() + place(quick)); }
    void fetch_tags(std::uint32_t quick) const {
        const auto* const tags = tags_.data() + starts_[place(quick)];
        __builtin_prefetch(tags);
        __builtin_prefetch(tags + tags_at_once - 1);
    }
    bool may_find(std::uint32_t quick) const;
    bool has(std::uint32_t quick, const std::array<unsigned char, 16>& digest) const;
    std::size_t bytes() const;

private:
    using DigestPart = std::array<unsigned char, 6>;

    static DigestPart part_of(const std::array<unsigned char, 16>& digest);
    std::uint32_t place(std::uint32_t quick) const { return static_cast<std::uint32_t>(quick >> shift_); }

    std::size_t size_;
    Sieve sieve_;
    unsigned shift_ = 32;
    std::vector<std::uint32_t>
        starts_;                       // by the high bits of quick: where its windows begin in the next ones
    std::vector<std::uint16_t> tags_;  // the low bits of quick; some more at the end
    std::vector<DigestPart> digests_;
    std::vector<std::uint32_t> owners_;
};

}  // namespace tfy::redaction
