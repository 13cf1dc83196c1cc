// Asks each window for its neighbours; guesses only where one is missing.
#include "policy/redaction/reach.hpp"

#include <algorithm>

#include "policy/redaction/characters.hpp"
#include "policy/redaction/jwt.hpp"
#include "policy/redaction/named_value.hpp"

namespace tfy::redaction {

namespace {

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

/// A JWT's header is no fingerprint, but it goes with the rest: "eyJhbGciOiJSUzI1NiJ9." right before `begin`,
/// perhaps with other word characters before it.
std::size_t before_header(std::string_view text, std::size_t begin) {
    constexpr std::string_view object = "eyJ";  // {"
    constexpr int most_tries = 8;               // each reads the rest of the word
    if (begin == 0 || text[begin - 1] != '.') return begin;
    std::size_t run = begin - 1;
    while (run > 0 && has(word_characters, text[run - 1])) --run;
    const auto word = text.substr(run, begin - 1 - run);
    auto at = word.find(object);
    for (int tries = 0; at != std::string_view::npos && tries < most_tries; ++tries) {
        if (is_jwt_header(word.substr(at))) return run + at;
        at = word.find(object, at + 1);
    }
    return begin;
}

/// Whether `other` may be a window of the value that `hit` is one of.
bool of_one_value(const Hit& hit, const Hit& other) {
    return hit.token == other.token || hit.token == Hit::unnamed || other.token == Hit::unnamed;
}

/// Whether one of the next windows goes on where `windows[i]` ends.
bool goes_on(std::span<const Hit> windows, std::size_t i) {
    const auto& hit = windows[i];
    for (const auto& next : windows.subspan(i + 1)) {
        if (next.window > hit.window + window_stride) return false;
        if (next.window > hit.window && of_one_value(hit, next)) return true;
    }
    return false;
}

bool has_come(std::span<const Hit> windows, std::size_t i) {
    const auto& hit = windows[i];
    while (i-- > 0) {
        const auto& before = windows[i];
        if (before.window + window_stride < hit.window) return false;
        if (before.window < hit.window && of_one_value(hit, before)) return true;
    }
    return false;
}

}  // namespace

void widen_to_values(std::string_view text, std::span<Hit> windows) {
    std::ranges::sort(windows, {}, &Hit::window);
    for (std::size_t i = 0; i < windows.size(); ++i) {
        auto& hit = windows[i];
        if (!hit.starts && !has_come(windows, i)) hit.begin = widened_begin(text, hit.begin);
        if (!hit.ends && !goes_on(windows, i)) hit.end = widened_end(text, hit.end);
        hit.begin = before_header(text, hit.begin);
        if (hit.starts) hit.begin = begin_of_named(text, hit.begin);
    }
}

}  // namespace tfy::redaction
