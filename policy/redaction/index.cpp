// Scans runs of the characters that tokens are made of for registered windows, and all of a text for the
// others.
#include "policy/redaction/index.hpp"

#include <algorithm>
#include <bit>
#include <iterator>
#include <map>
#include <span>
#include <tuple>
#include <type_traits>

#include "policy/redaction/byte_masks.hpp"
#include "policy/redaction/dense_scan.hpp"
#include "policy/redaction/marks.hpp"
#include "policy/redaction/reach.hpp"

namespace tfy::redaction {

namespace {

constexpr std::size_t most_name = 64;
constexpr ByteClasses scanned = {scanned_characters};

/// A name goes into text that leaves, so it must not be able to look like anything else.
std::string safe_name(std::string_view name) {
    const bool plain =
        std::ranges::all_of(name, [](char c) { return has(word_characters, c) || c == '.' || c == ' '; });
    return plain && name.size() <= most_name ? std::string(name) : std::string();
}

KnownWindow known(const Fingerprint& print, std::uint32_t token) {
    return {static_cast<std::uint32_t>(print.rolling), token, print.digest, false, false, print.is_plain()};
}

/// Sorted, each window once. Several tokens, or several places of one, may have a window: what holds for one
/// must hold for all. What its characters are, one that knows it knows for all: the digest says that they are
/// the same.
std::vector<KnownWindow> sorted_once(std::vector<KnownWindow> windows) {
    std::ranges::sort(windows, {}, [](const KnownWindow& each) { return std::tie(each.quick, each.digest); });
    std::size_t kept = 0;
    for (const auto& window : windows) {
        if (kept == 0 || windows[kept - 1].quick != window.quick ||
            windows[kept - 1].digest != window.digest) {
            windows[kept++] = window;
            continue;
        }
        auto& same = windows[kept - 1];
        if (same.token != window.token) same.token = KnownWindow::many;
        same.first = same.first && window.first;
        same.last = same.last && window.last;
        same.plain = same.plain || window.plain;
    }
    windows.resize(kept);
    return windows;
}

/// The common size as a constant: its loads need no copy, its shifts no count.
using CommonSize = std::integral_constant<std::size_t, window_size>;

WordPair window_starts(WordPair members, CommonSize) { return runs_of<window_size>(members); }
WordPair window_starts(WordPair members, std::size_t size) { return runs_of(members, size); }

/// What a token of one layer has in common with one of the other has no name.
void unname_common(std::span<Hit> theirs, std::span<Hit> ours) {
    if (theirs.empty() || ours.empty()) return;
    std::ranges::sort(theirs, {}, &Hit::window);
    std::ranges::sort(ours, {}, &Hit::window);
    const auto stands_in = [](std::span<const Hit> hits, const Hit& hit) {
        return std::ranges::binary_search(hits, hit.window, {}, &Hit::window);
    };
    for (auto& hit : ours)
        if (stands_in(theirs, hit)) hit.token = Hit::unnamed;
    for (auto& hit : theirs)
        if (stands_in(ours, hit)) hit.token = Hit::unnamed;
}

}  // namespace

Index::Index(const FingerprintKey& key, const std::vector<TokenFingerprints>& tokens) : hash_(key) {
    add(tokens);
}

Index::Index(std::shared_ptr<const Index> older, const std::vector<TokenFingerprints>& tokens)
    : older_(std::move(older)), first_(older_->tokens()), hash_(older_->hash_), shortest_(older_->shortest_) {
    add(tokens);
}

void Index::add(const std::vector<TokenFingerprints>& tokens) {
    std::map<std::size_t, std::vector<KnownWindow>> by_size;
    for (const auto& token : tokens) {
        const auto number = this->tokens();
        names_.push_back(safe_name(token.name));
        for (const auto& id : token.jwt_ids)
            if (id.size() >= least_jwt_id) jwts_[id] = number;
        for (const auto& print : token.windows) {
            if (print.size < least_value || print.size > window_size) continue;
            auto& windows = by_size[print.size];
            windows.push_back(known(print, number));
            windows.back().first = &print == &token.windows.front();
            windows.back().last = &print == &token.windows.back();
        }
    }
    for (auto& [size, all] : by_size) {
        auto windows = sorted_once(std::move(all));
        const auto is_odd = [](const KnownWindow& each) { return !each.plain; };
        std::vector<KnownWindow> odd;
        std::ranges::copy_if(windows, std::back_inserter(odd), is_odd);
        std::erase_if(windows, is_odd);
        if (!odd.empty()) odd_.emplace_back(size, odd);
        if (!windows.empty()) plain_.emplace_back(size, windows);
    }
    if (!by_size.empty()) shortest_ = std::min(shortest_, by_size.begin()->first);
    names_.shrink_to_fit();
}

void Index::find(std::string_view text, std::vector<Hit>& hits) const {
    const auto before = static_cast<std::ptrdiff_t>(hits.size());
    if (older_) older_->find(text, hits);
    const auto own = static_cast<std::ptrdiff_t>(hits.size());
    find_here(text, hits);
    widen_to_values(text, {hits.begin() + own, hits.end()});
    unname_common({hits.begin() + before, hits.begin() + own}, {hits.begin() + own, hits.end()});
}

void Index::find_odd(std::string_view text, std::vector<Hit>& hits) const {
    if (older_) older_->find_odd(text, hits);
    find_odd_here(text, hits);
}

bool Index::knows(const TokenFingerprints& token) const {
    const auto has = [](const std::vector<WindowTable>& tables, const Fingerprint& print) {
        return std::ranges::any_of(tables, [&](const WindowTable& table) {
            return table.size() == print.size &&
                   table.has(static_cast<std::uint32_t>(print.rolling), print.digest);
        });
    };
    return (older_ && older_->knows(token)) ||
           std::ranges::all_of(token.windows, [&](const Fingerprint& print) {
               return has(plain_, print) || has(odd_, print);
           });
}

void Index::find_here(std::string_view text, std::vector<Hit>& hits) const {
    for (const auto& table : plain_) {
        if (table.size() == window_size)
            scan_runs(table, text, CommonSize{}, hits);
        else
            scan_runs(table, text, table.size(), hits);
    }
    find_odd_here(text, hits);
}

template <class Size>
void Index::scan_runs(const WindowTable& table, std::string_view text, Size size,
                      std::vector<Hit>& hits) const {
    const auto quick = hash_.quick();
    const auto may_hold = table.sieve().question();
    Suspects suspects;
    const auto look = [&, quick, may_hold](std::size_t at, const std::uint64_t* masks, std::size_t) {
        auto starts = static_cast<std::uint64_t>(window_starts(pair_at(masks), size));
        if (starts == 0) return;
        std::uint64_t found = 0;
        if (size == window_size && starts == ~std::uint64_t{0} && text.size() - at >= candidate_bytes) {
            found = candidates(text.data() + at, quick, may_hold);
        } else {
            for (; starts != 0; starts &= starts - 1) {
                const auto i = static_cast<unsigned>(std::countr_zero(starts));
                found |= std::uint64_t{may_hold(quick(text.data() + at + i, size))} << i;
            }
            if (found == 0) return;
        }
        suspects.add(at, found);
        if (suspects.full()) check(table, text, suspects, hits);
    };
    for_each_mask(text, scanned, look);
    if (!suspects.empty()) check(table, text, suspects, hits);
}

void Index::find_odd_here(std::string_view text, std::vector<Hit>& hits) const {
    const auto quick = hash_.quick();
    for (const auto& table : odd_) {
        const auto may_hold = table.sieve().question();
        Suspects suspects;
        const auto add = [&](std::size_t at, std::uint64_t found) {
            suspects.add(at, found);
            if (suspects.full()) check(table, text, suspects, hits);
        };
        std::size_t at = 0;
        for (; table.size() == window_size && text.size() - at >= candidate_bytes; at += mask_bytes)
            add(at, candidates(text.data() + at, quick, may_hold));
        for (; at + table.size() <= text.size(); ++at)
            add(at, std::uint64_t{may_hold(quick(text.data() + at, table.size()))});
        check(table, text, suspects, hits);
    }
}

void Index::check(const WindowTable& table, std::string_view text, Suspects& suspects,
                  std::vector<Hit>& hits) const {
    std::array<std::uint32_t, Suspects::most> quick;  // not initialised: written in the next lines
    for (std::size_t i = 0; i < suspects.size(); ++i) {
        quick[i] = hash_.quick()(text.data() + suspects[i], table.size());
        table.fetch_place(quick[i]);
    }
    for (std::size_t i = 0; i < suspects.size(); ++i) table.fetch_tags(quick[i]);
    for (std::size_t i = 0; i < suspects.size(); ++i) {
        if (!table.may_find(quick[i])) continue;
        const auto at = suspects[i];
        WindowTable::Found found;
        if (!table.find(quick[i], text.substr(at, table.size()), hash_, found)) continue;
        const auto token = found.token == KnownWindow::many ? Hit::unnamed : found.token;
        hits.push_back({at, at + table.size(), token, at, 0, found.first, found.last});
    }
    suspects.clear();
}

std::string_view Index::name(std::uint32_t token) const {
    if (older_ && token < first_) return older_->name(token);
    return token < tokens() ? std::string_view(names_[token - first_]) : std::string_view();
}

std::uint32_t Index::token_of_jwt(const std::string& id) const {
    if (const auto found = jwts_.find(id); found != jwts_.end()) return found->second;
    return older_ ? older_->token_of_jwt(id) : Hit::unnamed;
}

std::string Index::mark(std::uint32_t token) const { return mark_for(name(token)); }

std::size_t Index::bytes() const {
    std::size_t sum = (older_ ? older_->bytes() : 0) + sizeof *this + names_.capacity() * sizeof(std::string);
    for (const auto& name : names_) sum += name.capacity() > 15 ? name.capacity() + 1 : 0;
    for (const auto& [id, token] : jwts_) sum += sizeof id + sizeof token + id.capacity() + 2 * sizeof(void*);
    for (const auto& table : plain_) sum += sizeof table + table.bytes();
    for (const auto& table : odd_) sum += sizeof table + table.bytes();
    return sum;
}

}  // namespace tfy::redaction
