#include "server/jwt/token.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>

#include "policy/base64url.hpp"
#include "policy/sodium.hpp"
#include "protocol/lower.hpp"
#include "protocol/parse.hpp"
#include "protocol/text_in.hpp"

namespace tfy::jwt {
namespace {

constexpr std::size_t most_bytes = std::size_t{8} * 1024;
constexpr std::size_t longest_key_id = 256;
constexpr protocol::ParseLimits header_limits{most_bytes, 4};
constexpr protocol::ParseLimits claims_limits{most_bytes, 16};
constexpr std::array changing = {"crit", "b64", "zip", "cty"};

using Parts = std::array<std::string_view, 3>;

std::optional<Parts> parts_of(std::string_view text) {
    Parts parts;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const auto dot = text.find('.');
        const bool last = i + 1 == parts.size();
        if (last != (dot == std::string_view::npos)) return std::nullopt;
        parts.at(i) = text.substr(0, dot);
        if (!last) text.remove_prefix(dot + 1);
    }
    return parts;
}

std::optional<Json> object_in(std::string_view part, const protocol::ParseLimits& limits) {
    const auto bytes = policy::from_base64url(part);
    auto read = bytes ? protocol::parse(*bytes, limits) : Result<Json>(Error{});
    if (!read || !read->is_object()) return std::nullopt;
    return std::move(*read);
}

/// Media types are compared without their case, and "application/" may be left out.
std::string type_in(const Json& header) {
    auto type = protocol::lowered(protocol::text_in(header, "typ"));
    constexpr std::string_view usual = "application/";
    if (type.starts_with(usual)) type.erase(0, usual.size());
    return type;
}

Result<void> take_header(const Json& header, std::span<const std::string_view> types, Token& token) {
    for (const auto* name : changing)
        if (header.contains(name)) return not_valid("its header asks to be read in another way");
    token.algorithm = find_algorithm(protocol::text_in(header, "alg"));
    if (token.algorithm == nullptr)
        return not_valid("its algorithm is none of RS, PS and ES with 256, 384 or 512 bits");
    const bool is_typed = header.contains("typ");
    const auto type = type_in(header);
    if ((is_typed && type.empty()) || std::ranges::find(types, type) == types.end())
        return not_valid("it is a token of another type");
    if (!header.contains("kid")) return {};
    token.key_id = protocol::text_in(header, "kid");
    if (token.key_id->empty() || token.key_id->size() > longest_key_id)
        return not_valid("the name of its key is no text of 1 to 256 bytes");
    return {};
}

}  // namespace

Error not_valid(std::string_view why) { return {Errc::denied, std::string(why)}; }

Result<Token> read_token(std::string_view text, std::span<const std::string_view> types) {
    if (text.size() > most_bytes) return not_valid("it is longer than 8 KiB");
    const auto parts = parts_of(text);
    if (!parts) return not_valid("it has not three parts");
    const auto& [head, body, tail] = *parts;
    const auto header = object_in(head, header_limits);
    if (!header) return not_valid("its header is no base64url of a JSON object with each name once");
    Token token;
    if (auto taken = take_header(*header, types, token); !taken) return taken.error();
    auto claims = object_in(body, claims_limits);
    if (!claims) return not_valid("its claims are no base64url of a JSON object with each name once");
    auto signature = policy::from_base64url(tail);
    if (!signature || signature->empty()) return not_valid("its signature is no base64url");
    token.signed_part = text.substr(0, head.size() + 1 + body.size());
    token.claims = std::move(*claims);
    token.signature = std::move(*signature);
    token.print = print_of(text);
    return token;
}

std::string print_of(std::string_view text) {
    policy::ready_sodium();
    std::string print(crypto_generichash_BYTES, '\0');
    crypto_generichash(reinterpret_cast<unsigned char*>(print.data()), print.size(),
                       reinterpret_cast<const unsigned char*>(text.data()), text.size(), nullptr, 0);
    return print;
}

}  // namespace tfy::jwt
