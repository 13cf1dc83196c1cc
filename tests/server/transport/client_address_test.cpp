// Which network a request is counted for, behind proxies and without.
#include "server/transport/client_address.hpp"

#include <doctest/doctest.h>

namespace tfy::transport_client_address_test {

TEST_CASE("X-Forwarded-For counts from a trusted proxy only, from its end on") {
    const std::vector<std::string> trusted = {"10.0.0.7", "10.0.0.8", "fd00::1"};
    struct Row {
        const char* remote;
        std::vector<const char*> forwarded;
        const char* network;
    };
    for (const auto& [remote, forwarded, network] : {
             Row{"198.51.100.1", {}, "198.51.100.1"},
             {"198.51.100.1", {"203.0.113.9"}, "198.51.100.1"},
             {"10.0.0.7", {}, "10.0.0.7"},
             {"10.0.0.7", {"203.0.113.9"}, "203.0.113.9"},
             {"10.0.0.7", {"1.1.1.1, 203.0.113.9"}, "203.0.113.9"},
             {"10.0.0.7", {"1.1.1.1", "203.0.113.9 , 10.0.0.8"}, "203.0.113.9"},
             {"10.0.0.7", {"10.0.0.8, 10.0.0.8"}, "10.0.0.8"},
             {"10.0.0.7", {"203.0.113.9, unknown"}, "10.0.0.7"},
             {"10.0.0.7", {"203.0.113.9, , 10.0.0.8"}, "10.0.0.8"},
             {"::ffff:10.0.0.7", {"203.0.113.9"}, "203.0.113.9"},
             {"fd00:0::1", {"2001:db8:1:2:3:4:5:6"}, "2001:db8:1:2::/64"},
             {"2001:db8:1:2:ffff::1", {}, "2001:db8:1:2::/64"},
         }) {
        transport::Headers headers = {{"forwarded", "for=9.9.9.9"}};
        for (const auto* value : forwarded) headers.emplace_back("x-forwarded-for", value);
        CAPTURE(remote);
        CHECK(transport::client_network(remote, headers, trusted) == network);
    }
}

TEST_CASE("addresses are told from other words, and this machine's from others") {
    for (const auto* address : {"127.0.0.1", "::1", "::ffff:127.0.0.1"})
        CHECK(transport::is_loopback_address(address));
    for (const auto* other : {"0.0.0.0", "::", "10.0.0.7", "localhost", "", "127.0.0.1:80", "fe80::1"})
        CHECK_FALSE(transport::is_loopback_address(other));
    CHECK(transport::is_ip_address("fe80::1"));
    CHECK_FALSE(transport::is_ip_address("10.0.0.0/8"));
}

}  // namespace tfy::transport_client_address_test
