// Takes a JSON Web Token apart. Nothing here checks a signature: a look-alike is redacted as well.
#include "policy/redaction/jwt.hpp"

#include <algorithm>

#include "policy/base64url.hpp"
#include "protocol/error.hpp"
#include "protocol/lower.hpp"

namespace tfy::redaction {

namespace {

constexpr std::size_t most_header = 4 * 1024;
constexpr std::size_t most_payload = 64 * 1024;

std::optional<Json> decode_object(std::string_view part, std::size_t most) {
    if (part.empty() || part.size() > most) return std::nullopt;
    const auto text = policy::from_base64url(part);
    if (!text || text->empty() || text->front() != '{') return std::nullopt;
    auto value = Json::parse(*text, nullptr, false);
    if (!value.is_object()) return std::nullopt;
    return value;
}

bool names_truefoundry(const std::string& claim, const Json& value) {
    if (claim == "tenantName" || claim.starts_with("tfy")) return true;
    if (value.is_string())
        return protocol::lowered(value.get_ref<const std::string&>()).find("truefoundry") !=
               std::string::npos;
    if (!value.is_array()) return false;
    return std::ranges::any_of(
        value, [](const Json& item) { return item.is_string() && names_truefoundry("", item); });
}

}  // namespace

std::optional<Jwt> read_jwt(std::string_view text) {
    const auto first = text.find('.');
    if (first == std::string_view::npos) return std::nullopt;
    const auto second = text.find('.', first + 1);
    if (second == std::string_view::npos) return std::nullopt;
    const Jwt jwt{text.substr(0, first), text.substr(first + 1, second - first - 1), text.substr(second + 1)};
    const auto is_base64url = [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
               c == '_';
    };
    if (!std::ranges::all_of(jwt.payload, is_base64url) || !std::ranges::all_of(jwt.signature, is_base64url))
        return std::nullopt;
    if (jwt.payload.empty() || jwt.signature.empty()) return std::nullopt;
    if (!is_jwt_header(jwt.header)) return std::nullopt;
    return jwt;
}

bool is_jwt_header(std::string_view part) {
    const auto header = decode_object(part, most_header);
    return header && header->contains("alg");
}

Claims read_claims(const Jwt& jwt) {
    Claims read;
    const auto claims = decode_object(jwt.payload, most_payload);
    if (!claims) return read;
    for (const auto& [name, value] : claims->items()) {
        read.name_truefoundry = read.name_truefoundry || names_truefoundry(name, value);
        const bool is_id = name == "jti" || name == "jwtId" || name == "id";
        if (is_id && value.is_string()) read.ids.push_back(value.get<std::string>());
    }
    return read;
}

}  // namespace tfy::redaction
