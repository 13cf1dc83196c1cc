// Passkeys of another host than the page's are told at start and by the doctor, a person at a time.
#include "server/people/void_passkeys.hpp"

#include <doctest/doctest.h>

#include "server/doctor/doctor_approvals.hpp"
#include "tests/fakes/people.hpp"
#include "tests/fakes/terminal.hpp"

namespace tfy::void_passkeys_test {

using namespace tfy::fakes;
using Texts = std::vector<std::string>;

namespace {

storage::Passkey passkey(const std::string& person, const std::string& host) {
    return {.person = person, .key_id = person + host, .algorithm = -7, .public_key = "AAAA", .host = host};
}

}  // namespace

TEST_CASE("a page that moved to another host voids passkeys, which are counted by person") {
    const std::vector<storage::Passkey> all = {passkey("ada", "localhost"), passkey("ada", "old.example"),
                                               passkey("bob", "old.example"), passkey("bob", "older.example"),
                                               passkey("cy", "localhost")};
    CHECK(
        people::void_passkeys(all, "http://localhost:8780") ==
        Texts{"one passkey of ada is for old.example and void on the page, which is at localhost; others are "
              "left",
              "2 passkeys of bob are for old.example, older.example and void on the page, which is at "
              "localhost; no other is left"});
    CHECK(people::void_passkeys({passkey("cy", "localhost")}, "http://localhost:1").empty());
    CHECK(people::void_passkeys({}, "https://new.example").empty());
    CHECK(people::void_passkeys(all, "https://old.example").size() == 3);
}

TEST_CASE("the doctor names them, with what to do") {
    TempFolder folder;
    {
        const auto ledger = open_ledger(folder / "ledger.db");
        enrol(*ledger, {"ada"});
        ledger->invite({"code", "bob", "ada", noon + std::chrono::hours{24}}, noon).value();
        ledger->enrol_invited("code", {passkey("bob", "localhost"), 0}, noon).value();
    }
    const policy::Rules rules{.rules = {policy::Rule{}}};
    const auto about_passkeys = [&](const std::string& page) {
        Texts found;
        for (const auto& each :
             doctor::look_at_approvals(rules, folder.path(), "ada", noon, no_tokens(), {.page = page}))
            if (each.why.find("passkey") != std::string::npos) {
                CHECK(each.level == doctor::CheckResult::Level::warning);
                CHECK(holds(each.todo, "Give --public-url the host of before"));
                found.push_back(each.why);
            }
        return found;
    };
    CHECK(about_passkeys("http://localhost").empty());
    CHECK(about_passkeys("https://approvals.example") ==
          Texts{"one passkey of bob is for localhost and void on the page, which is at approvals.example; no "
                "other is left"});
}

}  // namespace tfy::void_passkeys_test
