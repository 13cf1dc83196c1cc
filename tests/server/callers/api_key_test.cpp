// The text of a caller's key.
#include "server/callers/api_key.hpp"

#include <doctest/doctest.h>

#include "policy/mac.hpp"

namespace tfy::callers_api_key_test {

TEST_CASE("a key is whole, known by its id, and never the same") {
    const auto key = callers::make_api_key();
    CHECK(key.text.size() == 6 + 8 + 43 + 6);
    CHECK(key.text.starts_with("tpm_k_" + key.id));
    CHECK(callers::id_of_api_key(key.text) == key.id);
    CHECK(callers::make_api_key().text != key.text);
    const auto hash = callers::hash_of_api_key(key.text);
    CHECK(hash.find(key.text.substr(14, 43)) == std::string::npos);
    CHECK(policy::same_bytes(hash, callers::hash_of_api_key(key.text)));
    CHECK_FALSE(policy::same_bytes(hash, callers::hash_of_api_key(callers::make_api_key().text)));
}

TEST_CASE("a key in which any character is another one is no key") {
    const auto key = callers::make_api_key().text;
    for (std::size_t at = 0; at < key.size(); ++at) {
        auto wrong = key;
        wrong[at] = wrong[at] == 'A' ? 'B' : 'A';
        CAPTURE(at);
        CHECK_FALSE(callers::id_of_api_key(wrong).has_value());
    }
    for (const auto& wrong : {key + "A", key.substr(1), std::string(), " " + key, std::string(63, 'A')})
        CHECK_FALSE(callers::id_of_api_key(wrong).has_value());
}

}  // namespace tfy::callers_api_key_test
