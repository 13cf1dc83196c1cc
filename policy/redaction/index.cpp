// Builds the table of windows and scans runs of printable characters for them.
#include "policy/redaction/index.hpp"

#include <algorithm>
#include <bit>
#include <map>
#include <type_traits>

#include "policy/redaction/characters.hpp"

namespace tfy::policy {

namespace {

constexpr std::size_t bits_per_window = 32;  // one text in 32 goes on to the slots
constexpr std::size_t most_name = 64;

/// A name goes into text that leaves, so it must not be able to look like anything else.
std::string safe_name(std::string_view name) {
    const bool plain =
        std::ranges::all_of(name, [](char c) { return has(word_characters, c) || c == '.' || c == ' '; });
    return plain && name.size() <= most_name ? std::string(name) : std::string();
}

/// Where the window before or behind is missing, up to stride - 1 characters of the token may stand there.
std::size_t widened_begin(std::string_view text, std::size_t begin) {
    for (std::size_t i = 1; i < window_stride && begin > 0 && has(word_characters, text[begin - 1]); ++i)
        --begin;
    return begin;
}

std::size_t widened_end(std::string_view text, std::size_t end) {
    for (std::size_t i = 1; i < window_stride && end < text.size() && has(word_characters, text[end]); ++i)
        ++end;
    return end;
}

/// A JWT's header is no fingerprint, but it goes with the rest: "eyJhbGciOiJSUzI1NiJ9." right before `begin`.
std::size_t before_header(std::string_view text, std::size_t begin) {
    if (begin == 0 || text[begin - 1] != '.') return begin;
    std::size_t run = begin - 1;
    while (run > 0 && has(word_characters, text[run - 1])) --run;
    const auto header = text.substr(run, begin - 1 - run).find("eyJ");
    return header == std::string_view::npos ? begin : run + header;
}

}  // namespace

Sieve::Sieve(std::size_t windows)
    : bits_(std::clamp<std::size_t>(std::bit_ceil(windows * bits_per_window) / 64, 1, std::size_t{1} << 26U)),
      mask_(static_cast<std::uint32_t>(bits_.size() * 64 - 1)) {}

WindowTable::WindowTable(std::size_t size, const std::vector<Entry>& entries)
    : size_(size), sieve_(entries.size()) {
    slots_.resize(std::bit_ceil(entries.size() * 2));
    slot_mask_ = static_cast<std::uint32_t>(slots_.size() - 1);
    for (const auto& entry : entries) insert(entry);
    entries_.shrink_to_fit();
}

void WindowTable::insert(Entry entry) {
    std::uint32_t slot = entry.quick & slot_mask_;
    for (; slots_[slot] != 0; slot = (slot + 1) & slot_mask_) {
        auto& known = entries_[slots_[slot] - 1];
        if (known.quick != entry.quick || known.digest != entry.digest) continue;
        // Several tokens, or several places of one, have this window: what holds for one must hold for all.
        if (known.token != entry.token) known.token = Hit::unnamed;
        known.first = known.first && entry.first;
        known.last = known.last && entry.last;
        return;
    }
    sieve_.add(entry.quick);
    entries_.push_back(entry);
    slots_[slot] = static_cast<std::uint32_t>(entries_.size());
}

const WindowTable::Entry* WindowTable::find(std::uint32_t quick, std::string_view window,
                                            const WindowHash& hash) const {
    std::array<unsigned char, 16> digest{};
    bool hashed = false;
    for (std::uint32_t slot = quick & slot_mask_; slots_[slot] != 0; slot = (slot + 1) & slot_mask_) {
        const auto& entry = entries_[slots_[slot] - 1];
        if (entry.quick != quick) continue;
        if (!hashed) digest = hash.digest(window);
        hashed = true;
        if (entry.digest == digest) return &entry;
    }
    return nullptr;
}

Index::Index(const FingerprintKey& key, const std::vector<TokenPrints>& tokens) : hash_(key) {
    std::map<std::size_t, std::vector<WindowTable::Entry>> by_size;
    for (const auto& token : tokens) {
        const auto number = static_cast<std::uint32_t>(names_.size());
        names_.push_back(safe_name(token.name));
        for (std::size_t i = 0; i < token.windows.size(); ++i) {
            const auto& window = token.windows[i];
            if (window.size < least_value || window.size > window_size) continue;
            by_size[window.size].push_back({static_cast<std::uint32_t>(window.rolling), number, window.digest,
                                            i == 0, i + 1 == token.windows.size()});
        }
    }
    for (const auto& [size, entries] : by_size) tables_.emplace_back(size, entries);
    if (!tables_.empty()) shortest_ = tables_.front().size();
}

void Index::find(std::string_view text, std::vector<Hit>& hits) const {
    for (const auto& table : tables_) {
        // The common size as a constant: its two loads need no copy.
        if (table.size() == window_size)
            scan(table, text, std::integral_constant<std::size_t, window_size>{}, hits);
        else
            scan(table, text, table.size(), hits);
    }
}

template <class Size>
void Index::scan(const WindowTable& table, std::string_view text, Size size, std::vector<Hit>& hits) const {
    const auto quick = hash_.quick();
    const auto may_hold = table.sieve().question();
    for_each_run(text, printable, size, [&, quick, may_hold](std::size_t begin, std::size_t end) {
        for (std::size_t at = begin; at + size <= end; ++at)
            if (may_hold(quick(text.data() + at, size))) check(table, text, at, hits);
    });
}

void Index::check(const WindowTable& table, std::string_view text, std::size_t at,
                  std::vector<Hit>& hits) const {
    const auto window = text.substr(at, table.size());
    const auto* entry = table.find(hash_.quick()(window.data(), window.size()), window, hash_);
    if (entry == nullptr) return;
    const auto begin = entry->first ? at : widened_begin(text, at);
    const auto end = entry->last ? at + window.size() : widened_end(text, at + window.size());
    hits.push_back({before_header(text, begin), end, entry->token, at});
}

std::string Index::mark(std::uint32_t token) const {
    if (token >= names_.size() || names_[token].empty()) return "[redacted:access-token]";
    return "[redacted:access-token " + names_[token] + "]";
}

}  // namespace tfy::policy
