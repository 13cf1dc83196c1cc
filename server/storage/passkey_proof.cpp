#include "server/storage/passkey_proof.hpp"

#include "policy/base64url.hpp"
#include "policy/canonical_json.hpp"
#include "policy/signature.hpp"
#include "protocol/text_in.hpp"
#include "server/webauthn/bytes.hpp"
#include "server/webauthn/ceremonies.hpp"

namespace tfy::storage {
namespace {

using protocol::text_in;

using journal::JournalRecord;

Error does_not_hold(const JournalRecord& record, const std::string& why) {
    return {Errc::storage,
            "The chain of records is intact, but the passkey's signature in record " +
                std::to_string(record.sequence) + " does not hold: " + why +
                ". What a person signed was changed, or was never signed. Keep the state "
                "directory as it is: it is evidence.",
            journal_was_changed()};
}

bool is_decision(const JournalRecord& record) {
    return record.kind == "approved" || record.kind == "approved in part" || record.kind == "denied";
}

std::string decider_of(const JournalRecord& record) {
    if (record.kind != "approved in part") return text_in(record.body, "decided_by");
    const auto people = record.body.find("approved_by");
    const bool listed = people != record.body.end() && people->is_array() && !people->empty();
    return listed && people->back().is_string() ? people->back().get<std::string>() : std::string{};
}

/// In what the statement says something else than its record; empty if in nothing.
std::string difference(const JournalRecord& record, const Json& statement) {
    const auto same = [&](const char* member, const std::string& expected) {
        return text_in(statement, member) == expected;
    };
    if (!same("purpose", "decision")) return "it was not made for a decision";
    if (!same("approval", record.approval_id)) return "it is about another request";
    if (!same("digest", text_in(record.body, "digest"))) return "it is about another call";
    if (!same("verb", record.kind == "denied" ? "deny" : "approve")) return "it says the contrary";
    if (!same("person", decider_of(record))) return "another person signed";
    if (record.kind != "approved in part") {
        if (!same("destination", text_in(record.body, "destination"))) return "the value was to go elsewhere";
        if (!same("reason", policy::sha256(text_in(record.body, "reason"))))
            return "the reason is another one";
    }
    const auto until = policy::read_time(text_in(statement, "until"));
    if (!until || *until <= record.at) return "it was too old";
    return {};
}

webauthn::Assertion assertion_in(const Json& evidence) {
    const auto bytes = [&](const char* name) {
        return policy::from_base64url(text_in(evidence, name)).value_or("");
    };
    return {bytes("client_data"), bytes("authenticator_data"), bytes("signature")};
}

}  // namespace

Result<void> PasskeyProof::check(const JournalRecord& record, const Json& evidence) const {
    const auto statement = evidence.is_object() ? evidence.value("statement", Json(nullptr)) : Json(nullptr);
    if (auto why = difference(record, statement); !why.empty()) return does_not_hold(record, why);
    const auto found = passkeys_.find(text_in(evidence, "credential"));
    if (found == passkeys_.end() || found->second.person != text_in(statement, "person"))
        return does_not_hold(record, "the person had no such passkey then");
    const auto& passkey = found->second;
    const webauthn::RelyingParty party(text_in(statement, "origin"));
    if (party.id() != passkey.host) return does_not_hold(record, "the passkey is for another host");
    const webauthn::CredentialKey key{passkey.algorithm,
                                      policy::from_base64url(passkey.public_key).value_or("")};
    const auto challenge = webauthn::sha256_bytes(policy::canonical_json(statement));
    const auto held =
        webauthn::check_assertion(assertion_in(evidence), key, passkey.backup_eligible, party, challenge);
    if (held) return {};
    if (held.error().code != Errc::denied) return held.error();
    auto why = held.error().message;
    why.resize(why.find_last_not_of('.') + 1);
    return does_not_hold(record, why);
}

Result<void> PasskeyProof::take(const JournalRecord& record) {
    const auto& body = record.body;
    const auto id = text_in(body, "credential");
    const bool registers = record.kind == "person_credential" || record.kind == "person_enrolled";
    if (registers && body.contains("passkey")) {
        auto passkey = Passkey::read(body["passkey"]);
        if (!passkey) return does_not_hold(record, "the record of the passkey cannot be read");
        passkey->person = text_in(body, "person");
        passkeys_.insert_or_assign(id, std::move(*passkey));
    }
    if (record.kind == "person_credential_removed") passkeys_.erase(id);
    if (record.kind == "person_suspended")
        std::erase_if(passkeys_,
                      [&](const auto& each) { return each.second.person == text_in(body, "person"); });
    if (!is_decision(record)) return {};
    const auto evidence = body.find("passkey");
    if (evidence == body.end()) {
        if (text_in(body, "assurance") != "passkey") return {};
        return does_not_hold(record, "there is none");
    }
    if (auto held = check(record, *evidence); !held) return held;
    ++signed_;
    return {};
}

}  // namespace tfy::storage
