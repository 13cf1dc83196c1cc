#include "server/callers/principal_text.hpp"

namespace tfy::callers {

std::string principal_text(std::string_view name) {
    constexpr std::string_view plain = "-._~@:|+=,";
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string made;
    for (const char c : name) {
        const bool alphanumeric = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        if (alphanumeric || plain.find(c) != std::string_view::npos) {
            made += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        made += '%';
        made += digits[byte >> 4U];
        made += digits[byte & 0xFU];
    }
    return made;
}

}  // namespace tfy::callers
