// RFC 8785, with one choice of our own: integers are written exactly. The RFC would round those beyond 2^53
// to doubles, and two different big ids would then share one digest.
#include "policy/canonical_json.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <vector>

#include "policy/mac.hpp"

namespace tfy::policy {
namespace {

/// UTF-8 sorts by code point; UTF-16 has the characters beyond U+FFFF (four bytes here) before U+E000 to
/// U+FFFF.
bool utf16_less(const std::string& left, const std::string& right) {
    const auto [l, r] = std::mismatch(left.begin(), left.end(), right.begin(), right.end());
    if (l == left.end() || r == right.end()) return l == left.end() && r != right.end();
    const auto a = static_cast<unsigned char>(*l);
    const auto b = static_cast<unsigned char>(*r);
    const bool a_is_pair = a >= 0xF0, b_is_pair = b >= 0xF0;
    if (a_is_pair != b_is_pair && std::min(a, b) >= 0xEE) return a_is_pair;
    return a < b;
}

void write_string(std::string& out, std::string_view text) {
    constexpr std::string_view hex = "0123456789abcdef";
    out += '"';
    std::size_t from = 0;  // what is not written yet
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\') continue;
        out.append(text, from, at - from);
        from = at + 1;
        switch (c) {
            case '"': out += "\\\""; break;
            case '\\': out += "\\\\"; break;
            case '\b': out += "\\b"; break;
            case '\t': out += "\\t"; break;
            case '\n': out += "\\n"; break;
            case '\f': out += "\\f"; break;
            case '\r': out += "\\r"; break;
            default:
                out += "\\u00";
                out += hex[static_cast<std::size_t>(c >> 4)];
                out += hex[static_cast<std::size_t>(c & 0xF)];
        }
    }
    out.append(text, from);
    out += '"';
}

/// Lays out the shortest digits as ECMA-262 Number::toString does; `point` is where the decimal point is,
/// counted from the first digit.
std::string lay_out(const std::string& digits, int point) {
    const int count = static_cast<int>(digits.size());
    const auto zeros = [](int n) { return std::string(static_cast<std::size_t>(n), '0'); };
    if (count <= point && point <= 21) return digits + zeros(point - count);
    if (0 < point && point <= 21) return std::string(digits).insert(static_cast<std::size_t>(point), 1, '.');
    if (-6 < point && point <= 0) return "0." + zeros(-point) + digits;
    const int exponent = point - 1;
    const auto mantissa = count == 1 ? digits : digits.substr(0, 1) + "." + digits.substr(1);
    return mantissa + (exponent < 0 ? "e-" : "e+") + std::to_string(std::abs(exponent));
}

void write_double(std::string& out, double value) {
    if (!std::isfinite(value)) {  // cannot come from JSON text
        out += "null";
        return;
    }
    std::array<char, 64> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), std::abs(value),
                                   std::chars_format::scientific)
                         .ptr;
    const std::string_view shortest(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
    const auto e = shortest.find('e');
    std::string digits(shortest.substr(0, e));
    std::erase(digits, '.');
    int exponent = 0;
    const auto from = shortest.data() + e + (shortest[e + 1] == '+' ? 2 : 1);
    std::from_chars(from, end, exponent);
    if (value < 0) out += '-';  // -0 is 0
    out += lay_out(digits, exponent + 1);
}

void write(std::string& out, const Json& value);

void write_object(std::string& out, const Json& object) {
    std::vector<Json::const_iterator> members;
    for (auto each = object.begin(); each != object.end(); ++each) members.push_back(each);
    std::ranges::sort(members, [](const auto& a, const auto& b) { return utf16_less(a.key(), b.key()); });
    const char* before = "{";
    for (const auto& each : members) {
        out += before;
        write_string(out, each.key());
        out += ':';
        write(out, each.value());
        before = ",";
    }
    out += members.empty() ? "{}" : "}";
}

void write_array(std::string& out, const Json& array) {
    const char* before = "[";
    for (const auto& each : array) {
        out += before;
        write(out, each);
        before = ",";
    }
    out += array.empty() ? "[]" : "]";
}

void write(std::string& out, const Json& value) {
    switch (value.type()) {
        case Json::value_t::object: return write_object(out, value);
        case Json::value_t::array: return write_array(out, value);
        case Json::value_t::string: return write_string(out, value.get_ref<const std::string&>());
        case Json::value_t::boolean: out += value.get<bool>() ? "true" : "false"; return;
        case Json::value_t::number_integer: out += std::to_string(value.get<std::int64_t>()); return;
        case Json::value_t::number_unsigned: out += std::to_string(value.get<std::uint64_t>()); return;
        case Json::value_t::number_float: return write_double(out, value.get<double>());
        case Json::value_t::null:
        case Json::value_t::binary:
        case Json::value_t::discarded: break;
    }
    out += "null";
}

}  // namespace

std::string canonical_json(const Json& value) {
    std::string out;
    write(out, value);
    return out;
}

CanonicalMembers& CanonicalMembers::add(std::string_view name, std::string_view text) {
    begin(name);
    write_string(text_, text);
    return *this;
}

CanonicalMembers& CanonicalMembers::add(std::string_view name, const Json& value) {
    begin(name);
    write(text_, value);
    return *this;
}

CanonicalMembers& CanonicalMembers::add(std::string_view name, std::int64_t number) {
    begin(name);
    text_ += std::to_string(number);
    return *this;
}

void CanonicalMembers::begin(std::string_view name) {
    text_ += text_.empty() ? '{' : ',';
    write_string(text_, name);
    text_ += ':';
}

std::string CanonicalMembers::take() { return std::move(text_.append(text_.empty() ? "{}" : "}")); }

std::string sha256(std::string_view text) {
    std::array<unsigned char, crypto_hash_sha256_BYTES> hash{};
    crypto_hash_sha256(hash.data(), reinterpret_cast<const unsigned char*>(text.data()), text.size());
    return "sha256:" + to_hex(hash);
}

}  // namespace tfy::policy
