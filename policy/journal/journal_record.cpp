// The journal's chain: each record holds the hash of the one before it.
#include "policy/journal/journal_record.hpp"

#include "policy/canonical_json.hpp"
#include "policy/members.hpp"

namespace tfy::journal {
namespace {

std::string no_hash() { return std::string(64, '0'); }

/// Over all of json() but the hash itself.
std::string hash_of(const JournalRecord& record) {
    constexpr std::string_view prefix = "sha256:";
    const auto hashed = policy::CanonicalMembers()
                            .add("approval_id", std::string_view(record.approval_id))
                            .add("at", std::string_view(policy::format_time(record.at)))
                            .add("body", record.body)
                            .add("kind", std::string_view(record.kind))
                            .add("previous", std::string_view(record.previous))
                            .add("sequence", record.sequence)
                            .take();
    return policy::sha256(hashed).substr(prefix.size());
}

}  // namespace

Json JournalRecord::json() const {
    return {
        {"sequence", sequence}, {"at", policy::format_time(at)}, {"kind", kind}, {"approval_id", approval_id},
        {"body", body},         {"previous", previous},          {"hash", hash}};
}

Result<JournalRecord> JournalRecord::read(const Json& value) {
    std::string problem;
    const policy::Members from(value, "", problem);
    JournalRecord record{from.integer("sequence"), from.time("at"),     from.text("kind"),
                         from.text("approval_id"), from.object("body"), from.text("previous"),
                         from.text("hash")};
    if (!problem.empty()) return Error{Errc::storage, "A journal record cannot be read: " + problem + "."};
    return record;
}

JournalRecord follow(const JournalRecord* last, policy::Time at, std::string kind, std::string approval_id,
                     Json body) {
    JournalRecord record{
        last ? last->sequence + 1 : 1, at,           std::move(kind), std::move(approval_id), std::move(body),
        last ? last->hash : no_hash(), std::string{}};
    record.hash = hash_of(record);
    return record;
}

std::optional<std::string> broken(const std::vector<JournalRecord>& records, const JournalRecord* before) {
    std::int64_t expected = before ? before->sequence + 1 : 1;
    auto previous = before ? before->hash : no_hash();
    for (const auto& record : records) {
        const auto where = "record " + std::to_string(record.sequence);
        if (record.sequence != expected)
            return where + " is where record " + std::to_string(expected) + " should be" +
                   ": records were removed, added or moved";
        if (record.previous != previous)
            return where + (expected == 1 ? " does not start the chain: there was a record before it"
                                          : " does not follow from record " + std::to_string(expected - 1) +
                                                ": one of the two was exchanged");
        if (record.hash != hash_of(record))
            return where + " was changed after it was written: its hash does not fit its content";
        previous = record.hash;
        ++expected;
    }
    return std::nullopt;
}

}  // namespace tfy::journal
