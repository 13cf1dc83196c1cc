// A server of which only the approvals page is awake, and a browser in front of it.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <optional>
#include <stdexcept>
#include <string>

#include "server/dashboard/dashboard.hpp"
#include "server/oauth/authorization_desk.hpp"
#include "server/oauth/client_document.hpp"
#include "tests/fakes/captured_answer.hpp"
#include "tests/fakes/documents.hpp"
#include "tests/fakes/every_tool.hpp"
#include "tests/fakes/people.hpp"
#include "tests/fakes/permits.hpp"
#include "tests/fakes/rotation_house.hpp"
#include "tests/fakes/signed_in.hpp"
#include "tests/fakes/tried_keys.hpp"
#include "tools/sandbox/control_plane.hpp"
#include "tools/sandbox/world.hpp"

namespace tfy::fakes {

inline const std::string token_value =
    "eyJhbGciOiJub25lIn0.eyJzdWIiOiJzZXJ2aWNlLWFjY291bnQtMSJ9.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg";

inline const std::string in_ten_days = "2026-12-03T12:00:00.000Z";

inline constexpr auto own_origin = "http://localhost:8780";

struct Page {
    boost::asio::io_context loop;
    ManualClock clock{noon};
    storage::Store store{open_ledger(":memory:")};
    approvals::CurrentGate gate{policy::Rules{.rules = {policy::Rule{}}}};
    sealing::Sealer redaction{redaction::FingerprintKeyForTests::make(), {}};
    approvals::Approvals approvals{loop, store, gate, redaction, clock, "test"};
    reveals::LockedEscrow reveals{loop, store, redaction, clock, "test", {}};
    sandbox::ControlPlane plane{sandbox::make_memory_shelf(), clock};
    std::unique_ptr<truefoundry::Exchange> exchange = sandbox::make_sandbox_exchange(plane);
    truefoundry::Client client{*exchange, redaction};
    EveryTool tools{client, reveals, clock};
    const registry::Catalog& catalog = tools.catalog;
    approvals::Narrowing narrowing{approvals, catalog, gate, clock};
    approvals::Permissions standing{approvals, store, gate, redaction, clock, production};
    approvals::Freezes freezes{approvals, store, redaction, clock};
    observability::Log log{redaction, observability::Log::Level::off};
    TempFolder state;
    rotations::RotationDesk rotations{
        {loop, store, client, redaction, clock, log}, "test", state.path(), production};
    people::PageSessions people{store, clock};
    people::PassphraseDesk passphrases{store, clock, {}};
    people::PasskeyDesk passkeys{store, redaction, clock, [] { return std::string(own_origin); }};
    people::PeopleDesk enrolled_people{store, clock};
    people::SignInCodes codes{store, clock};
    TriedKeys tried_keys;
    KeysInForce keys_in_force;
    upstream::OwnKeys own_keys{
        {loop, store, redaction, clock, log}, production, tried_keys.check(), keys_in_force.told_of()};
    Documents documents;
    oauth::ClientDocuments client_documents{documents, clock, oauth::usual_client_hosts, {}};
    oauth::OAuthClients clients{store, client_documents};
    oauth::AuthorizationDesk consent{clients, store, redaction, clock,
                                     [] { return std::string(own_origin); }};
    Result<Json> listed = Json{{"tokens", Json::array()}, {"total", 0}};  // what the page may read
    Result<Json> state_of_it = Json::object();
    Result<Json> checked = Json::object();
    static dashboard::Reading::Read read(const Result<Json>& answer) {
        return [&answer](std::string) -> Async<Result<Json>> { co_return answer; };
    }
    bool runs_approved = false;  // what a person approved on the page
    dashboard::Dashboard::Dependencies desks() {
        return {.approvals = approvals,
                .narrowing = narrowing,
                .standing = standing,
                .freezes = freezes,
                .reveals = reveals,
                .rotations = rotations,
                .passphrases = passphrases,
                .passkeys = passkeys,
                .enrolled = enrolled_people,
                .reading = {read(listed), read(state_of_it), read(checked)},
                .approved = [this](const policy::Approval&) { return runs_approved; },
                .would_run = [this](const policy::Approval&) { return runs_approved; },
                .consent = &consent,
                .own_keys = &own_keys};
    }
    dashboard::Dashboard dashboard{desks(),   people, codes,
                                   redaction, clock,  [] { return std::string("sandbox"); }};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> awake{loop.get_executor()};
    std::string key;

    /// One step of the loop; a page that does nothing for ten seconds has lost its way.
    void step() {
        if (loop.run_one_for(std::chrono::seconds{10}) == 0)
            throw std::runtime_error("the page does not go on");
    }

    template <class T>
    T wait(Async<T> work) {
        std::optional<T> result;
        boost::asio::co_spawn(loop, std::move(work), [&](std::exception_ptr failure, T answer) {
            if (failure) std::rethrow_exception(failure);
            result = std::move(answer);
        });
        while (!result) step();
        return std::move(*result);
    }

    CapturedAnswer send(transport::HttpRequest request, CapturedAnswer answer = {}) {
        bool done = false;
        boost::asio::co_spawn(loop, dashboard.handle(request, answer), [&](std::exception_ptr failure) {
            if (failure) std::rethrow_exception(failure);
            done = true;
        });
        while (!done) step();
        if (!answer.header("Set-Cookie").empty()) throw std::runtime_error("the page has no cookies");
        return answer;
    }
    CapturedAnswer get(const std::string& path, const std::string& query = "") {
        return send({.method = "GET", .path = path, .query = query, .headers = {{"x-page-key", key}}});
    }
    CapturedAnswer post(const std::string& path, const Json& body) {
        return send({.method = "POST",
                     .path = path,
                     .headers = {{"x-page-key", key}, {"content-type", "application/json"}},
                     .body = body.dump()});
    }

    /// The page is this person's from here on.
    void sit_down(const std::string& person) {
        key = wait(sign_in_by_code(store, clock, people, person)).value();
    }
    /// As a guest while no one is enrolled.
    void sign_in(const std::string& person = "grace") {
        if (wait(codes.anyone_makes_them())) return sit_down(person);
        key = wait(people.sign_in(people.issue_code(person, std::chrono::minutes{10}))).value();
    }

    void in_ledger(const std::function<void(storage::Ledger&)>& work) {
        wait(store.run([&work](storage::Ledger& ledger) -> Result<void> {
            work(ledger);
            return {};
        })).value();
    }
    void enrolled(const std::vector<std::string>& names) {
        in_ledger([&](storage::Ledger& ledger) { enrol(ledger, names); });
    }

    policy::Approval ask(policy::Approval made) {
        const storage::RequestLimits limits{100, 100};
        const auto record = entry("requested", made.id);
        return wait(store.run([made, limits, record](storage::Ledger& ledger) {
                   return ledger.open_request(made, limits, record);
               }))
            .value()
            .approval;
    }
    /// A pending create that asks where the value goes.
    policy::Approval ask_create(const std::string& id) {
        auto made = approval(id, "ci-pipeline");
        made.call.tool = "tfy_access_tokens_create";
        policy::ApprovalForTests::digest(made) = policy::digest(made.call);
        made.facts.yields_value = true;
        policy::ApprovalForTests::terms(made).destinations = {policy::Destination::page,
                                                              policy::Destination::agent};
        return ask(made);
    }
    /// From here on creating is asked about under this rule.
    void ask_under(policy::Rule rule) { gate.replace({.rules = {std::move(rule)}}); }
    /// As the server opens a create that an agent asks for: approved at once if a permission covers it.
    policy::Approval open_create(const std::string& name, const std::string& principal = "stdio:alice") {
        const auto* entry = catalog.find("tfy_access_tokens_create");
        policy::Call call{.server = "tfy-pat-mcp",
                          .base_url = "https://tfy.example.com",
                          .tool = std::string(entry->tool->name()),
                          .tool_version = entry->version(),
                          .arguments = {{"payload", {{"name", name}, {"expirationDate", in_ten_days}}}},
                          .caller = {.principal = principal, .person = "alice"}};
        auto facts = wait(entry->changes->facts(call)).value();
        auto verdict = gate.now()->judge(std::move(call), facts.subject, clock.now());
        return wait(approvals.open(std::get<policy::Ask>(std::move(verdict)), std::move(facts), ""))
            .value()
            .approval;
    }
    std::vector<journal::JournalRecord> journal() {
        return wait(store.run([](storage::Ledger& ledger) { return ledger.journal(); })).value();
    }
    std::string hold() {
        return wait(reveals.hold(policy::Secret(std::string(token_value)), "ci-pipeline",
                                 {.principal = "stdio:alice", .people = {"grace", "ada"}}))
            .value()
            .reveal_id;
    }
};

/// What the page sends to approve.
inline Json approving(const policy::Approval& approval) {
    return {{"digest", approval.digest()},
            {"typed_name", approval.facts.subject},
            {"destination", ""},
            {"reason", ""}};
}

inline std::string code_of(const CapturedAnswer& answer) {
    return answer.json().at("error").at("code").get<std::string>();
}

}  // namespace tfy::fakes
