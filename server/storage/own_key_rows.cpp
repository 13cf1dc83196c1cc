#include "server/storage/own_key_rows.hpp"

#include "policy/canonical_json.hpp"
#include "policy/principals.hpp"
#include "policy/sealed_state.hpp"
#include "server/storage/key_files.hpp"
#include "server/storage/ledger_impl.hpp"

namespace tfy::storage {
namespace {

constexpr auto every_own_key =
    "SELECT person, base_url, subject, mask, expires, since, broken, sealed FROM own_keys ORDER BY person, "
    "base_url";
constexpr auto its_key_ended =
    "Withdrawn before it ran: the TrueFoundry key that it would have been sent with has ended. Nothing was "
    "done.";
std::string after_its_key_ended(const std::string& person) {
    return "Tell the user. Calling again with the same arguments does not help before there is another "
           "key: " +
           person + " enters one on the approvals page, unless this server has one for this caller.";
}

std::string after_key_of_another_user(bool first) {
    return "Withdrawn before it ran: the person whose agent asked has entered " +
           std::string(first ? "a TrueFoundry key of their own" : "another TrueFoundry key") +
           ", and the request would then be another user's. Nothing was done.";
}

OwnKeyRow read_own_key(SQLite::Statement& row) {
    return {.person = row.getColumn(0).getString(),
            .base_url = row.getColumn(1).getString(),
            .subject = row.getColumn(2).getString(),
            .mask = row.getColumn(3).getString(),
            .expires = sqlite::read_time_or_none(row.getColumn(4)),
            .since = sqlite::read_time(row.getColumn(5)),
            .broken = sqlite::read_time_or_none(row.getColumn(6)),
            .sealed = row.getColumn(7).getString()};
}

/// All that a row says, but since when it is broken.
Json bound(const OwnKeyRow& row) {
    return {{"person", row.person},
            {"base_url", row.base_url},
            {"subject", row.subject},
            {"mask", row.mask},
            {"expires", row.expires ? Json(policy::format_time(*row.expires)) : Json(nullptr)},
            {"since", policy::format_time(row.since)}};
}

std::string purpose_of(const OwnKeyRow& row) { return "own key " + policy::canonical_json(bound(row)); }

Json own_key_body(const OwnKeyRow& row) {
    return {{"person", row.person},
            {"base_url", row.base_url},
            {"subject", row.subject},
            {"expires", row.expires ? Json(policy::format_time(*row.expires)) : Json(nullptr)},
            {"digest", digest_of_own_key(row)}};
}

}  // namespace

std::string digest_of_own_key(const OwnKeyRow& row) {
    auto whole = bound(row);
    whole["sealed"] = row.sealed;
    return policy::sha256(policy::canonical_json(whole));
}

bool is_known(const PeopleInJournal& known, const OwnKeyRow& row) {
    const auto found = known.own_keys.find({row.person, row.base_url});
    return found != known.own_keys.end() && found->second == digest_of_own_key(row);
}

Result<policy::SealKey> Ledger::Impl::own_keys_key() {
    if (key_file.empty()) return policy::SealKey{};
    const auto key = load_or_create_key(key_file.parent_path() / "own_keys.key");
    if (!key) return key.error();
    return policy::SealKey{*key};
}

std::vector<OwnKeyRow> Ledger::Impl::own_keys() {
    auto rows = prepare(every_own_key);
    std::vector<OwnKeyRow> all;
    while (rows.executeStep()) all.push_back(read_own_key(rows));
    return all;
}

Result<std::size_t> Ledger::Impl::withdraw_for_key(const std::string& person, const std::string& base_url,
                                                   const std::string& why, policy::Time at,
                                                   const std::string& next_step) {
    auto open = open_approvals();
    if (!open) return open.error();
    std::size_t count = 0;
    for (auto& approval : *open) {
        const auto& call = approval.call;
        if (call.caller.person != person || call.base_url != base_url ||
            call.caller.principal.starts_with(policy::truefoundry_principals))
            continue;
        const auto was = approval.state();
        const auto next = policy::withdraw(std::move(approval), at, why, next_step);
        if (!next) continue;  // it runs, or has lapsed
        if (auto changed = change(was, *next); !changed) return changed.error();
        const Json body = {{"state", policy::to_string(next->state())}, {"digest", next->digest()}};
        if (auto told = append(at, "withdrawn with its key", next->id, body); !told) return told.error();
        ++count;
        ++gone_with;
    }
    return count;
}

Result<void> Ledger::Impl::end_own_keys_of(const std::string& name, const std::string& by, policy::Time at,
                                           Ended& ended) {
    auto rows = prepare("DELETE FROM own_keys WHERE person = ? RETURNING base_url");
    SQLite::bind(rows, name);
    std::vector<std::string> addresses;
    while (rows.executeStep()) addresses.push_back(rows.getColumn(0).getString());
    ended.own_keys = addresses.size();
    for (const auto& address : addresses)
        if (auto told =
                append(at, "person_key_ended", "", {{"person", name}, {"base_url", address}, {"by", by}});
            !told)
            return told;
    return {};
}

Result<OwnKeyRows::Kept> OwnKeyRows::keep(OwnKeyRow row, const policy::Secret& key,
                                          const redaction::TokenFingerprints& prints) {
    return impl_.write([&]() -> Result<Kept> {
        const auto person = impl_.believed_person(row.person);
        if (!person) return person.error();
        if (!*person || (*person)->suspended) return not_enrolled("Nothing was kept.");
        const auto seal_key = impl_.own_keys_key();
        if (!seal_key) return seal_key.error();
        row.sealed = policy::seal_text(key.reveal(), purpose_of(row), *seal_key);
        impl_.add_fingerprints(prints);
        const auto before = find_row(row.person, row.base_url);
        if (!before) return before.error();
        const bool same_user = *before && !(*before)->subject.empty() && (*before)->subject == row.subject;
        const auto withdrawn =
            same_user ? Result<std::size_t>(0)
                      : impl_.withdraw_for_key(row.person, row.base_url,
                                               after_key_of_another_user(!before->has_value()), row.since);
        if (!withdrawn) return withdrawn.error();
        impl_.run(
            "INSERT OR REPLACE INTO own_keys (person, base_url, subject, mask, since, sealed) VALUES (?, ?, "
            "?, "
            "?, ?, ?)",
            row.person, row.base_url, row.subject, row.mask, sqlite::stored(row.since), row.sealed);
        if (row.expires)
            impl_.run("UPDATE own_keys SET expires = ? WHERE person = ? AND base_url = ?",
                      sqlite::stored(*row.expires), row.person, row.base_url);
        auto body = own_key_body(row);
        body["withdrawn"] = *withdrawn;
        if (auto told = impl_.append(row.since, *before ? "person_key_replaced" : "person_key_entered", "",
                                     std::move(body));
            !told)
            return told.error();
        return Kept{.row = row, .replaced = before->has_value(), .withdrawn = *withdrawn};
    });
}

// One that the journal does not know of goes, too.
Result<std::optional<std::size_t>> OwnKeyRows::end(const std::string& person, const std::string& base_url,
                                                   policy::Time at) {
    return impl_.write([&]() -> Result<std::optional<std::size_t>> {
        if (impl_.run("DELETE FROM own_keys WHERE person = ? AND base_url = ?", person, base_url) == 0)
            return std::optional<std::size_t>{};
        const auto withdrawn =
            impl_.withdraw_for_key(person, base_url, its_key_ended, at, after_its_key_ended(person));
        if (!withdrawn) return withdrawn.error();
        const Json body = {
            {"person", person}, {"base_url", base_url}, {"by", person}, {"withdrawn", *withdrawn}};
        if (auto told = impl_.append(at, "person_key_ended", "", body); !told) return told.error();
        return std::optional(*withdrawn);
    });
}

Result<bool> OwnKeyRows::mark_broken(const OwnKeyRow& refused, policy::Time at) {
    return impl_.write([&]() -> Result<bool> {
        const auto marked = impl_.run(
            "UPDATE own_keys SET broken = ? WHERE person = ? AND base_url = ? AND sealed = ? AND broken IS "
            "NULL",
            sqlite::stored(at), refused.person, refused.base_url, refused.sealed);
        if (marked == 0) return false;
        const Json body = {{"person", refused.person}, {"base_url", refused.base_url}};
        if (auto told = impl_.append(at, "person_key_broken", "", body); !told) return told.error();
        return true;
    });
}

Result<std::optional<OwnKeyRow>> OwnKeyRows::find_row(const std::string& person,
                                                      const std::string& base_url) {
    const auto known = impl_.people_in_journal();
    if (!known) return known.error();
    for (auto& row : impl_.own_keys())
        if (row.person == person && row.base_url == base_url && is_known(*known, row))
            return std::optional(std::move(row));
    return std::optional<OwnKeyRow>{};
}

Result<std::optional<OwnKeyRow>> OwnKeyRows::find(const std::string& person, const std::string& base_url) {
    return impl_.snapshot([&] { return find_row(person, base_url); });
}

Result<std::vector<OpenedOwnKey>> OwnKeyRows::open_all(const std::string& base_url) {
    return impl_.snapshot([&]() -> Result<std::vector<OpenedOwnKey>> {
        std::vector<OpenedOwnKey> all;
        for (auto& row : impl_.own_keys())
            if (row.base_url == base_url) all.push_back({std::move(row), std::nullopt});
        if (all.empty()) return all;
        const auto known = impl_.people_in_journal();
        if (!known) return known.error();
        const auto key = impl_.own_keys_key();
        if (!key) return key.error();
        for (auto& [row, opened] : all) {
            auto value =
                is_known(*known, row) ? policy::open_text(row.sealed, purpose_of(row), *key) : std::nullopt;
            if (value) opened = policy::Secret(std::move(*value));
        }
        return all;
    });
}

}  // namespace tfy::storage
