// HMAC-SHA-512/256 over the head's canonical JSON.
#include "policy/journal/journal_head.hpp"

#include <sodium.h>

#include "policy/canonical_json.hpp"
#include "policy/sodium.hpp"

namespace tfy::journal {
namespace {

static_assert(sizeof(JournalKey::bytes) == crypto_auth_KEYBYTES);

std::string mac_of(const JournalHead& head, const JournalKey& key) {
    policy::ready_sodium();
    const auto text = policy::canonical_json({{"purpose", "journal head"},
                                              {"sequence", head.sequence},
                                              {"hash", head.hash},
                                              {"since", head.since}});
    std::array<unsigned char, crypto_auth_BYTES> mac{};
    crypto_auth(mac.data(), reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                key.bytes.data());
    std::string hex(2 * mac.size() + 1, '\0');
    sodium_bin2hex(hex.data(), hex.size(), mac.data(), mac.size());
    hex.pop_back();  // sodium ends it with a zero byte
    return hex;
}

bool same(const std::string& left, const std::string& right) {
    return left.size() == right.size() && sodium_memcmp(left.data(), right.data(), left.size()) == 0;
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
    if (!same(head.mac, mac_of(head, key)))
        return "its head was not written with this state directory's key: the head or the key was exchanged";
    const auto end = last ? last->sequence : 0;
    const auto known = "the head knows record " + std::to_string(head.sequence) + " as the last one";
    if (end < head.sequence) return records(head.sequence - end, "missing at the end: ") + known;
    if (end > head.sequence)
        return records(end - head.sequence, "added at the end without the key: ") + known;
    if (!same(last->hash, head.hash))
        return "the chain was rewritten without the key: record " + std::to_string(end) +
               " is not the one that the head knows";
    return std::nullopt;
}

}  // namespace tfy::journal
