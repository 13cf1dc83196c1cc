// Every window of every registered token, laid out for a fast scan.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "policy/redaction/window_hash.hpp"

namespace tfy::policy {

/// A part of a text that must not leave. `token` is an index into Index::mark's names, or `unnamed`.
struct Hit {
    static constexpr std::uint32_t unnamed = 0xffffffff;
    std::size_t begin = 0;
    std::size_t end = 0;
    std::uint32_t token = unnamed;
    std::size_t window = 0;  // where the registered window itself begins; only in hits of Index::find
};

/// The cheap question, asked at every character: false for all but a few texts that are no window.
class Sieve {
public:
    explicit Sieve(std::size_t windows);
    void add(std::uint32_t quick) { bits_[(quick & mask_) >> 6U] |= std::uint64_t{1} << (quick & 63U); }

    /// For a scan: what it takes to ask, without looking anything up again.
    struct Question {
        const std::uint64_t* bits;
        std::uint32_t mask;
        bool operator()(std::uint32_t quick) const {
            return ((bits[(quick & mask) >> 6U] >> (quick & 63U)) & 1U) != 0;
        }
    };
    Question question() const { return {bits_.data(), mask_}; }

private:
    std::vector<std::uint64_t> bits_;
    std::uint32_t mask_;
};

/// The windows of one size.
class WindowTable {
public:
    struct Entry {
        std::uint32_t quick = 0;
        std::uint32_t token = Hit::unnamed;  // unnamed: several tokens have this window
        std::array<unsigned char, 16> digest{};
        bool first = false;  // nothing of the token stands before this window
        bool last = false;   // nor behind
    };

    WindowTable(std::size_t size, const std::vector<Entry>& entries);

    std::size_t size() const { return size_; }
    const Sieve& sieve() const { return sieve_; }
    /// nullptr where the window is not registered.
    const Entry* find(std::uint32_t quick, std::string_view window, const WindowHash& hash) const;

private:
    void insert(Entry entry);

    std::size_t size_;
    std::vector<Entry> entries_;
    Sieve sieve_;
    std::vector<std::uint32_t> slots_;  // open addressing: index into entries_, plus one
    std::uint32_t slot_mask_ = 0;
};

class Index {
public:
    Index(const FingerprintKey& key, const std::vector<TokenPrints>& tokens);

    /// Adds a hit for every registered window in `text`, widened so that no piece of the token is left beside
    /// it. Plain text only: see search.hpp for what is encoded.
    void find(std::string_view text, std::vector<Hit>& hits) const;

    bool empty() const { return tables_.empty(); }
    /// Characters in the shortest window: a shorter text cannot hold anything. 16 where there is none.
    std::size_t shortest() const { return shortest_; }
    /// "[redacted:access-token ci-pipeline]"
    std::string mark(std::uint32_t token) const;

private:
    void check(const WindowTable& table, std::string_view text, std::size_t at, std::vector<Hit>& hits) const;
    template <class Size>
    void scan(const WindowTable& table, std::string_view text, Size size, std::vector<Hit>& hits) const;

    WindowHash hash_;
    std::vector<WindowTable> tables_;
    std::vector<std::string> names_;
    std::size_t shortest_ = window_size;
};

}  // namespace tfy::policy
