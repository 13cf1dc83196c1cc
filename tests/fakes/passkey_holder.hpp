// A person at the page with a device that holds their passkey.
#pragma once

#include "tests/fakes/authenticator.hpp"
#include "tests/fakes/page.hpp"

namespace tfy::fakes {

/// As a browser sends it.
inline Json as_browsers_send(const people::PasskeyAnswer& answer) {
    return {{"id", answer.key_id},
            {"response",
             {{"authenticatorData", answer.authenticator_data},
              {"clientDataJSON", answer.client_data},
              {"signature", answer.signature},
              {"publicKeyAlgorithm", answer.algorithm}}}};
}

struct PasskeyHolder {
    Page& page;
    std::string person;
    Authenticator device{Authenticator::es256, "device of " + person};

    /// The page is this person's from here on.
    void sit_down() { page.sit_down(person); }

    CapturedAnswer ask_to_register(const std::string& passphrase = their_passphrase) {
        sit_down();
        return page.post("/approvals/api/passkeys/new", {{"passphrase", passphrase}});
    }
    CapturedAnswer register_it(const Authenticator::Says& says = {}) {
        const auto asked = ask_to_register().json();
        return page.post(
            "/approvals/api/passkeys",
            {{"name", "laptop"},
             {"passkey", as_browsers_send(device.make(asked.at("challenge").get<std::string>(), says))}});
    }

    CapturedAnswer ask_to_sign(const std::string& id, const Json& wish) {
        sit_down();
        return page.post("/approvals/api/approvals/" + id + "/sign", wish);
    }
    Json sign(const std::string& id, const Json& wish, const Authenticator::Says& says = {}) {
        const auto asked = ask_to_sign(id, wish).json();
        return as_browsers_send(device.sign(asked.at("challenge").get<std::string>(), says));
    }
    /// The decision as the page sends it: what was wished, and what signs it.
    CapturedAnswer decide(const std::string& id, Json wish, const Json& signature) {
        const auto verb = wish.value("verb", std::string("approve"));
        wish["passkey"] = signature;
        return page.post("/approvals/api/approvals/" + id + "/" + verb, wish);
    }
    CapturedAnswer decide_signed(const std::string& id, const Json& wish) {
        return decide(id, wish, sign(id, wish));
    }
};

}  // namespace tfy::fakes
