// What was decided, on the page: all of it, and the journal for a file.
#include <doctest/doctest.h>

#include <set>

#include "policy/journal/journal_record.hpp"
#include "tests/fakes/page.hpp"
#include "tests/fakes/permits.hpp"

namespace tfy::dashboard_test {

using namespace tfy::fakes;
using namespace std::chrono_literals;

TEST_CASE("the history has all that was decided, newest first, in pages; what waits is not in it") {
    Page page;
    CHECK(page.get("/approvals/api/history").status() == 401);
    page.sign_in();
    for (int each = 0; each < 260; ++each) {
        const auto id = "apr_" + std::to_string(each);
        page.ask(approval(id, "token-" + std::to_string(each), "stdio:caller-" + std::to_string(each % 7)));
        page.post("/approvals/api/approvals/" + id + "/deny", {{"reason", "no"}});
        page.clock.advance(1s);
    }
    page.ask(approval("apr_waits", "token-waits"));
    const auto running = page.ask(approval("apr_runs", "token-runs"));
    REQUIRE(page.post("/approvals/api/approvals/apr_runs/approve", approving(running)).status() == 200);

    const auto first = page.get("/approvals/api/history").json();
    CHECK(first.at("more") == true);
    const auto& rows = first.at("rows");
    REQUIRE(rows.size() == 251);
    CHECK(rows.at(0).at("id") == "apr_runs");
    CHECK(rows.at(0).at("state") == "approved");
    CHECK(rows.at(0).at("decision").at("approved") == true);
    CHECK(rows.at(0).at("decision").at("with").empty());
    CHECK(rows.at(1).at("id") == "apr_259");
    CHECK(rows.at(1).at("subject") == "token-259");
    CHECK(rows.at(1).at("state") == "denied");
    CHECK(rows.at(1).at("decision").at("approved") == false);
    CHECK(rows.at(1).at("decision").at("by") == "grace");
    CHECK(rows.at(1).at("decision").at("permitted") == false);
    const auto rest = page.get("/approvals/api/history", "before=apr_10").json();
    CHECK(rest.at("more") == false);
    REQUIRE(rest.at("rows").size() == 10);
    CHECK(rest.at("rows").at(9).at("id") == "apr_0");
    CHECK(page.get("/approvals/api/history", "before=apr_none").status() == 404);

    page.clock.advance(24h * 30);
    page.sign_in();  // the session has ended
    const auto later = page.get("/approvals/api/history").json().at("rows");
    std::set<std::string> ids;
    for (const auto& row : later) ids.insert(row.at("id").get<std::string>());
    CHECK(ids.contains("apr_waits"));
    CHECK(later.at(0).at("state") == "expired");
}

TEST_CASE("a decision of several people names them all") {
    Page page;
    auto made = approval("apr_a");
    policy::ApprovalForTests::terms(made).quorum = 2;
    page.ask(made);
    for (const auto* person : {"grace", "ada"}) {
        page.sign_in(person);
        REQUIRE(page.post("/approvals/api/approvals/apr_a/approve", approving(made)).status() == 200);
    }
    const auto decision = page.get("/approvals/api/history").json().at("rows").at(0).at("decision");
    CHECK(decision.at("by") == "ada");
    CHECK(decision.at("with") == Json::array({"grace"}));
}

TEST_CASE("who approved is told that a value was lost unseen, until its token is deleted; others are not") {
    for (const auto* destination : {"page", "agent"}) {
        CAPTURE(destination);
        Page page;
        page.sign_in();
        const auto made = page.ask_create("apr_a");
        auto yes = approving(made);
        yes["destination"] = destination;
        REQUIRE(page.post("/approvals/api/approvals/apr_a/approve", yes).status() == 200);
        const Json told = {{"name", "ci-pipeline"}, {"id", "pat-new"}, {"reveal_id", page.hold()}};
        const auto ended = [&](const std::string& id, const Json& outcome) {
            auto next = page.wait(page.approvals.find(id)).value();
            policy::ApprovalForTests::state(next) = policy::Approval::State::succeeded;
            next.outcome = outcome;
            page.in_ledger([&](storage::Ledger& ledger) {
                ledger.change(policy::Approval::State::approved, next, entry("succeeded", id)).value();
            });
        };
        ended("apr_a", {{"text", ""}, {"structured", told}, {"isError", false}});
        const auto lost = [&] { return page.get("/approvals/api/reveals/lost").json().at("lost"); };
        const auto value = [&] { return page.get("/approvals/api/approvals/apr_a").json().at("value"); };
        CHECK(lost().empty());
        CHECK(value() == "held");

        page.clock.advance(10min);
        CHECK(value() == "lapsed");
        CHECK(lost() == Json{{{"id", "apr_a"}, {"token_name", "ci-pipeline"}, {"how", "lapsed"}}});
        page.sign_in("mallory");
        CHECK(lost().empty());
        page.sign_in();

        auto gone = approval("apr_b", "ci-pipeline");
        gone.call.arguments = {{"id", "pat-new"}};
        policy::ApprovalForTests::digest(gone) = gone.asked_digest = policy::digest(gone.call);
        page.ask(gone);
        REQUIRE(page.post("/approvals/api/approvals/apr_b/approve", approving(gone)).status() == 200);
        CHECK(lost().size() == 1);
        ended("apr_b", nullptr);
        CHECK(lost().empty());
        CHECK(page.get("/approvals/api/approvals/apr_b").json().at("value") == nullptr);
    }
}

TEST_CASE("deceptive names in the history are written out") {
    Page page;
    page.sign_in();
    page.ask(approval("apr_a",
                      "prod\xE2\x80\xAE"
                      "db"));
    page.post("/approvals/api/approvals/apr_a/deny", {{"reason", "no"}});
    const auto rows = page.get("/approvals/api/history").json().at("rows");
    CHECK(rows.at(0).at("subject").get<std::string>().find("\xE2\x80\xAE") == std::string::npos);
}

TEST_CASE("the journal is given to who is signed in, in pages of records that hold together") {
    Page page;
    for (const auto* path : {"/approvals/api/journal", "/approvals/api/journal/proof"})
        CHECK(page.get(path).status() == 401);
    page.sign_in();
    for (int each = 0; each < 300; ++each) {
        const auto id = "apr_" + std::to_string(each);
        page.ask(approval(id, "token-" + std::to_string(each), "stdio:caller-" + std::to_string(each % 7)));
        page.post("/approvals/api/approvals/" + id + "/deny", {{"reason", "no"}});
    }
    std::vector<journal::JournalRecord> all;
    std::string query;
    for (bool more = true; more;) {
        const auto answer = page.get("/approvals/api/journal", query).json();
        for (const auto& each : answer.at("records")) {
            auto record = journal::JournalRecord::read(each);
            REQUIRE(record.has_value());
            all.push_back(std::move(*record));
        }
        more = answer.at("more").get<bool>();
        query = "from=" + std::to_string(all.back().sequence + 1);
    }
    CHECK(all.size() >= 600);
    CHECK(!journal::broken(all));
    const auto proof = page.get("/approvals/api/journal/proof").json();
    CHECK(proof.at("intact") == true);
    CHECK(proof.at("says").get<std::string>().starts_with(
        "The journal is intact: " + std::to_string(all.size()) + " records, "));
    for (const auto* bad : {"from=x", "from=0", "from=-1", "from=1x"})
        CHECK(page.get("/approvals/api/journal", bad).status() == 422);
}

TEST_CASE("tokens and health are read for who is signed in, with deceptive names written out") {
    Page page;
    for (const auto* path : {"/approvals/api/tokens", "/approvals/api/health"})
        CHECK(page.get(path).status() == 401);
    page.sign_in();
    page.listed =
        Json{{"tokens", {{{"name", "prod\xE2\x80\xAE-db"}, {"remarks", {"no_expiry"}}}}}, {"total", 1}};
    const auto tokens = page.get("/approvals/api/tokens").json();
    CHECK(tokens.at("total") == 1);
    CHECK(tokens.at("tokens").at(0).at("remarks").at(0) == "no_expiry");
    const auto name = tokens.at("tokens").at(0).at("name").get<std::string>();
    CHECK(name.starts_with("prod"));
    CHECK(name.find("\xE2\x80\xAE") == std::string::npos);
    page.state_of_it = Error{Errc::upstream, "TrueFoundry did not answer."};
    const auto failed = page.get("/approvals/api/health");
    CHECK(failed.status() == 502);
    CHECK(failed.json().at("error").at("message") == "TrueFoundry did not answer.");
}

}  // namespace tfy::dashboard_test
