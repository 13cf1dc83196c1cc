#include "server/storage/people_in_journal.hpp"

#include <algorithm>

#include "policy/canonical_json.hpp"
#include "protocol/text_in.hpp"

namespace tfy::storage {
namespace {

using protocol::text_in;

using journal::JournalRecord;

std::string_view words_of(Enrolment how) {
    switch (how) {
        case Enrolment::first: return "first";
        case Enrolment::earlier_version: return "earlier_version";
        case Enrolment::invitation: return "invitation";
    }
    return "";
}

void take_credential(PeopleInJournal& all, const Json& body) {
    const auto id = text_in(body, "credential");
    const auto person = text_in(body, "person");
    const auto kind = text_in(body, "kind");
    std::erase_if(all.credentials, [&](const auto& each) {
        return kind == passphrase_kind && each.second.person == person && each.second.kind == kind;
    });
    all.credentials[id] = {person, kind, text_in(body, "digest")};
}

void take_enrolled(PeopleInJournal& all, const JournalRecord& record) {
    const auto& body = record.body;
    const auto name = text_in(body, "person");
    const auto confirmed = body.find("confirmed");
    const bool is_confirmed = confirmed != body.end() && confirmed->is_boolean() && confirmed->get<bool>();
    if (name.empty() || all.people.contains(name)) return;
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
    std::erase_if(all.invitations, [&](const auto& each) { return each.second.person == invitation.person; });
    all.invitations[invitation.hash] = invitation;
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

std::size_t PeopleInJournal::deciding() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(people, [](const auto& each) { return each.second.decides(); }));
}

std::string digest_of_credential(const Credential& credential) {
    return policy::sha256(policy::canonical_json({{"credential", credential.id},
                                                  {"person", credential.person},
                                                  {"kind", credential.kind},
                                                  {"secret", credential.secret}}));
}

Json credential_body(const Credential& credential) {
    return {{"person", credential.person},
            {"credential", credential.id},
            {"kind", credential.kind},
            {"digest", digest_of_credential(credential)}};
}

Json enrolled_body(const Person& person, const Credential& credential, Enrolment how) {
    auto body = credential_body(credential);
    body["id"] = person.id;
    body["how"] = words_of(how);
    body["let_in_by"] = person.let_in_by;
    body["confirmed"] = person.confirmed;
    return body;
}

Json passkey_body(const Credential& credential) {
    auto body = credential_body(credential);
    body["passkey"] = Json::parse(credential.secret);
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

PeopleInJournal people_in(const std::vector<JournalRecord>& records) {
    PeopleInJournal all;
    for (const auto& record : records) {
        const auto found = all.people.find(text_in(record.body, "person"));
        const bool known = found != all.people.end();
        if (record.kind == "person_enrolled") take_enrolled(all, record);
        if (record.kind == "person_invited") take_invited(all, record.body);
        if (record.kind == "person_credential" && known) take_credential(all, record.body);
        if (record.kind == "person_credential_removed" && known)
            all.credentials.erase(text_in(record.body, "credential"));
        if (record.kind == "person_confirmed" && known) found->second.confirmed = true;
        if (record.kind == "person_suspended" && known) found->second.suspended = record.at;
    }
    return all;
}

}  // namespace tfy::storage
