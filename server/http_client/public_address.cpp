#include "server/http_client/public_address.hpp"

#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace tfy::http_client {
namespace {

using Bytes16 = std::array<std::uint8_t, 16>;

struct Block4 {
    std::uint32_t network;
    unsigned bits;
};
constexpr std::uint32_t ip(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
    return a << 24U | b << 16U | c << 8U | d;
}
constexpr std::array special4 = {
    Block4{ip(0, 0, 0, 0), 8},        // this network
    Block4{ip(10, 0, 0, 0), 8},       // private
    Block4{ip(100, 64, 0, 0), 10},    // shared by a carrier
    Block4{ip(127, 0, 0, 0), 8},      // loopback
    Block4{ip(169, 254, 0, 0), 16},   // link-local
    Block4{ip(172, 16, 0, 0), 12},    // private
    Block4{ip(192, 0, 0, 0), 24},     // protocol assignments
    Block4{ip(192, 0, 2, 0), 24},     // documentation
    Block4{ip(192, 31, 196, 0), 24},  // AS112
    Block4{ip(192, 52, 193, 0), 24},  // AMT
    Block4{ip(192, 88, 99, 0), 24},   // 6to4 relays
    Block4{ip(192, 168, 0, 0), 16},   // private
    Block4{ip(192, 175, 48, 0), 24},  // AS112
    Block4{ip(198, 18, 0, 0), 15},    // benchmarks
    Block4{ip(198, 51, 100, 0), 24},  // documentation
    Block4{ip(203, 0, 113, 0), 24},   // documentation
    Block4{ip(224, 0, 0, 0), 4},      // multicast
    Block4{ip(240, 0, 0, 0), 4},      // reserved, broadcast
};

struct Block6 {
    Bytes16 network;
    unsigned bits;
};
/// What is public of IPv6 is inside 2000::/3, all that was ever given out.
constexpr Block6 given_out{{0x20}, 3};
constexpr std::array special6 = {
    Block6{{0x20, 0x01}, 23},                          // 2001::/23: protocol assignments, Teredo
    Block6{{0x20, 0x01, 0x0d, 0xb8}, 32},              // documentation
    Block6{{0x20, 0x02}, 16},                          // 6to4
    Block6{{0x26, 0x20, 0x00, 0x4f, 0x80, 0x00}, 48},  // AS112
    Block6{{0x3f, 0xff}, 20},                          // documentation
};

bool is_in(std::uint32_t address, const Block4& block) {
    return (address ^ block.network) >> (32 - block.bits) == 0;
}

bool is_in(const Bytes16& address, const Block6& block) {
    for (unsigned bit = 0; bit < block.bits; ++bit) {
        const auto mask = 0x80U >> bit % 8;
        if (((address.at(bit / 8) ^ block.network.at(bit / 8)) & mask) != 0) return false;
    }
    return true;
}

}  // namespace

bool is_public_address(const sockaddr& address) {
    if (address.sa_family == AF_INET) {
        sockaddr_in in{};
        std::memcpy(&in, &address, sizeof in);
        const auto number = ntohl(in.sin_addr.s_addr);
        return std::ranges::none_of(special4, [number](const auto& each) { return is_in(number, each); });
    }
    if (address.sa_family == AF_INET6) {
        sockaddr_in6 in{};
        std::memcpy(&in, &address, sizeof in);
        Bytes16 bytes{};
        std::memcpy(bytes.data(), &in.sin6_addr, bytes.size());
        return is_in(bytes, given_out) &&
               std::ranges::none_of(special6, [&bytes](const auto& each) { return is_in(bytes, each); });
    }
    return false;
}

}  // namespace tfy::http_client
