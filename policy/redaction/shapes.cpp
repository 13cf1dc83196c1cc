// Tells unknown tokens from names, ids and other issuers' tokens. In doubt it is no token: benign text is
// sacred.
#include "policy/redaction/shapes.hpp"

#include <algorithm>
#include <span>

#include "policy/redaction/byte_masks.hpp"
#include "policy/redaction/jwt.hpp"
#include "policy/redaction/named_value.hpp"

namespace tfy::redaction {

namespace {

constexpr std::size_t longest_name = 36;
constexpr ByteClasses dotted_words = {
    characters("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.")};

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }

/// ^[a-z][a-z0-9-]{1,34}[a-z0-9]$ : what a person may call a token.
bool is_name(std::string_view word) {
    return word.size() >= 3 && word.size() <= longest_name && is_lower(word.front()) && word.back() != '-' &&
           std::ranges::all_of(word, [](char c) { return is_lower(c) || is_digit(c) || c == '-'; });
}

struct Variety {
    std::size_t upper = 0;
    std::size_t lower = 0;
    std::size_t digits = 0;
    std::size_t changes = 0;  // from one kind of character to another

    std::size_t size() const { return upper + lower + digits; }
};

Variety variety_of(std::string_view text) {
    Variety found;
    int before = 0;
    for (const char c : text) {
        const int kind = is_upper(c) ? 1 : is_lower(c) ? 2 : is_digit(c) ? 3 : 0;
        found.upper += kind == 1;
        found.lower += kind == 2;
        found.digits += kind == 3;
        found.changes += kind != 0 && before != 0 && kind != before;
        before = kind;
    }
    return found;
}

/// Random letters and digits change kind at 6 of 10 places; words in CamelCase at fewer than 4.
bool is_random_mixed_case(std::string_view text) {
    const auto found = variety_of(text);
    return found.size() >= 20 && found.upper >= 3 && found.lower >= 3 && found.digits >= 2 &&
           found.changes * 10 >= found.size() * 4;
}

/// One unbroken piece of lower-case letters and digits. Hex behind a word is a commit or a checksum.
bool is_random_lower_case(std::string_view rest) {
    const auto end = std::min(rest.find_first_of("-_"), rest.size());
    const bool whole = end == rest.size();
    if (!whole) return false;
    const auto found = variety_of(rest);
    return found.upper == 0 && found.size() >= 24 && found.digits >= 4 && found.lower >= 4 &&
           found.changes * 10 >= found.size() * 2;
}

std::uint32_t token_with(const std::vector<std::string>& jwt_ids, const Index& index) {
    for (const auto& id : jwt_ids)
        if (const auto token = index.token_of_jwt(id); token != Hit::unnamed) return token;
    return Hit::unnamed;
}

/// Where the known value ends that begins at `begin`, before `limit`, and of which all was found; `begin`
/// if there is none. `known` are hits of Index::find, by window.
std::size_t end_of_value(std::span<const Hit> known, std::size_t begin, std::size_t limit) {
    std::size_t end = begin;
    bool whole = false;
    auto next = std::ranges::lower_bound(known, begin, {}, &Hit::window);
    for (; next != known.end() && next->window < limit; ++next) {
        const auto& hit = *next;
        if (end != begin && hit.window > end + window_stride) break;
        const bool first = end == begin && hit.begin == begin && hit.starts;
        if (!first && (end == begin || hit.begin > end)) continue;
        if (hit.end > end) whole = hit.ends;
        end = std::max(end, hit.end);
    }
    return whole ? end : begin;
}

/// Looks at runs of words and dots.
class Shapes {
public:
    /// The first `known` of `hits` are values that have been found.
    Shapes(std::string_view text, const Index& index, std::vector<Hit>& hits, std::size_t known)
        : text_(text), index_(index), hits_(hits), known_(known) {}

    void look(std::size_t begin, std::size_t end) {
        while (true) {
            const auto first = dot(begin, end);
            const auto start = text_.substr(begin, 3);
            if (start == "tfy" && looks_like_key(part(begin, first))) found(begin, first, Hit::unnamed);
            if (first == end) return;
            if (const auto second = dot(first + 1, end); start == "eyJ" && second != end)
                jwt(begin, dot(second + 1, end));
            begin = first + 1;
        }
    }

private:
    std::string_view part(std::size_t begin, std::size_t end) const {
        return text_.substr(begin, end - begin);
    }
    /// The first one in [begin, end), or the end.
    std::size_t dot(std::size_t begin, std::size_t end) const {
        return begin + std::min(part(begin, end).find('.'), end - begin);
    }
    void jwt(std::size_t begin, std::size_t end) {
        const auto jwt = read_jwt(part(begin, end));
        if (!jwt) return;
        const auto claims = read_claims(*jwt);
        const auto token = token_with(claims.ids, index_);
        if (claims.name_truefoundry || token != Hit::unnamed) found(begin, end, token);
    }
    /// What is behind a known value, all of which is there, is looked at alone: it is no part of it.
    void found(std::size_t begin, std::size_t end, std::uint32_t token) {
        const auto value = end_of_value({hits_.data(), known_}, begin, end);
        if (value - begin < least_shape || value >= end)
            hits_.push_back({begin, end, token});
        else
            look(value, end);
    }

    std::string_view text_;
    const Index& index_;
    std::vector<Hit>& hits_;
    std::size_t known_;
};

}  // namespace

bool looks_like_key(std::string_view word) {
    if (word.size() < least_shape || !(word.starts_with("tfy-") || word.starts_with("tfy_"))) return false;
    if (is_name(word)) return false;
    const auto name = name_part(word);
    const auto rest = word.substr(name == 0 ? 4 : name);
    return is_random_mixed_case(rest) || is_random_lower_case(rest);
}

void find_shapes(std::string_view text, const Index& index, std::vector<Hit>& hits) {
    if (text.size() < least_shape) return;
    const auto known = hits.size();
    for_each_run(text, dotted_words, least_shape, [&](std::size_t begin, std::size_t end) {
        Shapes(text, index, hits, known).look(begin, end);
    });
}

}  // namespace tfy::redaction
