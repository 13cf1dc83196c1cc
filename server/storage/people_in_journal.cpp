#include "server/storage/people_in_journal.hpp"

#include <algorithm>

#include "policy/canonical_json.hpp"
#include "protocol/text_in.hpp"
#include "tools/own_command.hpp"

namespace tfy::storage {
namespace {

using protocol::text_in;

using journal::JournalRecord;

std::string_view words_of(Enrolment how) {
    switch (how) {
        case Enrolment::first: return "first";
        case Enrolment::earlier_version: return "earlier_version";
        case Enrolment::invitation: return "invitation";
        case Enrolment::provider: return "oidc";
    }
    return "";
}

void take_credential(PeopleInJournal& all, const Json& body) {
    const auto id = text_in(body, "credential");
    const auto person = text_in(body, "person");
    const auto kind = text_in(body, "kind");
    std::erase_if(all.credentials, [&](const auto& each) {
        const bool is_single = kind == passphrase_kind || kind == provider_kind;
        return is_single && each.second.person == person && each.second.kind == kind;
    });
    all.credentials[id] = {person, kind, text_in(body, "digest")};
}

void take_enrolled(PeopleInJournal& all, const JournalRecord& record) {
    const auto& body = record.body;
    const auto name = text_in(body, "person");
    const auto confirmed = body.find("confirmed");
    const bool is_confirmed = confirmed != body.end() && confirmed->is_boolean() && confirmed->get<bool>();
    if (name.empty() || all.people.contains(name)) return;
    std::erase_if(all.invitations, [](const auto& each) { return each.second.by.empty(); });  // no more first
    all.people[name] = {.id = text_in(body, "id"),
                        .name = name,
                        .let_in_by = text_in(body, "let_in_by"),
                        .enrolled = record.at,
                        .confirmed = is_confirmed};
    take_credential(all, body);
    std::erase_if(all.invitations, [&](const auto& each) { return each.second.person == name; });
}

void take_invited(PeopleInJournal& all, const Json& body) {
    const auto until = policy::read_time(text_in(body, "until"));
    Invitation invitation{
        .hash = text_in(body, "invitation"), .person = text_in(body, "person"), .by = text_in(body, "by")};
    if (!until || invitation.hash.empty()) return;
    invitation.until = *until;
    std::erase_if(all.invitations, [&](const auto& each) {
        return each.second.person == invitation.person || (each.second.by.empty() && invitation.by.empty());
    });
    all.invitations[invitation.hash] = invitation;
}

void take_suspended(PeopleInJournal& all, Person& person, policy::Time at) {
    person.suspended = at;
    std::erase_if(all.invitations, [&](const auto& each) { return each.second.by == person.name; });
    std::erase_if(all.own_keys, [&](const auto& each) { return each.first.first == person.name; });
}

}  // namespace

Guesses Guesses::after_wrong(policy::Time now) const {
    constexpr int allowed = 5;
    constexpr policy::Duration shortest = std::chrono::seconds{30}, longest = std::chrono::minutes{15};
    Guesses next{.wrong = wrong + 1};
    if (next.wrong < allowed) return next;
    const int doubled = std::min(next.wrong - allowed, 5);
    next.until = now + std::min(shortest * (1 << doubled), longest);
    return next;
}

std::optional<Error> Guesses::refusal(const std::string& name, policy::Time now) const {
    if (until <= now) return std::nullopt;
    return Error{Errc::rate_limited, "Too many wrong passphrases for " + name +
                                         ". Nothing was changed. Try again in " +
                                         policy::format_duration(until - now) + "."};
}

Json Ended::json() const {
    return {{"sessions", sessions}, {"codes", codes},       {"keys", keys},
            {"grants", grants},     {"own_keys", own_keys}, {"permissions", permissions},
            {"votes", votes},       {"requests", requests}, {"invitations", invitations}};
}

Error not_enrolled(std::string_view undone) {
    return {Errc::not_found, "No one of that name is enrolled. " + std::string(undone)};
}

Result<void> PeopleInJournal::may_decide(const std::string& name, std::string_view undone) const {
    const auto found = people.find(name);
    if (found != people.end() && found->second.decides()) return {};
    if (found != people.end())
        return Error{Errc::refused, name + " may not decide here. " + std::string(undone)};
    return Error{Errc::refused, name + " is not enrolled here. " + std::string(undone) + " " +
                                    (people.empty() ? "Be the first: " + tools::own_command("people first")
                                                    : "Ask a person who is enrolled for an invitation.")};
}

bool PeopleInJournal::suspended(const std::string& name) const {
    const auto found = people.find(name);
    return found != people.end() && found->second.suspended;
}

bool PeopleInJournal::has_own_credential(const std::string& name) const {
    return std::ranges::any_of(credentials, [&](const auto& each) {
        return each.second.person == name && each.second.kind != provider_kind;
    });
}

bool PeopleInJournal::counts(const Invitation& invitation, policy::Time now) const {
    if (invitation.until <= now) return false;
    return invitation.by.empty() ? people.empty() : may_decide(invitation.by, "").has_value();
}

std::size_t PeopleInJournal::open_invitations(const std::string& by, policy::Time now) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        invitations, [&](const auto& each) { return each.second.by == by && counts(each.second, now); }));
}

std::size_t PeopleInJournal::deciding() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(people, [](const auto& each) { return each.second.decides(); }));
}

bool PeopleInJournal::knows(const Credential& row) const {
    const auto found = credentials.find(row.id);
    return found != credentials.end() && found->second.person == row.person &&
           found->second.kind == row.kind && found->second.digest == digest_of_credential(row);
}

std::string digest_of_credential(const Credential& credential) {
    return policy::sha256(policy::canonical_json({{"credential", credential.id},
                                                  {"person", credential.person},
                                                  {"kind", credential.kind},
                                                  {"secret", credential.secret}}));
}

Json credential_body(const Credential& credential) {
    Json body = {{"person", credential.person},
                 {"credential", credential.id},
                 {"kind", credential.kind},
                 {"digest", digest_of_credential(credential)}};
    if (credential.kind == passkey_kind) body["passkey"] = Json::parse(credential.secret);
    if (credential.kind == provider_kind) body["oidc"] = Json::parse(credential.secret);
    return body;
}

Json enrolled_body(const Person& person, const Credential& credential, Enrolment how) {
    auto body = credential_body(credential);
    body["id"] = person.id;
    body["how"] = words_of(how);
    body["let_in_by"] = person.let_in_by;
    body["confirmed"] = person.confirmed;
    return body;
}

Json removed_body(const Passkey& passkey, const std::string& by) {
    return {{"person", passkey.person}, {"credential", passkey.id}, {"name", passkey.name}, {"by", by}};
}

Json invited_body(const Invitation& invitation) {
    return {{"person", invitation.person},
            {"by", invitation.by},
            {"until", policy::format_time(invitation.until)},
            {"invitation", invitation.hash}};
}

std::string person_id_of(const Invitation& invitation) {
    constexpr std::size_t prefix = std::string_view("sha256:").size(), length = 26;
    return "prs_" + policy::sha256("person of " + invitation.hash).substr(prefix, length);
}

Json pairing_body(const Invitation& invitation, const Json& where) {
    auto body = invited_body(invitation);
    body["where"] = where;
    return body;
}

void PeopleInJournal::take(const JournalRecord& record) {
    const auto found = people.find(text_in(record.body, "person"));
    const bool known = found != people.end();
    if (record.kind == "person_enrolled") take_enrolled(*this, record);
    if (record.kind == "person_invited" || (record.kind == "person_pairing" && people.empty()))
        take_invited(*this, record.body);
    if (record.kind == "person_credential" && known) take_credential(*this, record.body);
    if (record.kind == "person_credential_removed" && known)
        credentials.erase(text_in(record.body, "credential"));
    if ((record.kind == "person_key_entered" || record.kind == "person_key_replaced") && known)
        own_keys[{found->first, text_in(record.body, "base_url")}] = text_in(record.body, "digest");
    if (record.kind == "person_key_ended" && known)
        own_keys.erase({found->first, text_in(record.body, "base_url")});
    if (record.kind == "person_confirmed" && known) found->second.confirmed = true;
    if (record.kind == "person_suspended" && known) take_suspended(*this, found->second, record.at);
}

}  // namespace tfy::storage
