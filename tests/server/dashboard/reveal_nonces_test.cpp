// Leave to see a value is single-use and bound to one session.
#include "server/dashboard/reveal_nonces.hpp"

#include <doctest/doctest.h>

namespace tfy::reveal_nonces_test {

using tfy::dashboard::RevealNonces;

TEST_CASE("a nonce is spent once, by the session that has it, for the value it was given for") {
    RevealNonces nonces;
    const auto nonce = nonces.issue("grace", "rev_a");
    CHECK(nonce.size() == 26);
    CHECK(nonces.issue("grace", "rev_a") == nonce);
    CHECK(nonces.issue("ada", "rev_a") != nonce);
    CHECK(nonces.issue("grace", "rev_b") != nonce);

    CHECK_FALSE(nonces.spend("ada", "rev_a", nonce));
    CHECK_FALSE(nonces.spend("grace", "rev_b", nonce));
    CHECK_FALSE(nonces.spend("grace", "rev_a", ""));
    CHECK_FALSE(nonces.spend("grace", "rev_a", nonce.substr(1)));
    CHECK_FALSE(nonces.spend("lin", "rev_a", ""));
    CHECK(nonces.spend("grace", "rev_a", nonce));
    CHECK_FALSE(nonces.spend("grace", "rev_a", nonce));
    CHECK(nonces.issue("grace", "rev_a") != nonce);
}

TEST_CASE("nonces of values that are held no longer are forgotten") {
    RevealNonces nonces;
    const auto kept = nonces.issue("grace", "rev_a");
    const auto dropped = nonces.issue("grace", "rev_b");
    nonces.keep_only({"rev_a"});
    CHECK_FALSE(nonces.spend("grace", "rev_b", dropped));
    CHECK(nonces.spend("grace", "rev_a", kept));
}

}  // namespace tfy::reveal_nonces_test
