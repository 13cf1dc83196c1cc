// People's own keys: sealed for one person and one control plane, believed where the journal tells of them,
// and gone with their person.
#include "server/storage/own_key_rows.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>

#include "server/storage/journal_check.hpp"
#include "tests/fakes/people.hpp"
#include "tests/fakes/permits.hpp"
#include "tests/fakes/sql.hpp"

namespace tfy::own_key_rows_test {

using namespace tfy::fakes;
using namespace std::chrono_literals;
using storage::OwnKeyRows;
using State = policy::Approval::State;

namespace {

const std::string acme = "https://tfy.example.com";
const std::string value = "tfy_pat_ada_0123456789abcdefghij";

struct Desk {
    TempFolder folder;
    std::filesystem::path file = folder / "ledger.db";
    std::unique_ptr<storage::Ledger> ledger = open_ledger(file);
    OwnKeyRows keys{*ledger};
    std::size_t told = 0;

    Desk() {
        enrol(*ledger, {"ada", "bob", "cy"});
        told = ledger->journal()->size();
    }
    Result<OwnKeyRows::Kept> keep(const std::string& person, const std::string& text = value,
                                  const std::string& subject = "ada@acme.example",
                                  const std::string& base_url = acme) {
        const policy::Secret key{std::string(text)};
        return keys.keep({.person = person,
                          .base_url = base_url,
                          .subject = subject,
                          .mask = key.masked(),
                          .expires = noon + 24h,
                          .since = noon},
                         key, redaction::fingerprint(text, "", redaction::FingerprintKeyForTests::make()));
    }
    /// As a server reads them: "ada=tfy_pat_…"; "ada=" for one that does not open.
    std::vector<std::string> opened(const std::string& base_url = acme) {
        std::vector<std::string> all;
        for (const auto& [row, key] : keys.open_all(base_url).value())
            all.push_back(row.person + "=" + std::string(key ? key->reveal() : ""));
        return all;
    }
    policy::Approval ask(const std::string& id, const std::string& person,
                         const std::string& principal = "key:K1", const std::string& base_url = acme) {
        auto made = approval(id, "token-" + id, principal);
        made.call.caller.person = person;
        made.call.base_url = base_url;
        policy::ApprovalForTests::digest(made) = policy::digest(made.call);
        made.asked_digest = made.digest();
        return ledger->open_request(made, {100, 100}, entry("requested", id)).value().approval;
    }
    State state(const std::string& id) { return ledger->find(id).value().value().state(); }
    /// Records since the desk was made, or since the last time.
    std::vector<std::string> kinds() {
        std::vector<std::string> all;
        const auto records = ledger->journal().value();
        for (; told < records.size(); ++told) all.push_back(records[told].kind);
        return all;
    }
    std::string verified() const {
        const auto checked = storage::verify_journal(*ledger, no_tokens());
        return checked ? *checked : checked.error().message;
    }
};

using All = std::vector<std::string>;

std::string bytes_of(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE(
    "a key is sealed for its person and control plane, known to the redactor, and journalled without it") {
    Desk desk;
    const auto kept = desk.keep("ada").value();
    CHECK_FALSE(kept.replaced);
    CHECK(desk.opened() == All{"ada=" + value});
    CHECK(desk.opened("https://other.example.com").empty());
    CHECK(desk.ledger->fingerprints()->size() == 1);
    const auto row = desk.keys.find("ada", acme).value().value();
    CHECK(row.mask == "tfy_****...****ghij");
    CHECK(row.subject == "ada@acme.example");
    CHECK(row.expires == noon + 24h);
    CHECK_FALSE(row.broken);
    CHECK(desk.kinds() == All{"person_key_entered"});
    const auto body = desk.ledger->journal()->back().body.dump();
    CHECK_FALSE(holds(body, value));
    CHECK_FALSE(holds(body, row.mask));
    desk.ledger.reset();
    for (const auto* end : {"", "-wal"}) CHECK_FALSE(holds(bytes_of(desk.file.string() + end), value));
}

TEST_CASE("a server that starts later opens what another one kept; under another key file nothing opens") {
    Desk desk;
    desk.keep("ada").value();
    const auto later = open_ledger(desk.file);
    CHECK(OwnKeyRows(*later).open_all(acme)->front().key->reveal() == value);
    const auto key_file = desk.folder.path() / "keys" / "own_keys.key";
    CHECK(mode_of(key_file) == 0600);
    std::filesystem::remove(key_file);
    CHECK_FALSE(OwnKeyRows(*open_ledger(desk.file)).open_all(acme)->front().key.has_value());
}

TEST_CASE("only someone who is enrolled and not suspended has a key of their own") {
    Desk desk;
    CHECK(desk.keep("mallory").error().code == Errc::not_found);
    desk.ledger->suspend_person("cy", "ada", noon).value();
    CHECK(desk.keep("cy").error().code == Errc::not_found);
    CHECK(desk.opened().empty());
    CHECK(desk.ledger->fingerprints()->empty());
}

TEST_CASE("a row that was written by hand, moved or altered does not open, and the audit names its person") {
    struct ByHand {
        const char* sql;
        const char* names;
    };
    for (const auto& [sql, names] : {
             ByHand{"UPDATE own_keys SET person = 'bob' WHERE person = 'ada'", "ada, bob"},
             ByHand{
                 "INSERT INTO own_keys SELECT 'bob', base_url, subject, mask, expires, since, broken, sealed "
                 "FROM own_keys",
                 "bob"},
             ByHand{"UPDATE own_keys SET base_url = 'https://evil.example.com'", "ada"},
             ByHand{"UPDATE own_keys SET subject = 'bob@acme.example'", "ada"},
             ByHand{"UPDATE own_keys SET mask = 'tfy_****'", "ada"},
             ByHand{"UPDATE own_keys SET expires = NULL", "ada"},
             ByHand{"UPDATE own_keys SET sealed = 'AbCd'", "ada"},
         }) {
        CAPTURE(sql);
        Desk desk;
        desk.keep("ada").value();
        CHECK(holds(desk.verified(), "The journal is intact: "));
        REQUIRE(run_sql(desk.file, sql) == SQLITE_OK);
        for (const auto* address : {"https://tfy.example.com", "https://evil.example.com"})
            for (const auto& each : desk.opened(address))
                CHECK((each == "ada=" || each == "bob=" || each == "ada=" + value));
        CHECK(desk.opened("https://evil.example.com") !=
              All{"ada=" + value});  // no key goes where its person did not send it
        CHECK_FALSE(desk.keys.find("bob", acme).value().has_value());
        CHECK(holds(desk.verified(), std::string("lack some, for ") + names + "."));
    }
}

TEST_CASE("a key that ended does not come back by its old row") {
    Desk desk;
    desk.keep("ada").value();
    REQUIRE(run_sql(desk.file, "CREATE TABLE aside AS SELECT * FROM own_keys") == SQLITE_OK);
    CHECK(desk.keys.end("ada", acme, noon + 1h).value() == 0);
    CHECK(desk.opened().empty());
    REQUIRE(run_sql(desk.file, "INSERT INTO own_keys SELECT * FROM aside; DROP TABLE aside") == SQLITE_OK);
    CHECK(desk.opened() == All{"ada="});
    CHECK_FALSE(desk.keys.find("ada", acme).value().has_value());
    CHECK(desk.kinds() == All{"person_key_entered", "person_key_ended"});
    CHECK_FALSE(desk.keys.end("bob", acme, noon).value().has_value());
}

TEST_CASE("what is open under a key that ends is withdrawn and says why; all else goes on") {
    Desk desk;
    desk.keep("ada").value();
    desk.ask("apr_ada", "ada");
    desk.ask("apr_stdio", "ada", "stdio:ada");
    desk.ask("apr_presented", "ada", "tfy:ada@acme.example");
    desk.ask("apr_elsewhere", "ada", "key:K1", "https://other.example.com");
    desk.ask("apr_bob", "bob");
    desk.kinds();
    CHECK(desk.keys.end("ada", acme, noon + 1min).value() == 2);
    CHECK(desk.state("apr_ada") == State::withdrawn);
    CHECK(desk.state("apr_stdio") == State::withdrawn);
    CHECK(holds(desk.ledger->find("apr_ada").value()->outcome.at("text").get<std::string>(),
                "the TrueFoundry key that it would have been sent with has ended"));
    CHECK(holds(desk.ledger->find("apr_ada").value()->outcome.at("next").get<std::string>(),
                "does not help before there is another key: ada enters one on the approvals page"));
    for (const auto* id : {"apr_presented", "apr_elsewhere", "apr_bob"})
        CHECK(desk.state(id) == State::pending);
    CHECK(desk.kinds() == All{"withdrawn with its key", "withdrawn with its key", "person_key_ended"});
}

TEST_CASE("another key of the same user leaves open what is open; one of another user does not") {
    Desk desk;
    desk.ask("apr_0", "ada");  // for the server's key
    CHECK(desk.keep("ada").value().withdrawn == 1);
    const auto why = [&](const char* id) {
        return desk.ledger->find(id).value()->outcome.at("text").get<std::string>();
    };
    CHECK(why("apr_0") ==
          "Withdrawn before it ran: the person whose agent asked has entered a TrueFoundry key of their own, "
          "and the request would then be another user's. Nothing was done.");
    desk.ask("apr_a", "ada");
    const auto same = desk.keep("ada", "tfy_pat_ada_second_0123456789").value();
    CHECK(same.replaced);
    CHECK(desk.state("apr_a") == State::pending);
    const auto other = desk.keep("ada", "tfy_pat_eve_0123456789abcdef", "eve@acme.example").value();
    CHECK(other.withdrawn == 1);
    CHECK(desk.state("apr_a") == State::withdrawn);
    CHECK(why("apr_a") ==
          "Withdrawn before it ran: the person whose agent asked has entered another TrueFoundry key, and "
          "the request would then be another user's. Nothing was done.");
    desk.ask("apr_b", "ada");
    desk.keep("ada", "tfy_pat_xyz_0123456789abcdef", "").value();
    CHECK(desk.state("apr_b") == State::withdrawn);
    desk.ask("apr_c", "ada");
    desk.keep("ada", "tfy_pat_zyx_0123456789abcdef", "")
        .value();  // no one can tell whether it is the same user
    CHECK(desk.state("apr_c") == State::withdrawn);
    CHECK(desk.opened() == All{"ada=tfy_pat_zyx_0123456789abcdef"});
}

TEST_CASE("a key is broken once, until it is replaced") {
    Desk desk;
    const auto first = desk.keep("ada").value().row;
    CHECK(desk.keys.mark_broken(first, noon + 1h).value());
    CHECK_FALSE(desk.keys.mark_broken(first, noon + 2h).value());
    CHECK(desk.keys.find("ada", acme).value()->broken == noon + 1h);
    CHECK(desk.opened() == All{"ada=" + value});
    CHECK(holds(desk.verified(), "The journal is intact: "));
    desk.keep("ada", "tfy_pat_ada_second_0123456789").value();
    CHECK_FALSE(desk.keys.mark_broken(first, noon + 3h).value());  // an answer to the key of before
    CHECK_FALSE(desk.keys.find("ada", acme).value()->broken);
    CHECK(desk.kinds() == All{"person_key_entered", "person_key_broken", "person_key_replaced"});
}

TEST_CASE("a person's keys go with them, at all control planes") {
    Desk desk;
    desk.keep("cy").value();
    desk.keep("cy", value, "cy", "https://other.example.com").value();
    desk.keep("ada").value();
    desk.kinds();
    const auto ended = desk.ledger->suspend_person("cy", "ada", noon + 1min).value();
    CHECK(ended.own_keys == 2);
    CHECK(desk.opened() == All{"ada=" + value});
    CHECK(desk.opened("https://other.example.com").empty());
    CHECK(desk.kinds() == All{"person_key_ended", "person_key_ended", "person_suspended"});
    CHECK(holds(desk.verified(), "The journal is intact: "));
}

}  // namespace tfy::own_key_rows_test
