// What is read without curl is what curl reads.
#include "server/http_client/url_parts.hpp"

#include <doctest/doctest.h>

namespace tfy::url_parts_test {

using http_client::UrlParts;

TEST_CASE("an address is read as curl reads it, with curl or without") {
    const std::string long_label(63, 'a');
    const std::string hosts[] = {"acme.truefoundry.cloud",
                                 "localhost",
                                 "LOCALHOST",
                                 "Acme.Example",
                                 "a",
                                 "a-b.c1",
                                 "1a.b",
                                 long_label + ".example",
                                 long_label + "a.example",
                                 "127.0.0.1",
                                 "127.1",
                                 "0x7f.1",
                                 "2130706433",
                                 "a.0x1",
                                 "a.1",
                                 "a.1b",
                                 "[::1]",
                                 "a..b",
                                 ".a",
                                 "a.",
                                 "-a.b",
                                 "a-.b",
                                 "a_b.c",
                                 "a b",
                                 "a%41",
                                 "\xc3\xa4.de",
                                 "a@b.c",
                                 "a:b@c.d",
                                 "",
                                 "a,b",
                                 "a;b",
                                 "a*b",
                                 "xn--bcher-kva.example",
                                 "localhost.",
                                 "a/../b"};
    const std::string ports[] = {"",       ":",      ":1", ":80",  ":443", ":8443", ":65535",
                                 ":65536", ":99999", ":0", ":080", ":a",   ":-1",   ":44 3"};
    const std::string paths[] = {"",        "/",    "/api",  "/api/v1-x_y", "//",   "/a//b",
                                 "/a/../b", "/./a", "/a%2e", "/a b",        "/a?b", "/a#b",
                                 "?b",      "#b",   "/~a",   "/\xc3\xa4",   "\\a"};
    for (const std::string scheme :
         {"https://", "http://", "HTTPS://", "ftp://", "https:/", "https:", "", "httpx://"})
        for (const auto& host : hosts)
            for (const auto& port : ports)
                for (const auto& path : paths) {
                    const auto text = scheme + host + port + path;
                    const auto read = UrlParts::read(text);
                    const auto expected = UrlParts::read_with_curl(text);
                    if (read == expected) continue;
                    CAPTURE(text);
                    CHECK(read == expected);
                }
}

TEST_CASE("the address of a control plane is taken apart") {
    const auto parts = UrlParts::read("https://Acme.TrueFoundry.cloud:8443/api").value();
    CHECK(parts.scheme == "https");
    CHECK(parts.host == "acme.truefoundry.cloud");
    CHECK(parts.port == "8443");
    CHECK(parts.path == "/api");
    CHECK_FALSE(parts.has_more);
    CHECK(UrlParts::read("https://acme.example")->path == "/");
}

}  // namespace tfy::url_parts_test
