// What an issuer publishes: JSON at addresses of its own.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "server/http_client/http_client.hpp"

namespace tfy::oidc {

/// A client of an origin ("https://idp.example.com"), with the header line that holds a secret or none.
using Connect = std::function<std::unique_ptr<http_client::HttpClient>(const std::string& origin,
                                                                       http_client::SecretHeader secret)>;

/// With libcurl, on a thread that begins with the first request. Answers of 256 KiB at most.
Connect connect_with_curl(std::string ca_file);

/// An address in the two parts that a client wants; of one that is_provider_address() lets pass.
struct ProviderAddress {
    std::string origin, target;
    static ProviderAddress of(const std::string& address);
};

/// Errc::upstream: "no answer came (…)", out of what a client said.
Error no_answer(const Error& error);

/// The JSON at an address, as text. Redirects are not followed, and after 5 s there is no answer.
/// Errc::upstream, with a clause about "it" ("it answered 500").
Async<Result<std::string>> read_published(Connect connect, std::string address);

/// An issuer's set of keys: where its metadata says (OpenID Connect Discovery, else RFC 8414). As above.
Async<Result<std::string>> read_keys_of(Connect connect, std::string issuer);

}  // namespace tfy::oidc
