// Values of every kind that someone may register, also such as no service gives out.
#pragma once

#include <string>

#include "tests/policy/leak_tokens.hpp"

namespace tfy::leaks {

inline constexpr unsigned kinds = 12;

/// `kind` is taken modulo `kinds`, so any number will do.
inline std::string token_of_kind(unsigned kind, unsigned seed) {
    std::mt19937_64 random(seed);
    const auto size = 24 + random() % 60;
    switch (kind % kinds) {
        case 0: return jwt_token(seed);
        case 1: return random_text(random, size, base62);
        case 2: return "tfy-" + random_text(random, size, base64url_digits);
        case 3: return random_text(random, size, "0123456789abcdef");
        case 4: return between(random_text(random, 32, "0123456789abcdef"), "-", 8);
        case 5: return random_text(random, size, "abcXYZ0189!#$()*,:;<>?@[]^`{|}~\"'");
        case 6: return random_text(random, size, "abcdefgh IJKLMNOP,.;: 0123456789");
        case 7: return random_text(random, 6 + random() % 18, base62);
        case 8: return random_text(random, size, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567");
        case 9: return random_text(random, size, "0123456789");
        case 10: return named_token(seed);
        default:
            return each(random_text(random, size, base62),
                        [](char c, std::size_t i) { return i % 5 == 0 ? "\u00e9" : std::string(1, c); });
    }
}

}  // namespace tfy::leaks
