#include "server/transport/client_address.hpp"

#include <boost/asio/ip/address.hpp>
#include <optional>
#include <ranges>

#include "server/transport/text.hpp"

namespace tfy::transport {
namespace {

namespace ip = boost::asio::ip;

/// An IPv4 address that is written as an IPv6 one is that IPv4 address.
std::optional<ip::address> read(std::string_view text) {
    boost::system::error_code failed;
    auto address = ip::make_address(std::string(text), failed);
    if (failed) return std::nullopt;
    if (address.is_v6() && address.to_v6().is_v4_mapped())
        return ip::make_address_v4(ip::v4_mapped, address.to_v6());
    return address;
}

std::string network_of(const ip::address& address) {
    if (address.is_v4()) return address.to_string();
    auto bytes = address.to_v6().to_bytes();
    std::ranges::fill(bytes | std::views::drop(8), static_cast<unsigned char>(0));
    return ip::make_address_v6(bytes).to_string() + "/64";
}

std::vector<std::string_view> hops(const Headers& headers) {
    std::vector<std::string_view> found;
    for (const auto& [name, value] : headers) {
        if (name != "x-forwarded-for") continue;
        for (const auto hop : comma_separated(value)) found.push_back(hop);
    }
    return found;
}

}  // namespace

bool is_ip_address(std::string_view text) { return read(text).has_value(); }

bool is_loopback_address(std::string_view text) {
    const auto address = read(text);
    return address && address->is_loopback();
}

bool is_one_of(std::string_view address, const std::vector<std::string>& addresses) {
    const auto wanted = read(address);
    return wanted && std::ranges::any_of(addresses, [&](const auto& each) { return read(each) == wanted; });
}

std::string client_network(std::string_view remote, const Headers& headers,
                           const std::vector<std::string>& trusted_proxies) {
    std::string_view client = remote;
    if (is_one_of(remote, trusted_proxies)) {
        const auto named = hops(headers);
        for (const auto hop : named | std::views::reverse) {
            if (!is_ip_address(hop)) break;
            client = hop;
            if (!is_one_of(hop, trusted_proxies)) break;
        }
    }
    const auto address = read(client);
    return address ? network_of(*address) : std::string(client);
}

}  // namespace tfy::transport
