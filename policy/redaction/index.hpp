// Every window of every registered token, and the scan that finds them in plain text.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "policy/redaction/clean_texts.hpp"
#include "policy/redaction/suspects.hpp"
#include "policy/redaction/window_table.hpp"

namespace tfy::redaction {

/// A part of a text that must not leave. `token` is an index into Index::mark's names, or `unnamed`.
struct Hit {
    static constexpr std::uint32_t unnamed = 0xffffffff;
    static constexpr std::uint32_t unfinished = 0xfffffffe;  // a compressed stream that the text cuts off
    std::size_t begin = 0;
    std::size_t end = 0;
    std::uint32_t token = unnamed;
    std::size_t window = 0;  // where the registered window itself begins; only in hits of Index::find
    std::uint64_t path = 0;  // how it was written: see technique()
    bool starts = false;     // the value itself begins at `begin`; only in hits of Index::find
    bool ends = false;       // and ends at `end`
};

class Index {
public:
    Index(const FingerprintKey& key, const std::vector<TokenFingerprints>& tokens);
    Index(const Index&) = delete;
    Index& operator=(const Index&) = delete;
    /// What `older` knows, and these: nothing of the older one is copied. It should be no such layer itself,
    /// because each is asked in turn.
    Index(std::shared_ptr<const Index> older, const std::vector<TokenFingerprints>& tokens);

    /// Adds a hit for every registered window in `text`, widened so that no piece of the token is left beside
    /// it (reach.hpp). Plain text only: see search.hpp for what is encoded. Allocates for hits only.
    void find(std::string_view text, std::vector<Hit>& hits) const;
    /// Of those, the windows that may hold any character, such as quotes and commas; not widened.
    void find_odd(std::string_view text, std::vector<Hit>& hits) const;

    /// False: whatever find could find is in a run of at least shortest() scanned_characters.
    bool has_odd() const { return !odd_.empty() || (older_ && older_->has_odd()); }
    /// Characters in the shortest window: a shorter text cannot hold anything. 16 if there is none.
    std::size_t shortest() const { return shortest_; }
    /// True if all windows of the token are known, so that there is nothing to add.
    bool knows(const TokenFingerprints& token) const;
    /// Empty if the token has no name that can be shown.
    std::string_view name(std::uint32_t token) const;
    /// The token of which a JWT with this id is the value, or Hit::unnamed.
    std::uint32_t token_of_jwt(const std::string& id) const;
    /// "[redacted:access-token ci-pipeline]"
    std::string mark(std::uint32_t token) const;

    const IndexIdentity& identity() const { return identity_; }

    /// What this takes in memory.
    std::size_t bytes() const;

private:
    void add(const std::vector<TokenFingerprints>& tokens);
    void find_here(std::string_view text, std::vector<Hit>& hits) const;
    void find_odd_here(std::string_view text, std::vector<Hit>& hits) const;
    std::uint32_t tokens() const { return first_ + static_cast<std::uint32_t>(names_.size()); }
    [[gnu::noinline]] void check(const WindowTable& table, std::string_view text, Suspects& suspects,
                                 std::vector<Hit>& hits) const;
    template <class Size>
    void scan_runs(const WindowTable& table, std::string_view text, Size size, std::vector<Hit>& hits) const;

    std::shared_ptr<const Index> older_;
    std::uint32_t first_ = 0;  // the number of the first token here
    WindowHash hash_;
    std::vector<WindowTable> plain_;  // a table for each size of windows
    std::vector<WindowTable> odd_;
    std::vector<std::string> names_;
    std::unordered_map<std::string, std::uint32_t> jwts_;  // by id
    std::size_t shortest_ = window_size;
    IndexIdentity identity_ = std::make_shared<const char>();
};

}  // namespace tfy::redaction
