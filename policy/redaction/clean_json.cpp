// Writes clean messages; whatever is not clean is left to the slower way.
#include "policy/redaction/clean_json.hpp"

#include <array>
#include <charconv>
#include <cstring>
#include <vector>

#include "policy/redaction/byte_array.hpp"

namespace tfy::redaction {

namespace {

/// True for quotes, backslashes and control characters; may be true if there is none.
bool needs_escapes(std::string_view text) {
    constexpr std::uint64_t ones = 0x0101010101010101ULL;
    std::uint64_t found = 0;
    const auto look = [&](std::uint64_t eight) {
        const auto is_zero = [](std::uint64_t bytes) { return (bytes - ones) & ~bytes; };
        found |= (eight - ones * 0x20) | is_zero(eight ^ ones * '"') | is_zero(eight ^ ones * '\\');
    };
    std::uint64_t eight = 0;
    std::size_t at = 0;
    for (; at + 8 <= text.size(); at += 8) {
        std::memcpy(&eight, text.data() + at, 8);
        look(eight);
    }
    eight = ones * ' ';
    for (std::size_t i = 0; at + i < text.size(); ++i) reinterpret_cast<char*>(&eight)[i] = text[at + i];
    look(eight);
    return (found & ones * 0x80) != 0;
}

/// As Json::dump() has the text between its quotes; it must be UTF-8.
void append_escaped(std::string& out, std::string_view text) {
    constexpr std::string_view hex = "0123456789abcdef";
    constexpr std::string_view short_forms = "btn?fr";  // of the bytes 8 to 13
    std::size_t from = 0;                               // what is not written yet
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto byte = static_cast<unsigned char>(text[at]);
        if (byte >= 0x20 && byte != '"' && byte != '\\') continue;
        out.append(text, from, at - from).append(1, '\\');
        from = at + 1;
        if (byte >= 0x20)
            out += text[at];
        else if (byte >= '\b' && byte <= '\r' && byte != '\v')
            out += short_forms[byte - '\b'];
        else
            out.append("u00").append(1, hex[byte >> 4U]).append(1, hex[byte & 15U]);
    }
    out.append(text, from);
}

/// Each function is false if the message is not clean.
class Writer {
public:
    using Order = std::optional<protocol::PlainValue>;  // none: as the map has them

    explicit Writer(Scrubber& scrubber) : scrubber_(scrubber) {}

    bool value(const Json& value, int depth, const Order& order) {
        if (value.is_string()) return string(value.get_ref<const std::string&>());
        if (value.is_structured() && depth == 0) return false;
        if (may_be_bytes(value) && scrubber_.byte_array(value)) return false;
        if (value.is_object()) return object(value.get_ref<const Json::object_t&>(), depth, order);
        if (value.is_array()) return array(value.get_ref<const Json::array_t&>(), depth, order);
        scalar(value);
        return true;
    }
    std::string take() { return std::move(text_); }

private:
    bool object(const Json::object_t& members, int depth, const Order& order) {
        text_ += '{';
        const auto* separator = "";
        bool is_clean = true;
        if (order)
            order->each_member([&](std::string_view key, protocol::PlainValue below) {
                const auto found = members.find(key);
                if (!is_clean || found == members.end()) return;
                is_clean = member(separator, found->first, found->second, depth, below);
                separator = ",";
            });
        for (const auto& [key, each] : members) {
            if (order && order->find(key)) continue;
            if (!is_clean || !member(separator, key, each, depth, {})) return false;
            separator = ",";
        }
        text_ += '}';
        return is_clean;
    }
    bool member(const char* separator, const std::string& key, const Json& each, int depth,
                const Order& order) {
        text_ += separator;
        if (!string(key)) return false;
        text_ += ':';
        return value(each, depth - 1, order);
    }
    bool array(const Json::array_t& items, int depth, const Order& order) {
        std::vector<Order> orders;
        if (order) order->each([&orders](protocol::PlainValue each) { orders.emplace_back(each); });
        const bool is_ordered = orders.size() == items.size();
        text_ += '[';
        const auto* separator = "";
        for (std::size_t i = 0; i < items.size(); ++i) {
            text_ += separator;
            separator = ",";
            if (!value(items[i], depth - 1, is_ordered ? orders[i] : Order{})) return false;
        }
        text_ += ']';
        return true;
    }
    bool string(const std::string& value) {
        if (scrubber_.text(value)) return false;
        text_ += '"';
        if (needs_escapes(value))
            append_escaped(text_, value);
        else
            text_ += value;
        text_ += '"';
        return true;
    }
    void scalar(const Json& value) {
        switch (value.type()) {
            case Json::value_t::null: text_ += "null"; break;
            case Json::value_t::boolean: text_ += value.get<bool>() ? "true" : "false"; break;
            case Json::value_t::number_integer: number(value.get<std::int64_t>()); break;
            case Json::value_t::number_unsigned: number(value.get<std::uint64_t>()); break;
            default: text_ += value.dump(-1, ' ', false, Json::error_handler_t::replace);
        }
    }
    template <class Number>
    void number(Number value) {
        std::array<char, 24> digits{};
        const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
        text_.append(digits.data(), end);
    }

    Scrubber& scrubber_;
    std::string text_;
};

}  // namespace

std::optional<std::string> write_clean(const Json& message, Scrubber& scrubber,
                                       const protocol::MemberOrder& order) {
    Writer writer(scrubber);
    if (!writer.value(message, deepest, order.root())) return std::nullopt;
    return writer.take();
}

}  // namespace tfy::redaction
