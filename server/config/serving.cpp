#include "server/config/serving.hpp"

#include <boost/asio/ip/address.hpp>

#include "server/http_client/url_parts.hpp"

namespace tfy::config {

Result<void> may_serve(const Address& listen, const std::string& public_url) {
    boost::system::error_code no_address;
    if (!boost::asio::ip::make_address(listen.host, no_address).is_loopback())
        return Error{
            Errc::refused,
            "serve does not listen on " + listen.host +
                ": it cannot tell callers apart, so everyone who reaches that address would act with "
                "this server's key, and without TLS. Listen on loopback, for example --listen "
                "127.0.0.1:8780."};
    const auto parts = http_client::UrlParts::read(public_url);
    if (parts && parts->scheme == "http" && !parts->is_loopback())
        return Error{
            Errc::refused,
            "--public-url is http and not on this machine: sign-in codes and values could be read on "
            "the way. Put a proxy with TLS before serve, and write the address with https://."};
    return {};
}

}  // namespace tfy::config
