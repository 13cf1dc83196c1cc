#include "server/storage/journal_check.hpp"

#include "policy/visible.hpp"
#include "server/storage/lost_journal.hpp"

namespace tfy::storage {
namespace {

using journal::JournalRecord;

constexpr std::size_t records_at_once = 1000;

Error broken_journal(const std::string& wrong) {
    return {Errc::storage,
            "The journal is broken: " + wrong +
                ". Keep the state directory as it is: it is evidence. To go on, use another "
                "--state-dir, or a backup of the whole directory.",
            journal_was_changed()};
}

// Who wrote them there hoped to be let in; they are not.
Error rows_by_hand(const std::vector<std::string>& names, const policy::Seals& seal) {
    std::string all;
    for (const auto& name : names) all += (all.empty() ? "" : ", ") + policy::shown(seal, name, 64);
    return {
        Errc::storage,
        "The journal is intact, and the tables of people and their keys were changed without it: they have "
        "rows of their own, or lack some, for " +
            all + ". These rows are not believed. Keep the state directory as it is: it is evidence.",
        journal_was_changed()};
}

std::string count_of(std::int64_t records) {
    return std::to_string(records) + (records == 1 ? " record" : " records");
}

std::string said_of_signatures(std::size_t decisions) {
    if (decisions == 0) return {};
    if (decisions == 1) return "One decision is signed with a passkey, and the signature holds.\n";
    return std::to_string(decisions) + " decisions are signed with passkeys, and each signature holds.\n";
}

std::string said_of(const JournalRecord& last, const JournalEnd& end, const std::string& beginning) {
    auto text = "The journal is intact: " + count_of(last.sequence) + ", the last one of " +
                policy::format_time_for_people(last.at) + " with hash " + last.hash + ".\n" + beginning;
    if (end.since == 0)
        return text +
               "Its end is not protected yet: records cut off at the end would not be noticed. The next "
               "record protects it.\n";
    return text + "Its end is protected since record " + std::to_string(end.since) +
           ": later records cannot be cut off unnoticed.\nKeep these lines elsewhere: only they reveal that "
           "the whole state directory was replaced by an older copy.\n";
}

}  // namespace

bool says_changed(const Error& error) { return error.data == journal_was_changed(); }

Result<void> for_each_page(Ledger& ledger, const EachPage& each) {
    for (std::int64_t first = 1;;) {
        const auto page = ledger.journal(first, records_at_once);
        if (!page) return page.error();
        if (auto done = each(*page); !done) return done;
        if (page->size() < records_at_once) return {};
        first = page->back().sequence + 1;
    }
}

Result<void> JournalProof::take(const std::vector<JournalRecord>& page) {
    if (const auto wrong = journal::broken(page, last_ ? &*last_ : nullptr)) return broken_journal(*wrong);
    if (!last_ && !page.empty() && page.front().kind == begun_anew)
        beginning_ = "It was begun anew on " + policy::format_time_for_people(page.front().at) +
                     ", in the place of one that was lost: what that one told is not in it.\n";
    for (const auto& record : page)
        if (auto held = passkeys_.take(record); !held) return held;
    if (!page.empty()) last_ = page.back();
    return {};
}

Result<std::string> JournalProof::result(const JournalEnd& end, const std::vector<std::string>& by_hand,
                                         const policy::Seals& seal) const {
    if (end.wrong)
        return broken_journal(*end.wrong + (last_ ? ". The " + count_of(last_->sequence) + " in it " +
                                                        (last_->sequence == 1 ? "is" : "are") + " intact"
                                                  : std::string()));
    if (!by_hand.empty()) return rows_by_hand(by_hand, seal);
    if (!last_) return std::string("The journal is empty.\n");
    return said_of(*last_, end, beginning_) + said_of_signatures(passkeys_.signed_decisions());
}

Json JournalProof::facts(const JournalEnd& end) const {
    Json last;
    if (last_) last = {{"at", policy::format_time(last_->at)}, {"hash", last_->hash}};
    return {{"intact", true},
            {"records", last_ ? last_->sequence : 0},
            {"last", std::move(last)},
            {"end_protected_since", end.since == 0 ? Json(nullptr) : Json(end.since)},
            {"signed_decisions", passkeys_.signed_decisions()}};
}

Result<std::string> verify_journal(Ledger& ledger, const policy::Seals& seal) {
    auto checked = check_journal(ledger, seal);
    if (!checked) return checked.error();
    return std::move(checked->said);
}

Result<IntactJournal> check_journal(Ledger& ledger, const policy::Seals& seal) {
    const auto end = ledger.journal_end();
    if (!end) return end.error();
    JournalProof proof;
    const auto whole = for_each_page(ledger, [&](const auto& page) { return proof.take(page); });
    if (!whole) return whole.error();
    // If its end cannot be believed, what it says of people cannot, either.
    const auto by_hand = end->wrong ? Result<std::vector<std::string>>(std::vector<std::string>())
                                    : ledger.people_the_journal_does_not_know();
    if (!by_hand) return by_hand.error();
    auto said = proof.result(*end, *by_hand, seal);
    if (!said) return said.error();
    if (auto tables = ledger.check_tables(); !tables) return tables.error();
    return IntactJournal{std::move(*said), proof.facts(*end)};
}

}  // namespace tfy::storage
