#include "server/oidc/client_header.hpp"

#include <sodium.h>

#include "protocol/percent_encoded.hpp"

namespace tfy::oidc {
namespace {

std::string form_encoded(std::string_view text) { return protocol::percent_encoded(text, "-._~"); }

std::string base64_of(const std::string& text) {
    std::string encoded(sodium_base64_ENCODED_LEN(text.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
    sodium_bin2base64(encoded.data(), encoded.size(), reinterpret_cast<const unsigned char*>(text.data()),
                      text.size(), sodium_base64_VARIANT_ORIGINAL);
    encoded.pop_back();  // the zero at its end
    return encoded;
}

}  // namespace

std::string client_header(const ProviderSettings& provider) {
    auto secret = form_encoded(provider.client_secret->reveal());
    auto both = form_encoded(provider.client_id) + ":" + secret;
    auto encoded = base64_of(both);
    auto line = "Authorization: Basic " + encoded;
    for (auto* text : {&secret, &both, &encoded}) policy::wipe(*text);
    return line;
}

}  // namespace tfy::oidc
