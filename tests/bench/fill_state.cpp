// fill_state DIR KNOWN LISTED OPEN: a sandbox's state directory as it is after a while: it knows KNOWN tokens
// by their fingerprints, its control plane lists LISTED more, and OPEN requests wait, copies of the one that
// a server has opened in it before.
#include <cstdio>
#include <random>
#include <string>

#include "policy/canonical_json.hpp"
#include "policy/journal/journal_entry.hpp"
#include "policy/sealed_state.hpp"
#include "server/app/services.hpp"
#include "server/sealing/sealer.hpp"
#include "server/storage/ledger.hpp"
#include "server/storage/state_dir.hpp"
#include "server/storage/token_store.hpp"
#include "tests/fakes/permits.hpp"
#include "tools/sandbox/account.hpp"

namespace {

using namespace tfy;

std::string word(std::mt19937& random, std::size_t size) {
    constexpr std::string_view letters = "0123456789abcdefghijklmnopqrstuvwxyz";
    std::string text;
    while (text.size() < size) text += letters[random() % letters.size()];
    return text;
}

sandbox::StoredToken token(std::mt19937& random, int number, policy::Time now) {
    const bool ends = number % 3 != 0;
    sandbox::StoredToken made{.id = word(random, 24),
                              .name = "ci-pipeline-" + std::to_string(number),
                              .type = number % 5 == 0 ? "opaque" : "jwt",
                              .team = number % 4 == 0 ? "platform" : "",
                              .account = std::string(sandbox::tenant),
                              .jwt_id = word(random, 24),
                              .value_sha256 = policy::sha256(word(random, 32)),
                              .owner = sandbox::Account{}.user(),
                              .created = now - std::chrono::hours{number + 1},
                              .expires = {},
                              .last_used = {}};
    if (ends) made.expires = now + std::chrono::days{30 + number % 300};
    if (number % 2 == 0) made.last_used = now - std::chrono::hours{number % 700 + 1};
    return made;
}

/// The same request for a token of another name.
policy::Approval another(policy::Approval waits, int number) {
    const auto name = "ci-runner-" + std::to_string(number);
    waits.id = "apr_" + policy::random_id();
    waits.call.arguments["payload"]["name"] = name;
    policy::ApprovalForTests::digest(waits) = waits.asked_digest = policy::digest(waits.call);
    waits.facts.subject = name;
    waits.facts.needs = waits.facts.consumes = {policy::name_key(name)};
    return waits;
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 5) return 2;
    std::mt19937 random(20);
    const auto now = app::SystemClock{}.now();
    const auto state = storage::StateDir::open(arguments[1]).value();
    auto ledger = storage::Ledger::open(state.ledger()).value();
    const auto key = state.fingerprint_key().value();
    for (int i = 0; i < std::stoi(arguments[2]); ++i)
        ledger
            ->add_fingerprints(
                redaction::fingerprint("tfy-" + word(random, 44), "known-" + std::to_string(i), key))
            .value();
    const sealing::Sealer redaction(key, {});
    const storage::RequestLimits no_limits{.open_requests = 1'000'000, .requests_per_minute = 1'000'000};
    const auto first = ledger->list(true, 1).value();
    for (int i = 1; i < std::stoi(arguments[4]); ++i) {
        const auto waits = another(first.at(0), i);
        const auto entry = journal::journal_entry("requested", waits, *redaction.now(), now);
        ledger->open_request(waits, no_limits, entry).value();
    }
    const auto tokens = storage::open_sqlite_token_store(state.sandbox()).value();
    for (int i = 0; i < std::stoi(arguments[3]); ++i) tokens->insert(token(random, i, now)).value();
}
