// Tokens that an issuer signed hold; all others do not, whatever they say of themselves.
#include "server/jwt/token.hpp"

#include <doctest/doctest.h>
#include <sodium.h>

#include <array>

#include "server/jwt/claims.hpp"
#include "server/jwt/signature.hpp"
#include "tests/fakes/signing_key.hpp"

namespace tfy::jwt_token_test {
namespace {

using namespace std::chrono_literals;
using fakes::SigningKey;

constexpr policy::Time noon{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + 12h};
const auto seconds_at_noon =
    std::chrono::duration_cast<std::chrono::seconds>(noon.time_since_epoch()).count();
constexpr std::array<std::string_view, 2> id_token = {"", "jwt"};
constexpr auto issuer = "https://idp.example.com";

Json claims() {
    return {{"iss", issuer},
            {"aud", "client-7"},
            {"sub", "u-1"},
            {"iat", seconds_at_noon},
            {"exp", seconds_at_noon + 300}};
}

std::vector<jwt::PublicKey> keys_in(const std::vector<Json>& jwks) {
    return jwt::read_key_set(Json{{"keys", jwks}}.dump()).value();
}

/// "" if it counts, else why not.
std::string verdict(const std::string& text, const std::vector<jwt::PublicKey>& keys,
                    policy::Time now = noon) {
    const auto token = jwt::read_token(text, id_token);
    if (!token) return token.error().message;
    const auto* key = jwt::key_of(*token, keys);
    if (key == nullptr) return "no key";
    if (auto signed_by = jwt::check_signature(*token, *key); !signed_by) return signed_by.error().message;
    const auto held = jwt::check_claims(token->claims, issuer, "client-7", now);
    return held ? "" : held.error().message;
}

/// Of the usual key.
const SigningKey& usual() {
    static const SigningKey key("RS256");
    return key;
}

std::string verdict(const std::string& text) { return verdict(text, keys_in({usual().published()})); }

std::string with_header(const Json& more) {
    auto header = usual().header();
    header.update(more);
    return usual().sign_text(header.dump(), claims().dump());
}

std::string without(Json header, const char* name) {
    header.erase(name);
    return usual().sign_text(header.dump(), claims().dump());
}

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// The token of attack "HS256 with the public key": signed with what everyone knows.
std::string signed_with_public_key() {
    const auto header = policy::to_base64url(R"({"alg":"HS256","kid":"key-1"})");
    const auto text = header + "." + policy::to_base64url(claims().dump());
    const auto known = usual().published().dump();
    std::array<unsigned char, crypto_auth_hmacsha256_BYTES> mac{};
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, reinterpret_cast<const unsigned char*>(known.data()), known.size());
    crypto_auth_hmacsha256_update(&state, reinterpret_cast<const unsigned char*>(text.data()), text.size());
    crypto_auth_hmacsha256_final(&state, mac.data());
    return text + "." + policy::to_base64url({reinterpret_cast<const char*>(mac.data()), mac.size()});
}

}  // namespace

TEST_CASE("a token of each algorithm counts under its own key, and under no other") {
    for (const auto* name :
         {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"}) {
        CAPTURE(name);
        const SigningKey key(name);
        const auto text = key.sign(claims());
        CHECK(verdict(text, keys_in({key.published()})) == "");
        auto unpinned = key.published();
        unpinned.erase("alg");
        CHECK(verdict(text, keys_in({unpinned})) == "");
        CHECK(verdict(text, keys_in({SigningKey(name).published()})) == "its signature is wrong");
        auto changed = claims();
        changed["sub"] = "u-2";
        const auto parts = key.sign(changed);
        const auto forged = parts.substr(0, parts.rfind('.')) + text.substr(text.rfind('.'));
        CHECK(verdict(forged, keys_in({key.published()})) == "its signature is wrong");
    }
}

TEST_CASE("a hundred signatures on a curve hold, also those whose halves begin with zeros or a high bit") {
    for (const auto* name : {"ES256", "ES512"}) {
        const SigningKey key(name);
        const auto keys = keys_in({key.published()});
        for (int i = 0; i < 100; ++i) {
            auto one = claims();
            one["nonce"] = i;
            REQUIRE(verdict(key.sign(one), keys) == "");
        }
    }
}

TEST_CASE("an algorithm that is not taken, or not the key's, is refused") {
    for (const auto& alg : std::vector<Json>{"none", "None", "NONE", "", "HS256", "rs256", "EdDSA",
                                             "RSA-OAEP", 7, nullptr, Json::array({"RS256"})}) {
        CAPTURE(alg.dump());
        CHECK(holds(verdict(with_header({{"alg", alg}})), "its algorithm is none of"));
    }
    CHECK(holds(verdict(without(usual().header(), "alg")), "its algorithm is none of"));
    const auto unsigned_token =
        policy::to_base64url(R"({"alg":"none"})") + "." + policy::to_base64url(claims().dump()) + ".";
    CHECK(holds(verdict(unsigned_token), "its algorithm is none of"));
    CHECK(holds(verdict(signed_with_public_key()), "its algorithm is none of"));

    CHECK(verdict(with_header({{"alg", "RS512"}})) == "no key");
    CHECK(verdict(with_header({{"alg", "PS256"}})) == "no key");
    CHECK(verdict(with_header({{"alg", "ES256"}})) == "no key");
    const SigningKey curve("ES256");
    CHECK(verdict(with_header({{"alg", "RS256"}}), keys_in({curve.published()})) == "no key");
    auto other = curve.header();
    other["alg"] = "ES384";
    CHECK(verdict(curve.sign_text(other.dump(), claims().dump()), keys_in({curve.published()})) == "no key");
}

TEST_CASE("a signature of another length is refused, and so is one with its halves as DER") {
    const SigningKey curve("ES256");
    const auto keys = keys_in({curve.published()});
    const auto text = curve.sign(claims());
    const auto front = text.substr(0, text.rfind('.') + 1);
    const auto bytes = policy::from_base64url(text.substr(front.size())).value();
    const std::string lengths[] = {
        bytes.substr(1), bytes + '\0',          std::string(1, '\0') + bytes,
        bytes + bytes,   std::string(64, '\0'), "\x30\x06\x02\x01\x01\x02\x01\x01"};
    for (const auto& each : lengths)
        CHECK(verdict(front + policy::to_base64url(each), keys) == "its signature is wrong");
    CHECK(verdict(front, keys) == "its signature is no base64url");
}

TEST_CASE(
    "a header that would change how a token is read refuses it; keys that it brings along are not looked "
    "at") {
    for (const auto* name : {"crit", "b64", "zip", "cty"}) {
        CAPTURE(name);
        CHECK(holds(verdict(with_header({{name, "JWT"}})), "in another way"));
    }
    const SigningKey attacker("RS256");
    auto header = attacker.header();
    header.update({{"jwk", attacker.published()},
                   {"jku", "https://evil.example.com/jwks"},
                   {"x5c", Json::array({"AAAA"})}});
    CHECK(verdict(attacker.sign_text(header.dump(), claims().dump())) == "its signature is wrong");
    CHECK(verdict(with_header({{"x5u", "https://evil.example.com/"}})) == "");
    for (const auto* type : {"at+jwt", "logout+jwt", "JOSE", "text/JWT"}) {
        CAPTURE(type);
        CHECK(verdict(with_header({{"typ", type}})) == "it is a token of another type");
    }
    for (const auto& type : std::vector<Json>{nullptr, 1, ""})
        CHECK(verdict(with_header({{"typ", type}})) == "it is a token of another type");
    CHECK(verdict(with_header({{"typ", "application/jwt"}})) == "");
    CHECK(verdict(without(usual().header(), "typ")) == "");
}

TEST_CASE("a key is named, or is the only one that fits") {
    const SigningKey other("RS256", "key-2");
    const auto both = keys_in({usual().published(), other.published()});
    CHECK(verdict(usual().sign(claims()), both) == "");
    CHECK(verdict(without(usual().header(), "kid"), both) == "no key");
    CHECK(verdict(without(usual().header(), "kid")) == "");
    for (const auto* kid : {"key-2", "KEY-1", "../key-1", "key-1 ", "' OR 1=1"}) {
        CAPTURE(kid);
        CHECK(verdict(with_header({{"kid", kid}}), both) != "");
    }
    for (const auto& kid : std::vector<Json>{"", std::string(257, 'k'), 7, nullptr})
        CHECK(holds(verdict(with_header({{"kid", kid}})), "the name of its key"));
    const auto twice = keys_in({usual().published(), usual().published()});
    CHECK(verdict(usual().sign(claims()), twice) == "no key");
}

TEST_CASE("what is not exactly three parts of base64url with JSON objects in them is refused") {
    const auto good = usual().sign(claims());
    REQUIRE(verdict(good) == "");
    const auto first = good.find('.'), second = good.rfind('.');
    const std::string rows[] = {
        "",
        "..",
        good.substr(0, second),
        good + ".AAAA",
        good + ".",
        good + "\n",
        " " + good,
        good + "=",
        good.substr(0, first) + "=" + good.substr(first),
        good.substr(0, first) + "\n" + good.substr(first),
        good.substr(0, second) + "." + good.substr(second + 1) + "A",
        "." + good.substr(first + 1),
    };
    for (const auto& row : rows) {
        CAPTURE(row);
        CHECK(verdict(row) != "");
    }
    CHECK(verdict(std::string(8193, 'a')) == "it is longer than 8 KiB");
    auto long_one = claims();
    long_one["filler"] = std::string(6100, 'x');
    CHECK(verdict(usual().sign(long_one)) == "it is longer than 8 KiB");

    const auto head = usual().header().dump(), body = claims().dump();
    const auto doubled = [](std::string json, const std::string& name) {
        return json.insert(1, "\"" + name + "\":\"x\",");
    };
    for (const auto* name : {"alg", "kid", "typ"})
        CHECK(holds(verdict(usual().sign_text(doubled(head, name), body)), "its header is no"));
    for (const auto* name : {"aud", "sub", "exp"})
        CHECK(holds(verdict(usual().sign_text(head, doubled(body, name))), "its claims are no"));
    for (const auto* text : {"[]", "7", "null", "", "{", "{}x", "\"a\""}) {
        CHECK(holds(verdict(usual().sign_text(text, body)), "its header is no"));
        CHECK(holds(verdict(usual().sign_text(head, text)), "its claims are no"));
    }
}

TEST_CASE("a token counts for its audience, of its issuer, and in its time") {
    const auto of = [](const char* name, const Json& value) {
        auto all = claims();
        if (value.is_discarded())
            all.erase(name);
        else
            all[name] = value;
        return verdict(usual().sign(all));
    };
    const auto at = [](std::int64_t seconds) { return Json(seconds_at_noon + seconds); };
    const Json absent = Json(Json::value_t::discarded);

    for (const auto& other :
         std::vector<Json>{"https://idp.example.com/", "HTTPS://idp.example.com", "", 7, absent,
                           "https://idp.example.com/other", Json::array({issuer})})
        CHECK(of("iss", other) == "another issuer made it");
    CHECK(of("aud", Json::array({"x", "client-7"})) == "");
    for (const auto& other : std::vector<Json>{"client-70", "client", "", 7, absent, Json::array(),
                                               Json::array({"client-70"}), Json::array({"client-7", 7})})
        CHECK(of("aud", other) == "it was made for someone else");

    CHECK(of("exp", at(-59)) == "");
    CHECK(of("exp", at(-60)) == "it is expired");
    CHECK(of("exp", at(-61)) == "it is expired");
    CHECK(of("iat", at(60)) == "");
    CHECK(holds(of("iat", at(61)), "in the future"));
    CHECK(of("nbf", at(60)) == "");
    CHECK(holds(of("nbf", at(61)), "not hold yet"));
    CHECK(holds(of("nbf", "now"), "not hold yet"));
    for (const auto* name : {"exp", "iat"})
        for (const auto& other : std::vector<Json>{absent, "1795000000", nullptr, -1, 1e30, true})
            CHECK(holds(of(name, other), "it does not say when"));
    CHECK(of("exp", 1795435200.5 + 300) == "");
    auto text = claims().dump();
    text.replace(text.find("\"exp\":"), 6, "\"exp\":1e400,\"x\":");
    CHECK(holds(verdict(usual().sign_text(usual().header().dump(), text)), "its claims are no"));
    for (const auto& other : std::vector<Json>{"", 7, absent, std::string(256, 's')})
        CHECK(of("sub", other) == "it does not say of whom it tells");

    const auto good = usual().sign(claims());
    const auto keys = keys_in({usual().published()});
    CHECK(verdict(good, keys, noon + 24h) == "it is expired");
    CHECK(holds(verdict(good, keys, noon - 24h), "in the future"));
}

TEST_CASE("keys that can check no signature, or too weak ones, are passed over") {
    const SigningKey good("RS256", "good"), weak("RS256", "weak", 1024), curve("ES256", "curve");
    const auto spoiled = [](Json key, const char* name, const Json& value) {
        key[name] = value;
        return key;
    };
    const auto rsa = good.published(), ec = curve.published();
    const Json rows[] = {
        weak.published(),
        {{"kty", "oct"}, {"kid", "good"}, {"k", "c2VjcmV0"}, {"alg", "HS256"}},
        spoiled(rsa, "use", "enc"),
        spoiled(rsa, "use", 7),
        spoiled(rsa, "key_ops", Json::array({"encrypt"})),
        spoiled(rsa, "alg", "RSA-OAEP"),
        spoiled(rsa, "alg", "HS256"),
        spoiled(rsa, "alg", "ES256"),
        spoiled(rsa, "d", "AAAA"),
        spoiled(rsa, "e", "Ag"),
        spoiled(rsa, "e", "AQ"),
        spoiled(rsa, "e", ""),
        spoiled(rsa, "n", "AQAB="),
        spoiled(rsa, "kty", "EC"),
        spoiled(ec, "crv", "P-384"),
        spoiled(ec, "crv", "secp256k1"),
        spoiled(ec, "alg", "ES384"),
        spoiled(ec, "x", "AA"),
        spoiled(ec, "y", 7),
        "no key",
        nullptr,
    };
    for (const auto& row : rows) {
        CAPTURE(row.dump());
        CHECK(jwt::read_key_set(Json{{"keys", Json::array({row})}}.dump()).error().message ==
              "it has no key that can be used");
        CHECK(keys_in({row, rsa}).size() == 1);
    }
    CHECK(keys_in({spoiled(rsa, "key_ops", Json::array({"verify"})), ec}).size() == 2);
    const auto beside = spoiled(ec, "y", policy::to_base64url(std::string(32, '\x01')));
    CHECK(verdict(curve.sign(claims()), keys_in({beside})) == "its signature is wrong");

    for (const auto* text :
         {"", "{}", "[]", "null", R"({"keys":{}})", R"({"keys":7})", "<html>", R"({"keys":[],"keys":[]})"})
        CHECK(jwt::read_key_set(text).error().message == "it is no set of keys in JSON");
    const Json many = std::vector<Json>(51, rsa);
    CHECK(jwt::read_key_set(Json{{"keys", many}}.dump()).error().message == "it has more than 50 keys");
    CHECK(
        jwt::read_key_set(std::string(300'000, ' ') + Json{{"keys", Json::array({rsa})}}.dump()).has_error());
}

}  // namespace tfy::jwt_token_test
