// What an operator may list: hosts of clients' documents, and schemes of programs.
#include "server/oauth/client_settings.hpp"

#include <doctest/doctest.h>

namespace tfy::client_settings_test {

TEST_CASE("a host is a name with a dot in lower case, and a port where it is not the usual one") {
    for (const auto* good : {"clients.example.com", "a.example:8443", "xn--bcher-kva.example"})
        CHECK(oauth::is_client_host(good));
    for (const auto* bad :
         {"", "intranet", "A.example", "*.example.com", "https://a.example", "a.example/", "a.example/x",
          "a.example:443", "a.example:0", "10.0.0.1", "[::1]", "u@a.example", "a.example?x", "a b.c"}) {
        CAPTURE(bad);
        CHECK_FALSE(oauth::is_client_host(bad));
    }
}

TEST_CASE("a private scheme is none of those that browsers know") {
    for (const auto* good : {"cursor", "com.example.app", "a+b-c.1"}) CHECK(oauth::is_private_scheme(good));
    for (const auto* bad :
         {"", "https", "http", "javascript", "data", "file", "Cursor", "cursor:", "cursor://", "1a", "a b"}) {
        CAPTURE(bad);
        CHECK_FALSE(oauth::is_private_scheme(bad));
    }
}

}  // namespace tfy::client_settings_test
