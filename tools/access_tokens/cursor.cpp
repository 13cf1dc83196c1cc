#include "tools/access_tokens/cursor.hpp"

#include <sodium.h>

#include <charconv>

namespace tfy::tools {
namespace {

constexpr int variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;

// Each part with its length before it: parts may hold any bytes.
std::string part(std::string_view text) { return std::to_string(text.size()) + "." + std::string(text); }

std::optional<std::int64_t> read_number(std::string_view text) {
    std::int64_t number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    if (read.ec != std::errc{} || read.ptr != text.data() + text.size()) return std::nullopt;
    return number;
}

std::optional<std::string> take_part(std::string_view& rest) {
    const auto dot = rest.find('.');
    if (dot == std::string_view::npos) return std::nullopt;
    const auto size = read_number(rest.substr(0, dot));
    rest.remove_prefix(dot + 1);
    if (!size || *size < 0 || static_cast<std::size_t>(*size) > rest.size()) return std::nullopt;
    std::string taken(rest.substr(0, static_cast<std::size_t>(*size)));
    rest.remove_prefix(taken.size());
    return taken;
}

std::optional<std::string> decoded(std::string_view text) {
    std::string plain(text.size(), '\0');
    std::size_t size = 0;
    const char* end = nullptr;
    if (sodium_base642bin(reinterpret_cast<unsigned char*>(plain.data()), plain.size(), text.data(),
                          text.size(), nullptr, &size, &end, variant) != 0 ||
        end != text.data() + text.size())
        return std::nullopt;
    plain.resize(size);
    return plain;
}

}  // namespace

std::string write_cursor(const Cursor& cursor) {
    const auto since = std::to_string(cursor.since.time_since_epoch().count());
    const auto plain = part(cursor.question) + part(since) + part(cursor.last.key) + part(cursor.last.id);
    std::string text(sodium_base64_encoded_len(plain.size(), variant), '\0');
    sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(plain.data()),
                      plain.size(), variant);
    text.pop_back();  // libsodium's closing zero
    return text;
}

std::optional<Cursor> read_cursor(std::string_view text) {
    const auto plain = decoded(text);
    if (!plain) return std::nullopt;
    std::string_view rest = *plain;
    auto question = take_part(rest);
    const auto since = question ? take_part(rest) : std::nullopt;
    const auto moment = since ? read_number(*since) : std::nullopt;
    auto key = moment ? take_part(rest) : std::nullopt;
    auto id = key ? take_part(rest) : std::nullopt;
    if (!id || !rest.empty()) return std::nullopt;
    return Cursor{.question = std::move(*question),
                  .since = policy::Time{policy::Duration{*moment}},
                  .last = {std::move(*key), std::move(*id)}};
}

}  // namespace tfy::tools
