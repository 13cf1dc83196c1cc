#include "tools/access_tokens/cursor.hpp"

#include <sodium.h>

#include <charconv>

namespace tfy::tools {
namespace {

constexpr int variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;

}  // namespace

std::string write_cursor(const Cursor& cursor) {
    const auto plain = std::to_string(cursor.offset) + "." + cursor.anchor;
    std::string text(sodium_base64_encoded_len(plain.size(), variant), '\0');
    sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(plain.data()),
                      plain.size(), variant);
    text.pop_back();  // libsodium's closing zero
    return text;
}

std::optional<Cursor> read_cursor(std::string_view text) {
    std::string plain(text.size(), '\0');
    std::size_t size = 0;
    const char* end = nullptr;
    if (sodium_base642bin(reinterpret_cast<unsigned char*>(plain.data()), plain.size(), text.data(),
                          text.size(), nullptr, &size, &end, variant) != 0 ||
        end != text.data() + text.size())
        return std::nullopt;
    plain.resize(size);
    Cursor cursor;
    const auto read = std::from_chars(plain.data(), plain.data() + plain.size(), cursor.offset);
    if (read.ec != std::errc{} || read.ptr == plain.data() + plain.size() || *read.ptr != '.')
        return std::nullopt;
    cursor.anchor = plain.substr(static_cast<std::size_t>(read.ptr - plain.data()) + 1);
    return cursor;
}

}  // namespace tfy::tools
