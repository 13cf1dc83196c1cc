// Who people are: how they are enrolled and suspended, and how a server knows them when they decide.
#include <algorithm>

#include "server/webauthn/bytes.hpp"
#include "tests/fakes/authenticator.hpp"
#include "tests/fakes/signed_in.hpp"
#include "tests/model/world.hpp"

namespace tfy::model {
namespace {

using namespace std::chrono_literals;
using fakes::Authenticator;
using policy::Approval;
using policy::Human;
using policy::HumanForTests;

constexpr auto page_origin = "http://localhost:8780";

/// The same for all schedules: making keys takes long.
Authenticator& device_of(const std::string& person) {
    static std::map<std::string, Authenticator> all;
    const auto found = all.find(person);
    if (found != all.end()) return found->second;
    auto& made =
        all.emplace(person, Authenticator(Authenticator::es256, "device of " + person)).first->second;
    made.counts = false;  // of two signatures the later one may come first
    return made;
}

storage::FirstCredential credential_of(const std::string& person) {
    const std::string challenge(32, 'c');
    const auto answer = device_of(person).make(policy::to_base64url(challenge));
    const auto made = webauthn::check_registration(
                          {policy::from_base64url(answer.client_data).value(),
                           policy::from_base64url(answer.authenticator_data).value(), answer.algorithm},
                          webauthn::RelyingParty(page_origin), challenge)
                          .value();
    return {{.key_id = policy::to_base64url(made.id),
             .algorithm = made.key.algorithm,
             .public_key = policy::to_base64url(made.key.bytes),
             .host = "localhost",
             .name = "laptop"},
            made.sign_count};
}

policy::DecisionInput choice_of(const Wish& wish) {
    return {.reason = wish.reason,
            .destination = wish.destination,
            .typed_name = wish.typed,
            .digest = wish.digest};
}

Error unknown(const std::string& person) {
    return {Errc::refused, person + " is not known here. Nothing was done."};
}

/// What the device is asked to sign; for a forged answer another choice than the one that the server is told.
Result<Json> statement_of(const Approval& row, const Wish& wish, const policy::Signing& signing,
                          policy::Time now, const policy::Seals& seal) {
    auto choice = choice_of(wish);
    if (wish.forgery == Forgery::another_choice) choice.reason += " and more";
    return wish.kind == Wish::Kind::deny
               ? policy::denial_to_sign(row, wish.person, choice.reason, signing, now, seal)
               : policy::approval_to_sign(row, wish.person, choice, signing, now, seal);
}

}  // namespace

void World::begin_with_people() {
    const auto now = time_.now();
    auto& ledger = *observer_;
    ledger.pair({.hash = "of grace", .person = "grace", .until = now + 15min}, Json::object(), now).value();
    ledger.enrol_invited("of grace", credential_of("grace"), now).value();
    for (const auto* name : {"heidi", "ivan", "bob"}) {
        const auto hash = std::string("of ") + name;
        ledger.invite({hash, name, "grace", now + 24h}, now).value();
        if (!ledger.enrol_invited(hash, credential_of(name), now)->confirmed)
            ledger.confirm_person(name, "heidi", now).value();
    }
    observe();
}

std::string World::someone(std::uint32_t draw) const {
    const auto& all = reference_.people();
    return std::next(all.begin(), static_cast<std::ptrdiff_t>(draw % all.size()))->first;
}

// Deciding --------------------------------------------------------------------------------------------------

Async<Result<Approval>> World::decided(Process& process, const Wish& wish, const Human& human) {
    auto& desk = process.desk;
    if (wish.kind == Wish::Kind::approve) return desk.approve(wish.approval, human, choice_of(wish));
    if (wish.kind == Wish::Kind::deny) return desk.deny(wish.approval, human, wish.reason);
    return process.narrowing.narrow(wish.approval, human, wish.digest,
                                    {.name = wish.new_name, .expiration_date = wish.new_expiry});
}

Async<Result<Approval>> World::carry_out(Process& process, std::shared_ptr<Wish> wish) {
    auto knowing = known(process, wish);
    const auto human = co_await std::move(knowing);
    if (!human) co_return human.error();
    auto deciding = decided(process, *wish, *human);
    auto next = co_await std::move(deciding);
    if (next && human->signature()) {
        const auto& signature = *human->signature();
        answers_[wish->person] = {.key_id = policy::to_base64url(device_of(wish->person).id),
                                  .authenticator_data = signature.authenticator_data,
                                  .client_data = signature.client_data,
                                  .signature = signature.signature};
    }
    co_return next;
}

Async<Result<Human>> World::known(Process& process, std::shared_ptr<Wish> wish) {
    const auto assurance = static_cast<policy::Assurance>(wish->assurance);
    if (assurance == policy::Assurance::client) co_return HumanForTests::make(wish->person, assurance);
    if (assurance == policy::Assurance::passkey && wish->kind != Wish::Kind::narrow) {
        auto looking = at_browser(process, wish->person);  // a device signs what its person's page asks it to
        const auto there = co_await std::move(looking);
        if (!there) co_return there.error();
        auto signing = by_passkey(process, wish);
        co_return co_await std::move(signing);
    }
    if (assurance != policy::Assurance::terminal) {
        auto looking = at_browser(process, wish->person);
        co_return co_await std::move(looking);
    }
    // As at a terminal, behind the passphrase.
    auto look = [](storage::Ledger& ledger) { return ledger.people(); };
    const auto all = co_await process.store.run(std::move(look));
    if (!all) co_return all.error();
    const auto found = std::ranges::find(*all, wish->person, &storage::Person::name);
    if (found == all->end() || !found->decides()) co_return unknown(wish->person);
    co_return HumanForTests::make(wish->person, assurance);
}

Async<Result<Human>> World::at_browser(Process& process, std::string person) {
    if (!reference_.people().contains(person)) co_return unknown(person);
    std::vector<std::size_t> mine;
    for (std::size_t i = 0; i < browsers_.size(); ++i)
        if (browsers_[i].person == person) mine.push_back(i);
    if (mine.empty()) {
        auto opening = fakes::sign_in_by_code(process.store, time_.clock(), process.sessions, person);
        const auto opened = co_await std::move(opening);
        if (!opened) co_return opened.error();
        ++tally_.sessions;
        mine.push_back(browsers_.size());
        browsers_.push_back({person, *opened});
    }
    const auto used = browsers_[mine[order_() % mine.size()]];
    const bool over = used.signed_out || reference_.suspended(person);
    auto looking = process.sessions.session(used.key, true);
    const auto session = co_await std::move(looking);
    if (!session) co_return session.error();
    if (!*session) co_return unknown(person);
    if (over) reference_.complain("a session of " + person + " goes on after its end");
    if (!(*session)->decides()) co_return unknown(person);
    co_return process.sessions.human(**session);
}

Async<Result<Human>> World::by_passkey(Process& process, std::shared_ptr<Wish> wish) {
    const auto row = co_await process.desk.find(wish->approval);
    if (!row) co_return row.error();
    auto statement = statement_of(*row, *wish, process.passkeys.signing(), time_.now(), process.redaction);
    if (!statement) co_return statement.error();
    auto asking = process.passkeys.to_sign(wish->person, std::move(*statement));
    const auto asked = co_await std::move(asking);
    if (!asked) co_return asked.error();
    const auto challenge = asked->at("challenge").get<std::string>();
    auto answer = device_of(wish->person).sign(challenge);
    const auto before = answers_.find(wish->person);
    if (wish->forgery == Forgery::used_before && before != answers_.end()) answer = before->second;
    if (wish->forgery == Forgery::another_person)
        answer = device_of(wish->person == "heidi" ? "ivan" : "heidi").sign(challenge);
    if (wish->forgery == Forgery::another_device ||
        (wish->forgery == Forgery::used_before && before == answers_.end())) {
        static Authenticator stranger;
        stranger.id = device_of(wish->person).id;
        answer = stranger.sign(challenge);
    }
    auto signing = process.passkeys.signer(wish->person, std::move(answer));
    co_return co_await std::move(signing);
}

// Coming and going ------------------------------------------------------------------------------------------

Async<Result<void>> World::join(Process& process, std::string name, std::string by) {
    const storage::Invitation invitation{.hash = "of " + name + " " + std::to_string(++traces_),
                                         .person = name,
                                         .by = std::move(by),
                                         .until = time_.now() + 24h};
    auto work = [invitation, now = time_.now()](storage::Ledger& ledger) {
        return ledger.invite(invitation, now);
    };
    const auto invited = co_await process.store.run(std::move(work));
    if (!invited) co_return invited.error();
    auto asking = process.passkeys.to_join(invitation);
    const auto asked = co_await std::move(asking);
    if (!asked) co_return asked.error();
    auto answer = device_of(name).make(asked->at("challenge").get<std::string>());
    auto joining = process.passkeys.join(invitation.hash, "laptop", std::move(answer));
    const auto joined = co_await std::move(joining);
    if (!joined) co_return joined.error();
    co_return Result<void>{};
}

void World::enrol(const Draws& draws) {
    const char* const names[] = {"alice", "judy", "ken"};
    auto& process = *some_process(draws[3]);
    run(process, join(process, names[draws[0] % 3], someone(draws[1])), [](const Result<void>&) {});
}

void World::confirm(const Draws& draws) {
    auto& process = *some_process(draws[3]);
    std::vector<std::string> waiting;
    for (const auto& [name, person] : reference_.people())
        if (!person.confirmed) waiting.push_back(name);
    const auto name = waiting.empty() ? someone(draws[0]) : waiting[draws[0] % waiting.size()];
    run(process, process.people.confirm(HumanForTests::make(someone(draws[1])), name),
        [](const Result<void>&) {});
}

// Half of them from the command line: another process, whose writing is done at once.
void World::suspend(const Draws& draws) {
    const auto name = someone(draws[0]);
    const auto by = someone(draws[1]);
    if (draws[2] % 2 == 0) {
        if (observer_->suspend_person(name, by, time_.now())) observe();
        return;
    }
    auto& process = *some_process(draws[3]);
    run(process, process.people.suspend(HumanForTests::make(by), name), [](const Result<storage::Ended>&) {});
}

void World::sign_in(const Draws& draws) {
    auto& process = *some_process(draws[3]);
    const auto name = someone(draws[0]);
    run(process, fakes::sign_in_by_code(process.store, time_.clock(), process.sessions, name),
        [this, name](const Result<std::string>& opened) {
            if (!opened) return;
            ++tally_.sessions;
            browsers_.push_back({name, *opened});
        });
}

void World::sign_out(const Draws& draws) {
    if (browsers_.empty()) return;
    auto& process = *some_process(draws[3]);
    const auto at = draws[0] % browsers_.size();
    run(process, process.sessions.sign_out(browsers_[at].key), [this, at](const Result<void>& done) {
        if (done) browsers_[at].signed_out = true;
    });
}

}  // namespace tfy::model
