// What a JWT's parts are before or after other tools have had them: base64 with + and /, or plain bytes.
#include <algorithm>
#include <array>

#include "policy/redaction/byte_masks.hpp"
#include "policy/redaction/views.hpp"

namespace tfy::redaction {

namespace {

constexpr std::size_t longest_signature = 4096;  // of digits: that of SLH-DSA aside, all are far shorter
constexpr std::size_t most_bytes = 64 * 1024;
constexpr std::string_view url_alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Twelve bits are two digits.
constexpr auto digit_pairs = [] {
    std::array<std::array<char, 2>, 4096> pairs{};
    for (std::size_t i = 0; i < pairs.size(); ++i) pairs[i] = {url_alphabet[i >> 6U], url_alphabet[i & 63U]};
    return pairs;
}();

/// As a few bytes of a signature are. Of text none is beyond ASCII, and if it is read half a byte too late,
/// the lower half of each is the upper half of a letter.
bool has_random_bytes(std::string_view bytes) {
    constexpr std::size_t least = 4;
    std::size_t beyond = 0;
    std::size_t others = 0;
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        beyond += byte >> 7U;
        others += ((byte & 15U) - 2U) > 5U ? 1 : 0;
    }
    return beyond >= least && others >= least;
}

}  // namespace

void decode_url_digits(std::string_view text, std::size_t shortest, View& view) {
    static constexpr ByteClasses digits = {
        characters("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/")};
    for_each_run(text, digits, shortest, [&](std::size_t begin, std::size_t end) {
        if (end - begin > longest_signature) return;
        if (text.substr(begin, end - begin).find_first_of("+/") == std::string_view::npos) return;
        view.put_break(begin);
        const auto size = view.text().size();
        view.put_same(text, begin, end);
        view.replace(size, '+', '-');
        view.replace(size, '/', '_');
    });
}

std::string as_base64url(std::string_view bytes, std::size_t phase) {
    std::string digits;
    if (bytes.size() <= phase || bytes.size() > most_bytes || !has_random_bytes(bytes)) return digits;
    digits.resize((bytes.size() - phase) / 3 * 4 + 4);
    std::size_t size = 0;
    const auto byte = [&](std::size_t at) {
        return at < bytes.size() ? std::size_t{static_cast<unsigned char>(bytes[at])} : 0;
    };
    const auto put = [&](std::size_t bits) {
        digits[size++] = digit_pairs[bits][0];
        digits[size++] = digit_pairs[bits][1];
    };
    for (auto at = phase; at < bytes.size(); at += 3) {
        put(byte(at) << 4U | byte(at + 1) >> 4U);
        put((byte(at + 1) & 15U) << 8U | byte(at + 2));
    }
    digits.resize(((bytes.size() - phase) * 4 + 2) / 3);
    return digits;
}

}  // namespace tfy::redaction
