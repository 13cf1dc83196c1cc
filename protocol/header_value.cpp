// The value encoding of mirrored headers: plain printable ASCII, or "=?base64?…?=" around strict Base64.
#include <algorithm>

#include "protocol/headers.hpp"

namespace tfy::protocol {
namespace {

constexpr std::string_view opening = "=?base64?";
constexpr std::string_view closing = "?=";

bool is_plain(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte == '\t' || (byte >= 0x20 && byte < 0x7f);
}

std::optional<unsigned> sextet(char c) {
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const auto at = alphabet.find(c);
    return at == alphabet.npos ? std::nullopt : std::optional(static_cast<unsigned>(at));
}

/// RFC 4648 section 4, one spelling for each value: whole groups, padded, the unused bits zero.
std::optional<std::string> decode_base64(std::string_view text) {
    if (text.size() % 4 != 0) return std::nullopt;
    if (text.ends_with('=')) text.remove_suffix(text.ends_with("==") ? 2 : 1);
    std::string out;
    unsigned bits = 0;
    unsigned count = 0;
    for (const char c : text) {
        const auto six = sextet(c);
        if (!six) return std::nullopt;
        bits = (bits << 6U | *six) & 0xFFFFU;
        count += 6;
        if (count >= 8) out += static_cast<char>(bits >> (count -= 8) & 0xFFU);
    }
    if ((bits & ((1U << count) - 1U)) != 0) return std::nullopt;
    return out;
}

}  // namespace

std::optional<std::string> decode_header_value(std::string_view value) {
    if (!std::ranges::all_of(value, is_plain)) return std::nullopt;
    const bool encoded = value.size() >= opening.size() + closing.size() && value.starts_with(opening) &&
                         value.ends_with(closing);
    if (!encoded) return std::string(value);
    value.remove_prefix(opening.size());
    value.remove_suffix(closing.size());
    return decode_base64(value);
}

}  // namespace tfy::protocol
