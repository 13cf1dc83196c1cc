#include "server/rotations/rotation_records.hpp"
#include "tools/own_command.hpp"

namespace tfy::rotations {
namespace {

using access_tokens::Rotation;
using RotationState = Rotation::State;

Json body_of(const storage::RotationRow& row, const policy::Seals& seal) {
    auto body = access_tokens::report(row.rotation, seal);
    body.erase("message");
    body["rotation_id"] = row.rotation.id;
    body.erase("id");
    body["reveal_id"] = row.reveal_id;
    body["principal"] = row.principal;
    body["base_url"] = row.base_url;
    body["tries"] = row.tries;
    return body;
}

Error too_late(const Rotation& rotation, const policy::Seals& seal) {
    return {Errc::refused, "The old token can no longer be kept. Nothing was changed. " +
                               access_tokens::describe(rotation, seal)};
}

}  // namespace

journal::JournalEntry rotation_entry(std::string kind, const storage::RotationRow& row,
                                     const redaction::Redactor& redactor, policy::Time now) {
    return {std::move(kind), row.rotation.approval_id, redactor.seal(body_of(row, redactor)), now};
}

Result<Rotation> keep_rotation(storage::Ledger& ledger, const std::string& id, const policy::Human& person,
                               const redaction::Redactor& redactor, policy::Time now) {
    auto found = ledger.find_rotation(id);
    if (!found) return found.error();
    if (!*found)
        return Error{Errc::not_found,
                     "No rotation has this id. Nothing was changed. List the rotations under way: " +
                         tools::own_command("approvals list")};
    auto row = std::move(**found);
    if (row.rotation.because == Rotation::Kept::by_person) return row.rotation;
    if (row.rotation.state != RotationState::waiting && row.rotation.state != RotationState::due)
        return too_late(row.rotation, redactor);
    row.rotation.state = RotationState::kept;
    row.rotation.because = Rotation::Kept::by_person;
    auto body = body_of(row, redactor);
    body["by"] = person.name();
    body["assurance"] = policy::to_string(person.assurance());
    const journal::JournalEntry entry{"rotation_kept", row.rotation.approval_id, redactor.seal(body), now};
    if (auto written = ledger.change_rotation(row, entry); !written) return written.error();
    return row.rotation;
}

}  // namespace tfy::rotations
