// What an authenticator says counts only if all of it is right.
#include "server/webauthn/ceremonies.hpp"

#include <doctest/doctest.h>

#include "policy/base64url.hpp"
#include "tests/fakes/authenticator.hpp"

namespace tfy::ceremonies_test {
namespace {

using fakes::Authenticator;
using Says = Authenticator::Says;
using webauthn::RelyingParty;

const RelyingParty party("http://localhost:8780");
const std::string challenge(32, '\x2A');
const std::string challenge_text = policy::to_base64url(challenge);

std::string bytes(const std::string& text) { return policy::from_base64url(text).value(); }

Result<webauthn::NewPasskey> registered(const people::PasskeyAnswer& answer) {
    return webauthn::check_registration(
        {bytes(answer.client_data), bytes(answer.authenticator_data), answer.algorithm}, party, challenge);
}

Result<std::uint32_t> asserted(const people::PasskeyAnswer& answer, const webauthn::CredentialKey& key,
                               bool backup_eligible = false) {
    return webauthn::check_assertion(
        {bytes(answer.client_data), bytes(answer.authenticator_data), bytes(answer.signature)}, key,
        backup_eligible, party, challenge);
}

struct Wrong {
    const char* name;
    Says says;
    const char* why;
};

}  // namespace

TEST_CASE("a passkey of each algorithm registers and signs") {
    for (const auto algorithm : {Authenticator::es256, Authenticator::eddsa, Authenticator::rs256}) {
        CAPTURE(algorithm);
        Authenticator device(algorithm);
        const auto made = registered(device.make(challenge_text));
        REQUIRE(made.has_value());
        CHECK(made->id == device.id);
        CHECK(made->key.algorithm == algorithm);
        CHECK(made->aaguid == std::string(16, '\x11'));
        const auto signature = device.sign(challenge_text);
        CHECK(asserted(signature, made->key).value() == 1);
        for (const auto other : {Authenticator::es256, Authenticator::eddsa, Authenticator::rs256}) {
            if (other == algorithm) continue;
            CHECK_FALSE(asserted(signature, {other, made->key.bytes}).has_value());
        }
        Authenticator another(algorithm);
        CHECK(asserted(another.sign(challenge_text), made->key).error().message ==
              "The passkey's answer is not accepted: its signature is wrong.");
    }
}

TEST_CASE("an answer that was made elsewhere, for something else, or without the person is refused") {
    const auto flags = [](unsigned bits) { return Says{.flags = bits}; };
    const Wrong rows[] = {
        {"another port", {.origin = "http://localhost:8781"}, "another page"},
        {"another scheme", {.origin = "https://localhost:8780"}, "another page"},
        {"another name", {.origin = "http://127.0.0.1:8780"}, "another page"},
        {"no origin", {.more = {{"origin", nullptr}}}, "another page"},
        {"another host", {.host = "example.com"}, "another host"},
        {"a parent's host", {.host = ""}, "another host"},
        {"another challenge", {.more = {{"challenge", policy::to_base64url(std::string(32, 'x'))}}}, "else"},
        {"a longer challenge", {.more = {{"challenge", challenge_text + "AAAA"}}}, "else"},
        {"a padded challenge", {.more = {{"challenge", challenge_text + "="}}}, "else"},
        {"a number", {.more = {{"challenge", 7}}}, "else"},
        {"a frame", {.more = {{"crossOrigin", true}}}, "frame"},
        {"a frame, in words", {.more = {{"crossOrigin", "false"}}}, "frame"},
        {"another purpose", {.type = "payment.get"}, "purpose"},
        {"no one there", flags(Authenticator::person_verified), "a person was there"},
        {"not verified", flags(Authenticator::person_there), "was verified"},
        {"nothing", flags(0), "a person was there"},
        {"backed up without being able to",
         flags(Authenticator::person_there | Authenticator::person_verified | Authenticator::is_backed_up),
         "backed up"},
        {"extensions",
         flags(Authenticator::person_there | Authenticator::person_verified | Authenticator::has_extensions),
         "extensions"},
        {"bytes behind it", {.trailing = "x"}, ""},
    };
    Authenticator device;
    const auto key = registered(device.make(challenge_text)).value().key;
    for (const auto& row : rows) {
        CAPTURE(row.name);
        const auto made = registered(device.make(challenge_text, row.says));
        REQUIRE_FALSE(made.has_value());
        CHECK(made.error().code == Errc::denied);
        CHECK(made.error().message.find(row.why) != std::string::npos);
        const auto signature = asserted(device.sign(challenge_text, row.says), key);
        REQUIRE_FALSE(signature.has_value());
        CHECK(signature.error().code == Errc::denied);
        CHECK(signature.error().message.find(row.why) != std::string::npos);
    }
    const auto more = asserted(
        device.sign(challenge_text, {.more = {{"other_keys_can_be_added_here", "as the browser likes"}}}),
        key);
    CHECK(more.has_value());
}

TEST_CASE("the parts of an answer cannot be exchanged or changed") {
    Authenticator device;
    const auto key = registered(device.make(challenge_text)).value().key;
    const auto good = device.sign(challenge_text);
    REQUIRE(asserted(good, key).has_value());
    const auto with = [&](auto change) {
        auto answer = good;
        change(answer);
        return asserted(answer, key).has_value();
    };
    using Answer = people::PasskeyAnswer;
    CHECK_FALSE(with([&](Answer& a) { a.client_data = device.make(challenge_text).client_data; }));
    CHECK_FALSE(
        with([&](Answer& a) { a.authenticator_data = device.sign(challenge_text).authenticator_data; }));
    CHECK_FALSE(
        with([&](Answer& a) { a.authenticator_data = device.make(challenge_text).authenticator_data; }));
    CHECK_FALSE(with([](Answer& a) { a.signature = policy::to_base64url(bytes(a.signature) + "x"); }));
    CHECK_FALSE(with([](Answer& a) { a.signature.clear(); }));
    CHECK_FALSE(with([](Answer& a) { a.authenticator_data = policy::to_base64url("short"); }));
    CHECK_FALSE(with([](Answer& a) { a.client_data = policy::to_base64url("[]"); }));
    CHECK_FALSE(with([](Answer& a) {
        a.client_data = policy::to_base64url(R"({"type":"webauthn.get","type":"webauthn.get"})");
    }));
    for (std::size_t place = 0; place < bytes(good.signature).size(); ++place) {
        CHECK_FALSE(with([place](Answer& a) {
            auto changed = bytes(a.signature);
            changed[place] = static_cast<char>(changed[place] ^ 1);
            a.signature = policy::to_base64url(changed);
        }));
    }
}

TEST_CASE("what a passkey says of backups stays what it said first") {
    constexpr auto there = Authenticator::person_there | Authenticator::person_verified;
    const Says synced{.flags = there | Authenticator::may_be_backed_up | Authenticator::is_backed_up};
    Authenticator device;
    const auto made = registered(device.make(challenge_text, synced)).value();
    CHECK(made.backup_eligible);
    CHECK(asserted(device.sign(challenge_text, synced), made.key, true).has_value());
    CHECK(asserted(device.sign(challenge_text, {.flags = there | Authenticator::may_be_backed_up}), made.key,
                   true)
              .has_value());
    CHECK_FALSE(asserted(device.sign(challenge_text), made.key, true).has_value());
    CHECK_FALSE(asserted(device.sign(challenge_text, synced), made.key, false).has_value());
}

TEST_CASE("a registration holds one key of the algorithm that it names, and an id of fitting length") {
    Authenticator device;
    auto answer = device.make(challenge_text);
    for (const auto algorithm : {-8, -257, -35, 0, 7}) {
        CAPTURE(algorithm);
        answer.algorithm = algorithm;
        CHECK_FALSE(registered(answer).has_value());
    }
    Authenticator longest(Authenticator::es256, std::string(1023, 'i'));
    CHECK(registered(longest.make(challenge_text)).has_value());
    Authenticator too_long(Authenticator::es256, std::string(1024, 'i'));
    CHECK_FALSE(registered(too_long.make(challenge_text)).has_value());
    Authenticator nameless(Authenticator::es256, "");
    CHECK_FALSE(registered(nameless.make(challenge_text)).has_value());
    auto without_key = device.make(challenge_text);
    without_key.authenticator_data = device.sign(challenge_text).authenticator_data;
    CHECK_FALSE(registered(without_key).has_value());
}

TEST_CASE("a count of signatures grows, or there is none") {
    CHECK(webauthn::may_follow(0, 0));
    CHECK(webauthn::may_follow(0, 1));
    CHECK(webauthn::may_follow(7, 8));
    CHECK_FALSE(webauthn::may_follow(7, 7));
    CHECK_FALSE(webauthn::may_follow(7, 6));
    CHECK_FALSE(webauthn::may_follow(7, 0));
}

TEST_CASE("passkeys belong to the host of the page") {
    CHECK(RelyingParty("http://localhost:8780").id() == "localhost");
    CHECK(RelyingParty("https://tfy.example.com").id() == "tfy.example.com");
    CHECK(RelyingParty("https://tfy.example.com:8443").id() == "tfy.example.com");
}

}  // namespace tfy::ceremonies_test
