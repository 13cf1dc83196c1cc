#include "protocol/plain_json.hpp"

#include <bit>
#include <cstring>

#include "protocol/parse.hpp"
#include "protocol/plain_tree.hpp"

namespace tfy::protocol {
namespace {

constexpr std::uint64_t ones = 0x0101010101010101ULL;
constexpr std::uint64_t high_bits = ones * 0x80;

/// How many of these eight bytes, from the first on, can be in a string as they are and are ASCII.
std::size_t plain_bytes(const char* bytes) {
    static_assert(std::endian::native == std::endian::little);
    std::uint64_t eight = 0;
    std::memcpy(&eight, bytes, 8);
    const auto has_zero = [](std::uint64_t word) { return (word - ones) & ~word; };
    const auto found =
        (eight - ones * 0x20) | eight | has_zero(eight ^ ones * '"') | has_zero(eight ^ ones * '\\');
    return static_cast<std::size_t>(std::countr_zero(found & high_bits)) /
           8;  // the lowest one is no false alarm
}

/// The size of the character that begins here, of two bytes or more; 0 if it is no UTF-8.
std::size_t size_of_character(std::string_view text) {
    const auto byte = [&](std::size_t i) {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
    };
    const auto follows = [&](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
    const auto first = byte(0);
    if (first >= 0xC2 && first <= 0xDF) return follows(1) ? 2 : 0;
    if (first >= 0xE0 && first <= 0xEF) {
        const bool overlong = first == 0xE0 && byte(1) < 0xA0;
        const bool surrogate = first == 0xED && byte(1) > 0x9F;
        return follows(1) && follows(2) && !overlong && !surrogate ? 3 : 0;
    }
    if (first < 0xF0 || first > 0xF4) return 0;
    const bool overlong = first == 0xF0 && byte(1) < 0x90;
    const bool beyond = first == 0xF4 && byte(1) > 0x8F;
    return follows(1) && follows(2) && follows(3) && !overlong && !beyond ? 4 : 0;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

/// Each step is false where the text is not of the plain sort.
class PlainReader {
public:
    PlainReader(std::string_view text, std::vector<PlainJson::Node>& nodes) : text_(text), nodes_(nodes) {}
    static std::optional<Json> read_tree(std::string_view text);

    /// Of what was read: what begins at this node.
    Json tree(std::uint32_t at) const {
        const auto& node = nodes_[at];
        switch (node.kind) {
            case Kind::null: return nullptr;
            case Kind::yes: return true;
            case Kind::no: return false;
            case Kind::number: return node.number;
            case Kind::other_number: return -static_cast<std::int64_t>(node.number);
            case Kind::text: return std::string(node.text);
            case Kind::array: return items(at);
            case Kind::object: break;
        }
        Json::object_t members;
        for (auto key = at + 1; key < node.end; key = nodes_[key + 1].end)
            members.emplace(nodes_[key].text, tree(key + 1));
        return Json(std::move(members));
    }

    bool whole() {
        if (!value(ParseLimits{}.depth)) return false;
        skip_space();
        return at_ == text_.size();
    }

private:
    using Kind = PlainJson::Kind;
    static constexpr std::size_t most_members = 256;
    static constexpr std::size_t most_digits = 18;

    Json items(std::uint32_t array) const {
        Json::array_t all;
        for (auto at = array + 1; at < nodes_[array].end; at = nodes_[at].end) all.push_back(tree(at));
        return Json(std::move(all));
    }

    char next() const { return at_ < text_.size() ? text_[at_] : '\0'; }
    bool take(char c) {
        if (next() != c) return false;
        ++at_;
        return true;
    }
    void skip_space() {
        while (next() == ' ' || next() == '\n' || next() == '\t' || next() == '\r') ++at_;
    }
    std::size_t add(Kind kind) {
        nodes_.push_back({.kind = kind, .end = static_cast<std::uint32_t>(nodes_.size() + 1)});
        return nodes_.size() - 1;
    }
    bool close(std::size_t node) {
        nodes_[node].end = static_cast<std::uint32_t>(nodes_.size());
        return true;
    }

    bool value(std::size_t depth) {
        skip_space();
        switch (next()) {
            case '{': return depth > 0 && object(depth - 1);
            case '[': return depth > 0 && array(depth - 1);
            case '"': return string();
            case 'n': return word("null", Kind::null);
            case 't': return word("true", Kind::yes);
            case 'f': return word("false", Kind::no);
            default: return number();
        }
    }

    bool word(std::string_view expected, Kind kind) {
        if (text_.substr(at_, expected.size()) != expected) return false;
        at_ += expected.size();
        add(kind);
        return true;
    }

    bool number() {
        const bool negative = take('-');
        const auto begin = at_;
        std::uint64_t number = 0;
        for (; is_digit(next()); ++at_) {
            if (at_ - begin == most_digits) return false;
            number = number * 10 + static_cast<std::uint64_t>(next() - '0');
        }
        const auto digits = at_ - begin;
        if (digits == 0 || (digits > 1 && text_[begin] == '0')) return false;
        if (next() == '.' || next() == 'e' || next() == 'E') return false;
        nodes_[add(negative ? Kind::other_number : Kind::number)].number = number;
        return true;
    }

    bool string() {
        const auto begin = ++at_;
        for (;;) {
            for (std::size_t plain = 8; plain == 8 && at_ + 8 <= text_.size(); at_ += plain)
                plain = plain_bytes(text_.data() + at_);
            if (at_ == text_.size()) return false;
            const auto byte = static_cast<unsigned char>(text_[at_]);
            if (byte == '"') break;
            if (byte < 0x20 || byte == '\\') return false;
            const auto size = byte < 0x80 ? 1 : size_of_character(text_.substr(at_));
            if (size == 0) return false;
            at_ += size;
        }
        nodes_[add(Kind::text)].text = text_.substr(begin, at_ - begin);
        ++at_;
        return true;
    }

    bool array(std::size_t depth) {
        const auto node = add(Kind::array);
        ++at_;
        skip_space();
        if (take(']')) return close(node);
        for (;;) {
            if (!value(depth)) return false;
            skip_space();
            if (take(']')) return close(node);
            if (!take(',')) return false;
        }
    }

    bool object(std::size_t depth) {
        const auto node = add(Kind::object);
        ++at_;
        skip_space();
        if (take('}')) return close(node);
        std::uint64_t seen = 0;
        for (std::size_t members = 0; members < most_members; ++members) {
            skip_space();
            if (next() != '"' || !string() || !is_new_key(node, seen)) return false;
            skip_space();
            if (!take(':') || !value(depth)) return false;
            skip_space();
            if (take('}')) return close(node);
            if (!take(',')) return false;
        }
        return false;
    }

    /// The key that was read last. `seen`: a bit for the size and the ends of each earlier one.
    bool is_new_key(std::size_t node, std::uint64_t& seen) const {
        const auto last = nodes_.size() - 1;
        const auto key = nodes_[last].text;
        const auto ends = key.empty() ? 0U
                                      : static_cast<unsigned char>(key.front()) * 7U +
                                            static_cast<unsigned char>(key.back()) * 3U;
        const auto bit = std::uint64_t{1} << ((ends + key.size()) % 64);
        const bool maybe_known = (seen & bit) != 0;
        seen |= bit;
        if (!maybe_known) return true;
        for (auto at = node + 1; at < last; at = nodes_[at + 1].end)
            if (nodes_[at].text == key) return false;
        return true;
    }

    std::string_view text_;
    std::vector<PlainJson::Node>& nodes_;
    std::size_t at_ = 0;
};

std::optional<PlainJson> PlainJson::read(std::string_view text) {
    if (text.size() > ParseLimits{}.bytes) return std::nullopt;
    PlainJson read;
    read.nodes_.reserve(text.size() / 12);
    if (!PlainReader(text, read.nodes_).whole()) return std::nullopt;
    return read;
}

std::optional<Json> PlainReader::read_tree(std::string_view text) {
    if (text.size() > ParseLimits{}.bytes) return std::nullopt;
    std::vector<PlainJson::Node> nodes;
    nodes.reserve(text.size() / 12);
    PlainReader reader(text, nodes);
    return reader.whole() ? std::optional(reader.tree(0)) : std::nullopt;
}

std::optional<Json> read_plain_tree(std::string_view text) { return PlainReader::read_tree(text); }

PlainJson PlainJson::of(const Json& tree) {
    PlainJson made;
    made.append(tree);
    return made;
}

void PlainJson::append(const Json& tree) {
    const auto node = nodes_.size();
    nodes_.emplace_back();
    if (tree.is_boolean()) nodes_[node].kind = tree.get<bool>() ? Kind::yes : Kind::no;
    if (tree.is_number()) nodes_[node].kind = Kind::other_number;
    if (tree.is_number_unsigned()) nodes_[node] = {.kind = Kind::number, .number = tree.get<std::uint64_t>()};
    if (tree.is_string()) nodes_[node] = {.kind = Kind::text, .text = tree.get_ref<const std::string&>()};
    if (tree.is_array()) {
        nodes_[node].kind = Kind::array;
        for (const auto& item : tree) append(item);
    }
    if (tree.is_object()) {
        nodes_[node].kind = Kind::object;
        for (const auto& [key, value] : tree.get_ref<const Json::object_t&>()) {
            const auto end = static_cast<std::uint32_t>(nodes_.size() + 1);
            nodes_.push_back({.kind = Kind::text, .end = end, .text = key});
            append(value);
        }
    }
    nodes_[node].end = static_cast<std::uint32_t>(nodes_.size());
}

std::optional<PlainValue> PlainValue::find(std::string_view key) const {
    if (!is_object()) return std::nullopt;
    for (auto at = at_ + 1; at < node().end; at = (*nodes_)[at + 1].end)
        if ((*nodes_)[at].text == key) return PlainValue(*nodes_, at + 1);
    return std::nullopt;
}

}  // namespace tfy::protocol
