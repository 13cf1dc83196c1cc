// Codes of 58 and 85 digits, and uuencode. Each with a simple reader.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/policy/leak_families.hpp"

namespace tfy::leaks {

inline const std::string ascii85_digits =
    R"(!"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\]^_`abcdefghijklmnopqrstu)";
inline const std::string z85_digits =
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";
inline const std::string rfc1924_digits =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~";
inline const std::string base58_digits = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/// Five digits for four bytes; of the last ones one digit more than bytes.
inline std::string base85(const std::string& text, const std::string& digits) {
    std::string out;
    for (std::size_t at = 0; at < text.size(); at += 4) {
        std::uint32_t group = 0;
        for (std::size_t i = 0; i < 4; ++i)
            group = group << 8U | (at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0U);
        std::string five;
        for (int i = 0; i < 5; ++i, group /= 85) five += digits[group % 85];
        out += reversed(five).substr(0, std::min<std::size_t>(text.size() - at, 4) + 1);
    }
    return out;
}
/// Every run of digits, begun at each of the first five of them.
inline std::string unbase85(const std::string& text, const std::string& digits) {
    std::string out;
    for (std::size_t phase = 0; phase < 5; ++phase) {
        std::vector<std::uint64_t> group;
        std::size_t skip = phase;
        const auto finish = [&] {
            const auto count = group.size();
            std::uint64_t number = 0;
            for (std::size_t i = 0; i < 5; ++i) number = number * 85 + (i < count ? group[i] : 84);
            for (std::size_t i = 0; i + 1 < count; ++i)
                out += static_cast<char>(static_cast<unsigned char>(number >> (24 - 8 * i)));
            group.clear();
        };
        for (const char c : text) {
            if (c == '\n' || c == '\r') continue;
            const int value = digit_value(c, digits);
            if (value < 0) {
                finish();
                out += '\n';
                skip = phase;
            } else if (skip > 0) {
                --skip;
            } else {
                group.push_back(static_cast<std::uint64_t>(value));
                if (group.size() == 5) finish();
            }
        }
        finish();
        out += '\n';
    }
    return out;
}

inline std::string base58(const std::string& text) {
    std::vector<unsigned> number;  // the lowest digit first
    for (const char c : text) {
        unsigned carry = static_cast<unsigned char>(c);
        for (auto& digit : number) {
            carry += digit * 256;
            digit = carry % 58;
            carry /= 58;
        }
        for (; carry > 0; carry /= 58) number.push_back(carry % 58);
    }
    std::string out;
    for (const auto digit : number) out += base58_digits[digit];
    return reversed(out);
}
inline std::string unbase58(const std::string& text) {
    std::string out;
    std::vector<unsigned> number;  // the lowest byte first
    for (const char c : text + " ") {
        const int value = digit_value(c, base58_digits);
        if (value < 0) {
            for (auto byte = number.rbegin(); byte != number.rend(); ++byte)
                out += static_cast<char>(static_cast<unsigned char>(*byte));
            number.clear();
            out += '\n';
            continue;
        }
        auto carry = static_cast<unsigned>(value);
        for (auto& byte : number) {
            carry += byte * 58;
            byte = carry & 255U;
            carry >>= 8U;
        }
        if (carry > 0) number.push_back(carry);
    }
    return out;
}

/// Lines of `bytes` each, with `zero` for the digit of that value.
inline std::string uuencoded(const std::string& text, char zero, std::size_t bytes = 45) {
    const auto digit = [zero](unsigned value) {
        return (value & 63U) == 0 ? zero : static_cast<char>(0x20 + (value & 63U));
    };
    std::string out;
    for (std::size_t at = 0; at < text.size(); at += bytes) {
        const auto line = text.substr(at, bytes);
        out += digit(static_cast<unsigned>(line.size()));
        for (std::size_t i = 0; i < line.size(); i += 3) {
            unsigned group = 0;
            for (std::size_t k = 0; k < 3; ++k)
                group = group << 8U | (i + k < line.size() ? static_cast<unsigned char>(line[i + k]) : 0U);
            for (unsigned shift = 24; shift != 0; shift -= 6) out += digit(group >> (shift - 6));
        }
        out += '\n';
    }
    return out;
}
inline std::string unuuencoded(const std::string& text) {
    std::string out;
    for (std::size_t begin = 0; begin < text.size();) {
        const auto end = std::min(text.find('\n', begin), text.size());
        const auto line = text.substr(begin, end - begin);
        const auto bytes = line.empty() ? 0U : (static_cast<unsigned char>(line[0]) - 0x20U) & 63U;
        if (bytes > 0 && bytes <= 45 && line.size() == 1 + (bytes + 2) / 3 * 4) {
            std::string read;
            for (std::size_t i = 1; i + 4 <= line.size(); i += 4) {
                unsigned group = 0;
                for (std::size_t k = 0; k < 4; ++k)
                    group = group << 6U | ((static_cast<unsigned char>(line[i + k]) - 0x20U) & 63U);
                for (unsigned shift = 24; shift != 0; shift -= 8)
                    read += static_cast<char>(static_cast<unsigned char>(group >> (shift - 8)));
            }
            out += read.substr(0, bytes);
        }
        begin = end + 1;
    }
    return out;
}

inline std::vector<Written> large_digit_family() {
    using S = const std::string&;
    const auto of = [](S digits) { return [digits](S t) { return base85(t, digits); }; };
    const auto back = [](S digits) { return [digits](S t) { return unbase85(t, digits); }; };
    const auto whole = [](S t) { return t + std::string((4 - t.size() % 4) % 4, ' '); };
    const auto ascii85 = of(ascii85_digits);
    const auto unascii85 = back(ascii85_digits);
    std::vector<Written> all = {
        {"ASCII85", ascii85, unascii85},
        {"ASCII85 between <~ and ~>", [=](S t) { return "<~" + ascii85(t) + "~>"; }, unascii85},
        {"ASCII85 in lines", [=](S t) { return between(ascii85(amid(t)), "\n", 76); }, unascii85},
        {"ASCII85 in lines of 20", [=](S t) { return between(ascii85(t), "\r\n", 20); }, unascii85},
        {"ASCII85 in lines of 20, a blank behind", [=](S t) { return between(ascii85(t), "\r\n", 20) + " "; },
         unascii85},
        {"ASCII85 behind an equals sign", [=](S t) { return "key=" + ascii85(t) + " ;"; }, unascii85},
        {"Z85", [=](S t) { return base85(whole(t), z85_digits); }, back(z85_digits)},
        {"Z85 behind a letter", [=](S t) { return "k" + base85(whole(amid(t)), z85_digits); },
         back(z85_digits)},
        {"base85 of Python", of(rfc1924_digits), back(rfc1924_digits)},
        {"base85 of Python in lines",
         [](S t) { return between(base85(amid(t), rfc1924_digits), "\n  ", 60); },
         [](S t) { return unbase85(unblank(t), rfc1924_digits); }},
        {"base58", base58, unbase58},
        {"base58 behind an equals sign", [](S t) { return "key=" + base58("k=" + t) + ", "; }, unbase58},
        {"uuencode", [](S t) { return "begin 644 key\n" + uuencoded(amid(t), '`') + "`\nend\n"; },
         unuuencoded},
        {"lines of uuencode with blanks", [](S t) { return "\n" + uuencoded(t, ' '); }, unuuencoded},
        {"lines of uuencode, 30 bytes each", [](S t) { return "\n" + uuencoded(amid(t), '`', 30); },
         unuuencoded}};
    return all;
}

}  // namespace tfy::leaks
