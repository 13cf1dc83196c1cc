#include "server/oauth/client_authentication.hpp"

#include <sodium.h>

#include <algorithm>

#include "policy/mac.hpp"
#include "server/oauth/client_document.hpp"
#include "server/oauth/values.hpp"
#include "server/transport/text.hpp"

namespace tfy::oauth {
namespace {

constexpr std::size_t longest_credentials = 2048;

std::optional<std::string> from_base64(std::string_view text) {
    if (text.empty() || text.size() > longest_credentials) return std::nullopt;
    std::string bytes(text.size(), '\0');
    std::size_t size = 0;
    if (sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(),
                          text.size(), nullptr, &size, nullptr, sodium_base64_VARIANT_ORIGINAL) != 0)
        return std::nullopt;
    bytes.resize(size);
    return bytes;
}

/// Both halves of "id:secret" are encoded as in a form (RFC 6749, section 2.3.1).
std::optional<ShownClient> read_basic(std::string_view credentials) {
    const auto both = from_base64(credentials);
    const auto colon = both ? both->find(':') : std::string::npos;
    if (colon == std::string::npos || both->find_first_of("&=") != std::string::npos) return std::nullopt;
    const auto halves = read_form("id=" + both->substr(0, colon) + "&secret=" + both->substr(colon + 1));
    if (!halves || field(*halves, "id").empty()) return std::nullopt;
    ShownClient shown{.id = field(*halves, "id"), .in_header = true};
    if (const auto& secret = field(*halves, "secret"); !secret.empty()) shown.secret = secret;
    return shown;
}

}  // namespace

std::variant<ShownClient, Refusal> read_client(const transport::Headers& headers, const Form& form) {
    const auto shows = [](const auto& header) { return header.first == "authorization"; };
    const auto& id = field(form, "client_id");
    const auto& secret = field(form, "client_secret");
    const auto found = std::ranges::find_if(headers, shows);
    if (found == headers.end()) {
        if (id.empty()) return Refusal{"invalid_client", "client_id is missing"};
        return ShownClient{.id = id, .secret = secret.empty() ? std::nullopt : std::optional(secret)};
    }
    if (std::ranges::count_if(headers, shows) > 1 || !secret.empty())
        return Refusal{"invalid_request", "a client authenticates once, by one method"};
    const auto end = std::min(found->second.find(' '), found->second.size());
    const auto value = std::string_view(found->second);
    auto shown = transport::equal_in_any_case(value.substr(0, end), "basic")
                     ? read_basic(transport::trimmed(value.substr(end)))
                     : std::nullopt;
    if (!shown) return Refusal{"invalid_client", "Authorization has to be Basic with an id and a secret"};
    if (!id.empty() && id != shown->id)
        return Refusal{"invalid_request", "client_id is not the one of Authorization"};
    return std::move(*shown);
}

bool is_authentic(const ShownClient& shown, const std::optional<storage::OAuthClientRow>& row) {
    if (!row || !row->secret_hash) return (row || is_document_address(shown.id)) && !shown.secret;
    return shown.secret && policy::same_bytes(hash_of_value(*shown.secret), *row->secret_hash);
}

}  // namespace tfy::oauth
