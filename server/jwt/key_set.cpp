#include "server/jwt/key_set.hpp"

#include <algorithm>
#include <bit>

#include "policy/base64url.hpp"
#include "protocol/parse.hpp"
#include "protocol/text_in.hpp"

namespace tfy::jwt {
namespace {

using protocol::text_in;

constexpr protocol::ParseLimits set_limits{std::size_t{256} * 1024, 8};
constexpr std::size_t most_keys = 50;
constexpr std::size_t fewest_bits = 2048, most_bits = 8192;
constexpr std::size_t longest_exponent = 8;

std::string number_in(const Json& key, const char* name) {
    auto bytes = policy::from_base64url(text_in(key, name)).value_or("");
    bytes.erase(0, std::min(bytes.find_first_not_of('\0'), bytes.size()));
    return bytes;
}

std::size_t bits_of(const std::string& number) {
    if (number.empty()) return 0;
    const auto first = static_cast<unsigned char>(number.front());
    return (number.size() - 1) * 8 + static_cast<std::size_t>(std::bit_width(first));
}

/// An even exponent, or 1, makes signatures that anyone can make.
bool is_exponent(const std::string& number) {
    const bool odd = !number.empty() && (static_cast<unsigned char>(number.back()) & 1U) != 0;
    return odd && number.size() <= longest_exponent && number != "\x01";
}

bool is_for_signatures(const Json& key) {
    if (key.contains("d") || (key.contains("use") && text_in(key, "use") != "sig")) return false;
    const auto uses = key.find("key_ops");
    return uses == key.end() || (uses->is_array() && std::ranges::find(*uses, Json("verify")) != uses->end());
}

bool take_rsa(const Json& json, PublicKey& key) {
    key.modulus = number_in(json, "n");
    key.exponent = number_in(json, "e");
    const auto bits = bits_of(key.modulus);
    return bits >= fewest_bits && bits <= most_bits && is_exponent(key.exponent);
}

bool take_ec(const Json& json, PublicKey& key) {
    key.only = algorithm_of_curve(text_in(json, "crv"));
    if (key.only == nullptr) return false;
    key.x = policy::from_base64url(text_in(json, "x")).value_or("");
    key.y = policy::from_base64url(text_in(json, "y")).value_or("");
    return key.x.size() == key.only->number && key.y.size() == key.only->number;
}

std::optional<PublicKey> read_key(const Json& json) {
    if (!json.is_object() || !is_for_signatures(json)) return std::nullopt;
    PublicKey key{.id = text_in(json, "kid")};
    const auto type = text_in(json, "kty");
    const bool usable = (type == "RSA" && take_rsa(json, key)) || (type == "EC" && take_ec(json, key));
    if (!usable) return std::nullopt;
    if (!json.contains("alg")) return key;
    const auto* named = find_algorithm(text_in(json, "alg"));
    if (named == nullptr || !key.fits(*named)) return std::nullopt;
    key.only = named;
    return key;
}

}  // namespace

bool PublicKey::fits(const Algorithm& algorithm) const {
    if (only != nullptr) return only == &algorithm;
    return is_rsa() && algorithm.family != Algorithm::Family::ec;
}

Result<std::vector<PublicKey>> read_key_set(std::string_view text) {
    const auto set = protocol::parse(text, set_limits);
    const auto list = set && set->is_object() ? set->find("keys") : Json::const_iterator{};
    if (!set || !set->is_object() || list == set->end() || !list->is_array())
        return not_valid("it is no set of keys in JSON");
    if (list->size() > most_keys) return not_valid("it has more than 50 keys");
    std::vector<PublicKey> keys;
    for (const auto& each : *list)
        if (auto key = read_key(each)) keys.push_back(std::move(*key));
    if (keys.empty()) return not_valid("it has no key that can be used");
    return keys;
}

const PublicKey* key_of(const Token& token, const std::vector<PublicKey>& keys) {
    const PublicKey* found = nullptr;
    for (const auto& key : keys) {
        if (!key.fits(*token.algorithm) || (token.key_id && key.id != *token.key_id)) continue;
        if (found != nullptr) return nullptr;
        found = &key;
    }
    return found;
}

}  // namespace tfy::jwt
