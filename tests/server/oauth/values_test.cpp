// The values of the authorization server: random, and opened by their holder only.
#include "server/oauth/values.hpp"
#include "policy/base64url.hpp"

#include <doctest/doctest.h>

namespace tfy::oauth_values_test {

TEST_CASE("a value is its prefix and 43 random characters, and two are never the same") {
    const auto value = oauth::make_value(oauth::access_prefix);
    CHECK(value.starts_with("tpm_a_"));
    CHECK(value.size() == 6 + 43);
    CHECK(value.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
          std::string::npos);
    CHECK(oauth::make_value(oauth::access_prefix) != value);
    CHECK(oauth::make_value().size() == 43);
    CHECK(oauth::hash_of_value(value) != oauth::hash_of_value(oauth::make_value()));
}

TEST_CASE("the challenge is the one of RFC 7636, appendix B") {
    CHECK(policy::sha256_base64url("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") ==
          "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

TEST_CASE("what is sealed under a value opens with that value alone") {
    const auto value = oauth::make_value(oauth::refresh_prefix);
    const Json pair = {{"access_token", "a"}, {"until", 7}};
    const auto sealed = oauth::seal_under(value, pair);
    CHECK(sealed != oauth::seal_under(value, pair));
    CHECK(oauth::open_under(value, sealed) == pair);
    CHECK_FALSE(oauth::open_under(oauth::make_value(oauth::refresh_prefix), sealed).has_value());
    CHECK_FALSE(oauth::open_under(oauth::hash_of_value(value), sealed).has_value());
    auto bent = sealed;
    bent.back() = bent.back() == 'A' ? 'B' : 'A';
    CHECK_FALSE(oauth::open_under(value, bent).has_value());
    CHECK_FALSE(oauth::open_under(value, "").has_value());
}

}  // namespace tfy::oauth_values_test
