// Lines that look like secrets and are none, made anew from a seed: not a byte of them may change.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tests/policy/leak_families.hpp"
#include "tests/policy/leak_tokens.hpp"

namespace tfy::leaks {

using Random = std::mt19937_64;
using Line = std::function<std::string(Random&)>;

inline std::string hex_of(Random& random, std::size_t digits) {
    return random_text(random, digits, "0123456789abcdef");
}
inline std::string base64_of(Random& random, std::size_t size) {
    return base64(random_text(random, size, "\x01\x7f\x1e\x33\x42~aZ"));
}
inline std::string words(Random& random) {
    static const std::vector<std::string> all = {"deploy",  "the",      "token",   "of",      "pipeline",
                                                 "expires", "secret",   "key",     "a",       "is",
                                                 "in",      "platform", "rotated", "password"};
    std::string text;
    for (auto count = 4 + random() % 8; count > 0; --count) text += all[random() % all.size()] + " ";
    return text;
}
inline std::string uuid(Random& random) {
    return hex_of(random, 8) + "-" + hex_of(random, 4) + "-4" + hex_of(random, 3) + "-a" + hex_of(random, 3) +
           "-" + hex_of(random, 12);
}

inline std::vector<Line> kinds_of_lines() {
    return {
        [](Random& r) { return hex_of(r, 64) + "  dist/app-" + std::to_string(r() % 90) + ".tar.gz"; },
        [](Random& r) { return "commit " + hex_of(r, 40); },
        [](Random& r) { return "index " + hex_of(r, 7) + ".." + hex_of(r, 7) + " 100644"; },
        [](Random& r) { return "request_id=" + uuid(r) + " status=200"; },
        [](Random& r) { return R"(      "integrity": "sha512-)" + base64_of(r, 64) + "\","; },
        [](Random& r) { return "golang.org/x/net v0.17.0 h1:" + base64_of(r, 32); },
        [](Random& r) { return "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI" + base64_of(r, 32) + " ci@example"; },
        [](Random& r) { return "SHA256:" + random_text(r, 43, base62) + " host (ED25519)"; },
        [](Random& r) { return "data:image/png;base64,iVBORw0KGgo" + base64_of(r, 90); },
        [](Random& r) { return jwt_token(static_cast<unsigned>(r()), "https://login.other.example"); },
        [](Random& r) {
            return dumped(random_text(r, 16, base62), {"%08x ", " %02x", 1, false, 16, "  |", "|"});
        },
        [](Random& r) { return dumped(random_text(r, 16, base62), {"%07o", " %06o", 2, true}); },
        [](Random& r) { return "[" + as(random_text(r, 30, base62), "%u, ") + "0]"; },
        [](Random& r) {
            return "const k=\"" + random_text(r, 20, base62) + "\"+\"" + random_text(r, 20, base62) + "\";";
        },
        [](Random& r) {
            return "!function(e,t){var n=" + std::to_string(r() % 9999) + ";e." +
                   random_text(r, 3, "abcdefgh") + "=t[n]}();";
        },
        [](Random& r) {
            return "https://x.example/" + random_text(r, 22, base62) +
                   "?sig=" + as(random_text(r, 20, base62), "%%%02X", 4);
        },
        [](Random& r) {
            return "arn:aws:iam::" + random_text(r, 12, "0123456789") + ":role/" + random_text(r, 30, base62);
        },
        [](Random& r) {
            return "tfy-" + random_text(r, 8, "abcdefgh") + "-gateway-" + std::to_string(r() % 9) +
                   " Running";
        },
        [](Random& r) { return "etag: W/\"" + hex_of(r, 32) + "\""; },
        [](Random& r) {
            return "\u041f\u0440\u0438\u0432\u0435\u0442 " + words(r) + " \u4f60\u597d \U0001f680";
        },
        [](Random& r) { return words(r); },
        [](Random& r) { return reversed(base64_of(r, 40)); },
        [](Random& r) { return as(random_text(r, 24, base62), "\\u%04x"); },
        [](Random& r) { return as(random_text(r, 24, base62), "U+%04X "); },
        [](Random& r) { return "sha256-" + base64_of(r, 32) + " " + base32(random_text(r, 20, base62)); },
    };
}

inline constexpr std::size_t benign_lines = 20'000;

/// Calls `visit(line)` for each.
template <class Visit>
void for_each_benign_line(Visit visit) {
    const auto all = kinds_of_lines();
    Random random(15);
    for (std::size_t i = 0; i < benign_lines; ++i) visit(all[i % all.size()](random));
}

}  // namespace tfy::leaks
