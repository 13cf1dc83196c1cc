// A passkey's signature is checked again by what the journal alone tells.
#include "server/storage/passkey_proof.hpp"

#include <doctest/doctest.h>

#include "policy/base64url.hpp"
#include "server/storage/journal_check.hpp"
#include "tests/fakes/passkey_holder.hpp"
#include "tests/fakes/permits.hpp"

namespace tfy::passkey_proof_test {

using namespace tfy::fakes;
using journal::JournalRecord;

namespace {

/// ada's signed yes to apr_a, and her signed no to apr_b.
std::vector<JournalRecord> signed_journal() {
    Page page;
    page.enrolled({"ada", "bob"});
    PasskeyHolder ada{page, "ada"};
    REQUIRE(ada.register_it().status() == 201);
    auto made = approval("apr_a", "one");
    auto wish = approving(page.ask(made));
    wish["reason"] = "planned";
    REQUIRE(ada.decide_signed("apr_a", wish).status() == 200);
    page.ask(approval("apr_b", "two"));
    REQUIRE(ada.decide_signed("apr_b", {{"verb", "deny"}, {"reason", "still used"}}).status() == 200);
    return page.journal();
}

Result<std::size_t> proven(const std::vector<JournalRecord>& records) {
    storage::PasskeyProof proof;
    for (const auto& record : records)
        if (auto held = proof.take(record); !held) return held.error();
    return proof.signed_decisions();
}

JournalRecord& of_kind(std::vector<JournalRecord>& records, std::string_view kind) {
    for (auto& record : records)
        if (record.kind == kind && (kind != "person_credential" || record.body.contains("passkey")))
            return record;
    throw std::runtime_error("no such record");
}

using All = std::vector<JournalRecord>;

Json& evidence(All& all) { return of_kind(all, "approved").body["passkey"]; }

/// With one bit of its bytes turned round.
Json turned(const Json& text) {
    auto bytes = policy::from_base64url(text.get<std::string>()).value();
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 2);
    return policy::to_base64url(bytes);
}

}  // namespace

TEST_CASE("signatures of a yes and of a no are proven offline") {
    CHECK(proven(signed_journal()).value() == 2);
    CHECK(proven({}).value() == 0);
}

TEST_CASE("whatever of a signed decision is changed is found") {
    const auto records = signed_journal();
    struct Row {
        const char* name;
        void (*change)(std::vector<JournalRecord>& records);
        const char* why;
    };
    const Row rows[] = {
        {"the signature", [](All& all) { evidence(all)["signature"] = turned(evidence(all)["signature"]); },
         "its signature is wrong"},
        {"what the authenticator said",
         [](All& all) { evidence(all)["authenticator_data"] = turned(evidence(all)["authenticator_data"]); },
         "another host"},
        {"what the browser said",
         [](All& all) {
             auto text = policy::from_base64url(evidence(all)["client_data"].get<std::string>()).value();
             text.back() = ' ';
             evidence(all)["client_data"] = policy::to_base64url(text + "}");
         },
         "its signature is wrong"},
        {"the nonce", [](All& all) { evidence(all)["statement"]["nonce"] = "another"; }, "something else"},
        {"the record's digest", [](All& all) { of_kind(all, "approved").body["digest"] = "sha256:00"; },
         "another call"},
        {"both digests",
         [](All& all) {
             of_kind(all, "approved").body["digest"] = "sha256:00";
             evidence(all)["statement"]["digest"] = "sha256:00";
         },
         "something else"},
        {"the request", [](All& all) { of_kind(all, "approved").approval_id = "apr_c"; }, "another request"},
        {"who decided", [](All& all) { of_kind(all, "approved").body["decided_by"] = "bob"; },
         "another person"},
        {"the reason", [](All& all) { of_kind(all, "approved").body["reason"] = "urgent"; },
         "the reason is another"},
        {"where the value went", [](All& all) { of_kind(all, "approved").body["destination"] = "agent"; },
         "elsewhere"},
        {"a no that was a yes", [](All& all) { of_kind(all, "denied").kind = "approved"; }, "the contrary"},
        {"when", [](All& all) { of_kind(all, "approved").at += std::chrono::hours{1}; }, "too old"},
        {"no signature any more", [](All& all) { of_kind(all, "approved").body.erase("passkey"); },
         "there is none"},
        {"another key",
         [](All& all) {
             auto& key = of_kind(all, "person_credential").body["passkey"]["public_key"];
             key = policy::to_base64url(std::string(64, 'k'));
         },
         "signature is wrong"},
        {"a passkey of someone else",
         [](All& all) { of_kind(all, "person_credential").body["person"] = "bob"; }, "no such passkey"},
        {"a passkey that was removed before",
         [](All& all) {
             auto removed = of_kind(all, "person_credential");
             removed.kind = "person_credential_removed";
             all.insert(all.begin() + (&of_kind(all, "approved") - all.data()), removed);
         },
         "no such passkey"},
        {"a person who was suspended before",
         [](All& all) {
             auto suspended = of_kind(all, "person_credential");
             suspended.kind = "person_suspended";
             all.insert(all.begin() + (&of_kind(all, "approved") - all.data()), suspended);
         },
         "no such passkey"},
        {"a page of another host", [](All& all) { evidence(all)["statement"]["origin"] = "http://evil"; },
         "another host"},
        {"nothing that can be read", [](All& all) { of_kind(all, "approved").body["passkey"] = "x"; },
         "not made for a decision"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        auto changed = records;
        row.change(changed);
        const auto found = proven(changed);
        REQUIRE_FALSE(found.has_value());
        CAPTURE(found.error().message);
        CHECK(found.error().code == Errc::storage);
        CHECK(found.error().message.find(row.why) != std::string::npos);
    }
}

TEST_CASE("a forged decision is found in a journal whose chain holds") {
    Page page;
    page.enrolled({"ada", "bob"});
    PasskeyHolder ada{page, "ada"};
    REQUIRE(ada.register_it().status() == 201);
    REQUIRE(ada.decide_signed("apr_a", approving(page.ask(approval("apr_a")))).status() == 200);
    CHECK(page.wait(page.approvals.verify_journal()).has_value());
    auto forged = page.journal().back().body;
    forged["passkey"]["signature"] = turned(forged["passkey"]["signature"]);
    page.in_ledger(
        [&](storage::Ledger& ledger) { ledger.append(entry("approved", "apr_a", forged)).value(); });
    const auto proof = page.wait(page.approvals.verify_journal());
    REQUIRE_FALSE(proof.has_value());
    CHECK(proof.error().message.find("the passkey's signature in record") != std::string::npos);
    CHECK(storage::says_changed(proof.error()));
}

TEST_CASE("what a passkey signed stays proven after it is removed") {
    Page page;
    page.enrolled({"ada", "bob"});
    PasskeyHolder ada{page, "ada"};
    REQUIRE(ada.register_it().status() == 201);
    REQUIRE(ada.decide_signed("apr_a", approving(page.ask(approval("apr_a")))).status() == 200);
    const auto id = page.wait(page.passkeys.of("ada")).value().front().id;
    page.wait(page.passkeys.remove(id, "bob")).value();
    CHECK(page.wait(page.approvals.verify_journal()).has_value());
    CHECK(page.wait(page.passkeys.of("ada")).value().empty());
}

}  // namespace tfy::passkey_proof_test
