#include "server/upstream/api_key.hpp"

#include <sodium.h>

#include <array>
#include <set>

#include "policy/mac.hpp"

namespace tfy::upstream {
namespace {

constexpr std::string_view own_name = "TFY_API_KEY";

using Digests = std::vector<std::array<unsigned char, 16>>;

Digests digests_of(const redaction::TokenFingerprints& token) {
    Digests all;
    for (const auto& window : token.windows) all.push_back(window.digest);
    return all;
}

}  // namespace

OwnKey::OwnKey() { put({}); }

OwnKey::OwnKey(policy::Secret value) : OwnKey() {
    if (!value.empty()) replace(std::move(value));
}

std::string OwnKey::authorization() const {
    const auto held = held_.load();
    std::string line;
    if (!held->value) return line;
    constexpr std::string_view bearer = "Authorization: Bearer ";
    line.reserve(bearer.size() + held->value->size());  // so that no part of it is left behind by growing
    line.append(bearer).append(held->value->reveal());
    return line;
}

bool OwnKey::is(const policy::Secret& value) const {
    const auto held = held_.load();
    return held->value && policy::same_bytes(held->value->reveal(), value.reveal());
}

void OwnKey::comes_from(std::string place) {
    auto held = *held_.load();
    held.facts.from = std::move(place);
    put(std::move(held));
}

std::string OwnKey::print(const redaction::FingerprintKey& key) const {
    constexpr std::string_view purpose = "whose key";  // no hash of a window is one of these
    const auto held = held_.load();
    if (!held->value) return {};
    const auto value = held->value->reveal();
    std::array<unsigned char, 16> hash{};
    crypto_generichash_state state;
    crypto_generichash_init(&state, key.bytes().data(), key.bytes().size(), hash.size());
    for (const std::string_view part : {purpose, value})
        crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(part.data()), part.size());
    crypto_generichash_final(&state, hash.data(), hash.size());
    return policy::to_hex(hash);
}

redaction::TokenFingerprints OwnKey::prints(const redaction::FingerprintKey& key) const {
    const auto held = held_.load();
    if (!held->value) return {name_, {}};
    return redaction::fingerprint(held->value->reveal(), name_, key);
}

void OwnKey::replace(policy::Secret value) {
    auto facts = read_claims(value.reveal());
    facts.from = held_.load()->facts.from;
    put({std::make_shared<const policy::Secret>(std::move(value)), std::move(facts)});
}

void OwnKey::report(const Error& problem) {
    auto held = *held_.load();
    const bool has_cause = problem.data.is_object() && problem.data.contains("cause");
    if (held.value) {
        held.facts.warnings = {problem.message + " The previous key is still in use."};
    } else {
        held.facts.problem = problem.message;
        held.facts.cause = has_cause ? problem.data.at("cause").get<std::string>() : "key_file_unreadable";
    }
    put(std::move(held));
}

void OwnKey::warn(std::string warning) {
    auto held = *held_.load();
    held.facts.warnings.clear();
    if (!warning.empty()) held.facts.warnings.push_back(std::move(warning));
    put(std::move(held));
}

redaction::TokenFingerprints prints_of(const policy::Secret& own_key, const redaction::FingerprintKey& key) {
    return redaction::fingerprint(own_key.reveal(), std::string(own_name), key);
}

redaction::TokenFingerprints prints_without_name(const policy::Secret& key,
                                                 const redaction::FingerprintKey& print_key) {
    return redaction::fingerprint(key.reveal(), {}, print_key);
}

void name_once(std::vector<redaction::TokenFingerprints>& tokens) {
    std::set<Digests> named;
    for (const auto& token : tokens)
        if (token.name != own_name) named.insert(digests_of(token));
    std::erase_if(tokens, [&](const redaction::TokenFingerprints& token) {
        return token.name == own_name && named.contains(digests_of(token));
    });
}

}  // namespace tfy::upstream
