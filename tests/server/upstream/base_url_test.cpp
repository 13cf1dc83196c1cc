// What may be in TFY_BASE_URL.
#include <doctest/doctest.h>

#include "server/upstream/base_url.hpp"

namespace tfy::upstream::base_url_test {

TEST_CASE("a base URL is https, or http to this machine, and comes out without a slash at its end") {
    struct Row {
        const char* text;
        const char* read;
    };
    const Row rows[] = {
        {"https://acme.truefoundry.cloud", "https://acme.truefoundry.cloud"},
        {"https://acme.truefoundry.cloud/", "https://acme.truefoundry.cloud"},
        {"https://acme.example:8443/tfy/", "https://acme.example:8443/tfy"},
        {"HTTPS://acme.example/tfy", "https://acme.example/tfy"},
        {"https://b\xc3\xbc"
         "cher.example",
         "https://b\xc3\xbc"
         "cher.example"},
        {"http://localhost:8790", "http://localhost:8790"},
        {"HTTP://LOCALHOST:8790", "http://localhost:8790"},
        {"http://127.0.0.1:8790/", "http://127.0.0.1:8790"},
        {"http://127.8.9.10", "http://127.8.9.10"},
        {"http://[::1]:8790", "http://[::1]:8790"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.text);
        const auto url = upstream::read_base_url(row.text);
        REQUIRE(url.has_value());
        CHECK(*url == row.read);
    }
}

TEST_CASE("anything else is refused, and not quoted: it may hold a password") {
    for (const auto* text : {"",
                             "acme.truefoundry.cloud",
                             "https://",
                             "https:///x",
                             "https:acme.example",
                             "http://acme.example",
                             "http://127.0.0.1.evil.example",
                             "http://localhost.evil.example",
                             "http://127.evil.example",
                             "http://[::2]",
                             "http://0.0.0.0",
                             "ftp://acme.example",
                             "file:///etc/passwd",
                             "https://user:hunter2@acme.example",
                             "https://user@acme.example",
                             "https://@acme.example",
                             "https://acme.example?a=hunter2",
                             "https://acme.example/?",
                             "https://acme.example#",
                             "https://acme.example/a b",
                             " https://acme.example",
                             "https://acme.example\n",
                             "https://acme.example\\@evil.example",
                             "https://acme.example:port",
                             "https://acme.example:99999"}) {
        CAPTURE(text);
        const auto url = upstream::read_base_url(text);
        REQUIRE_FALSE(url.has_value());
        CHECK(url.error().code == Errc::refused);
        CHECK(url.error().message.find("hunter2") == std::string::npos);
        CHECK_FALSE(url.error().message.ends_with('.'));
    }
}

}  // namespace tfy::upstream::base_url_test
