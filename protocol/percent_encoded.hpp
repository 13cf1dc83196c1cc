// Text as a part of a URL or of a form: RFC 3986, section 2.1.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

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

/// "a=1&b=2%20", as application/x-www-form-urlencoded.
inline std::string form_of(const std::vector<std::pair<std::string_view, std::string_view>>& fields) {
    constexpr std::string_view plain = "-._~";
    std::string form;
    for (const auto& [name, value] : fields) {
        if (!form.empty()) form += '&';
        form += percent_encoded(name, plain);
        form += '=';
        form += percent_encoded(value, plain);
    }
    return form;
}

}  // namespace tfy::protocol
