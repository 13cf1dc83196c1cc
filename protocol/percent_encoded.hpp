// Text as a part of a URL or of a form: RFC 3986, section 2.1.
#pragma once

#include <string>
#include <string_view>

namespace tfy::protocol {

/// Each byte as %XX but ASCII letters, digits and those of `plain`.
inline std::string percent_encoded(std::string_view text, std::string_view plain) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string encoded;
    for (const char c : text) {
        const bool is_alphanumeric =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (is_alphanumeric || plain.find(c) != std::string_view::npos) {
            encoded += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        encoded += {'%', digits[byte >> 4U], digits[byte & 0xFU]};
    }
    return encoded;
}

}  // namespace tfy::protocol
