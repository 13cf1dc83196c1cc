// Known to the redactor before it is kept, claimed durably before it leaves, wiped when its time is over.
#include "server/reveals/locked_escrow.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "policy/human.hpp"
#include "policy/sealed_state.hpp"
#include "server/loop/failpoint.hpp"
#include "server/storage/state_dir.hpp"
#include "tools/sentences.hpp"

namespace tfy::reveals {
namespace {

namespace asio = boost::asio;
using redaction::Reveal;

constexpr std::chrono::minutes life{10};

Error gone() {
    return {Errc::not_found, std::string(tools::sentences::value_is_over) + tools::sentences::value_is_gone};
}

}  // namespace

LockedEscrow::LockedEscrow(asio::io_context& loop, storage::Store& store, sealing::Sealer& redaction,
                           const Clock& clock, std::string instance, std::filesystem::path state_dir)
    : loop_(loop),
      store_(store),
      redaction_(redaction),
      clock_(clock),
      instance_(std::move(instance)),
      state_dir_(std::move(state_dir)) {}

Async<Result<tools::Deposit>> LockedEscrow::hold(policy::Secret value, std::string token_name,
                                                 tools::Recipients recipients) {
    const auto prints = redaction::fingerprint(value.reveal(), token_name, redaction_.key());
    redaction_.add(prints);
    const auto now = clock_.now();
    const storage::RevealRow row{.id = "rev_" + policy::random_id(),
                                 .token_name = token_name,
                                 .token_id = {},
                                 .principal = recipients.principal,
                                 .instance = instance_,
                                 .created = now,
                                 .until = now + life};
    auto work = [prints, row](storage::Ledger& ledger) { return ledger.hold_value(prints, row); };
    TFY_FAILPOINT("value.keep");
    const auto kept = co_await store_.run(std::move(work));
    TFY_FAILPOINT("value.kept");
    if (!kept) co_return kept.error();
    tools::Deposit held{row.id, value.masked(), row.until, {}};
    if (way_ && (recipients.anyone || !recipients.people.empty())) held.way = way_(row.id);
    values_.emplace(
        row.id, Value{std::move(value), std::move(token_name), {}, std::move(recipients), now, row.until});
    asio::co_spawn(loop_, lapse(row.id, row.until), asio::detached);
    co_return held;
}

void LockedEscrow::set_token_id(const std::string& reveal_id, std::string token_id) {
    const auto found = values_.find(reveal_id);
    if (found != values_.end()) found->second.token_id = std::move(token_id);
}

Async<Result<tools::HeldFacts>> LockedEscrow::look(std::string reveal_id, std::string principal) {
    const auto found = values_.find(reveal_id);
    if (found == values_.end() || found->second.recipients.principal != principal ||
        found->second.until <= clock_.now())
        co_return gone();
    const auto& value = found->second;
    co_return tools::HeldFacts{value.token_name, value.token_id, value.created, value.until};
}

Async<Result<Reveal>> LockedEscrow::claim(std::string reveal_id, std::string principal,
                                          std::string destination) {
    const auto found = values_.find(reveal_id);
    if (found == values_.end() || found->second.recipients.principal != principal) co_return gone();
    co_return co_await take(std::move(reveal_id), std::move(destination), std::move(principal));
}

Async<Result<Reveal>> LockedEscrow::claim_for(std::string reveal_id, const policy::Human& person) {
    const auto found = values_.find(reveal_id);
    if (found == values_.end() || !found->second.recipients.may_see(person.name())) co_return gone();
    const bool typed = person.assurance() == policy::Assurance::terminal;
    std::string destination = typed ? "terminal" : "page";
    co_return co_await take(std::move(reveal_id), std::move(destination), person.name());
}

Async<Result<tools::EscrowState>> LockedEscrow::fate(std::string reveal_id, std::string principal) {
    auto work = [reveal_id](storage::Ledger& ledger) { return ledger.find_reveal(reveal_id); };
    const auto row = co_await store_.run(std::move(work));
    if (!row) co_return row.error();
    if (!*row || (*row)->principal != principal) co_return gone();
    switch ((*row)->state) {
        case storage::RevealRow::State::held: co_return unclaimed(**row);
        case storage::RevealRow::State::claimed: co_return tools::EscrowState::claimed;
        case storage::RevealRow::State::lapsed: co_return tools::EscrowState::lapsed;
        case storage::RevealRow::State::lost: break;
    }
    co_return tools::EscrowState::lost;
}

// The row of a process that ended stays "held". A value that this process does not find is being claimed.
tools::EscrowState LockedEscrow::unclaimed(const storage::RevealRow& row) const {
    const bool mine = row.instance == instance_;
    if (!mine && !storage::alive(state_dir_, row.instance)) return tools::EscrowState::lost;
    if (row.until <= clock_.now()) return tools::EscrowState::lapsed;
    if (!mine) return tools::EscrowState::elsewhere;
    if (!values_.contains(row.id)) return tools::EscrowState::claimed;
    return draining_ ? tools::EscrowState::lost : tools::EscrowState::held;
}

// The value leaves the map first, so that no second claim can find it while the first one is being written.
Async<Result<Reveal>> LockedEscrow::take(std::string reveal_id, std::string destination, std::string by) {
    const auto redactor = redaction_.fresh();
    if (!redactor) co_return redactor.error();
    auto node = values_.extract(reveal_id);
    if (node.empty() || node.mapped().until <= clock_.now()) co_return gone();
    const Json body = {{"token_name", node.mapped().token_name}, {"destination", destination}, {"by", by}};
    const journal::JournalEntry record{"reveal_claimed", reveal_id, (*redactor)->seal(body), clock_.now()};
    auto work = [reveal_id, record](storage::Ledger& ledger) {
        return ledger.end_reveal(reveal_id, storage::RevealRow::State::claimed, record);
    };
    TFY_FAILPOINT("reveal.claim");
    const auto claimed = co_await store_.run(std::move(work));
    TFY_FAILPOINT("reveal.claimed");
    if (!claimed) {
        if (claimed.error().code == Errc::conflict) co_return gone();
        if (node.mapped().until > clock_.now()) values_.insert(std::move(node));  // else it is wiped here
        co_return claimed.error();
    }
    tell_();
    co_return Reveal(std::move(node.mapped().secret), policy::random_id(20));
}

std::vector<LockedEscrow::Waiting> LockedEscrow::waiting() const {
    std::vector<Waiting> all;
    all.reserve(values_.size());
    for (const auto& [id, value] : values_)
        all.push_back({id, value.token_name, value.secret.masked(), value.until, value.recipients});
    return all;
}

Async<void> LockedEscrow::lapse(std::string reveal_id, policy::Time until) {
    asio::steady_timer timer(loop_, std::max(until - clock_.now(), policy::Duration{1}));
    co_await timer.async_wait(asio::use_awaitable);
    if (values_.erase(reveal_id) == 0) co_return;
    const journal::JournalEntry record{"reveal_lapsed", reveal_id, redaction_.seal(Json::object()),
                                       clock_.now()};
    // If this cannot be written the row stays "held" by a process that has no such value: nothing can be
    // revealed by it.
    auto work = [reveal_id, record](storage::Ledger& ledger) {
        return ledger.end_reveal(reveal_id, storage::RevealRow::State::lapsed, record);
    };
    co_await store_.run(std::move(work));
    tell_();
}

}  // namespace tfy::reveals
