// HMAC-SHA-512/256 over the head's canonical JSON.
#include "policy/journal/journal_head.hpp"

#include "policy/mac.hpp"

namespace tfy::journal {
namespace {

std::string mac_of(const JournalHead& head, const JournalKey& key) {
    return policy::mac_of({{"purpose", "journal head"},
                           {"sequence", head.sequence},
                           {"hash", head.hash},
                           {"since", head.since}},
                          key.bytes);
}

std::string records(std::int64_t count, const char* what) {
    return (count == 1 ? "1 record " : std::to_string(count) + " records ") + what;
}

}  // namespace

JournalHead head_at(const JournalRecord& last, std::int64_t since, const JournalKey& key) {
    JournalHead head{.sequence = last.sequence, .hash = last.hash, .since = since};
    head.mac = mac_of(head, key);
    return head;
}

std::optional<std::string> wrong_end(const JournalHead& head, const JournalRecord* last,
                                     const JournalKey& key) {
    if (!policy::same_bytes(head.mac, mac_of(head, key)))
        return "its head was not written with this state directory's key: the head or the key was exchanged";
    const auto end = last ? last->sequence : 0;
    const auto known = "the head knows record " + std::to_string(head.sequence) + " as the last one";
    if (end < head.sequence) return records(head.sequence - end, "missing at the end: ") + known;
    if (end > head.sequence)
        return records(end - head.sequence, "added at the end without the key: ") + known;
    if (!policy::same_bytes(last->hash, head.hash))
        return "the chain was rewritten without the key: record " + std::to_string(end) +
               " is not the one that the head knows";
    return std::nullopt;
}

}  // namespace tfy::journal
