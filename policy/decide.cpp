// What people may do with a request that waits: say yes, say no, make it narrower, give it more time.
#include <algorithm>
#include <utility>

#include "policy/refusals.hpp"
#include "policy/signature.hpp"
#include "policy/visible.hpp"

namespace tfy::policy {
namespace {

using State = Approval::State;

bool blank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

/// Why no one can decide now.
std::optional<Error> over(const Approval& approval, Time now) {
    if (approval.state() != State::pending) return wrong_state(approval, "can no longer be decided");
    if (is_late(approval, now)) return late(approval);
    return std::nullopt;
}

using Cannot = std::optional<std::string> (*)(const Approval&, std::string_view, const Seals&);

/// Why no one, or not this person, can do now what `cannot` tells of.
std::optional<Error> undecidable(const Approval& approval, std::string_view name, Time now, Cannot cannot,
                                 const Seals& seal) {
    if (auto why = over(approval, now)) return why;
    if (auto why = cannot(approval, name, seal)) return refuse(Errc::refused, *why);
    return std::nullopt;
}

std::optional<Error> not_what_was_shown(const Approval& approval, std::string_view digest) {
    if (digest == approval.digest()) return std::nullopt;
    return refuse(Errc::superseded,
                  "The request has changed since it was shown. Look at it again, then decide.");
}

std::optional<Error> not_sure_enough(const Approval& approval, Assurance assurance) {
    if (assurance >= approval.terms().min_assurance) return std::nullopt;
    if (approval.terms().min_assurance == Assurance::passkey)
        return refuse(
            Errc::refused,
            "The rule asks that this decision is signed with your passkey, and it is not. Sign it on "
            "the approvals page, where you can also register a passkey.");
    return refuse(Errc::refused, "This request needs an approval with assurance '" +
                                     std::string(to_string(approval.terms().min_assurance)) +
                                     "', and this one has '" + std::string(to_string(assurance)) +
                                     "'. Approve it on a channel with that assurance.");
}

/// As it is, or as it was shown: what cannot be seen is typed by its mark, and what is long as far as it is
/// read.
bool typed_right(const Facts& facts, const std::string& typed, const Seals& seal) {
    const auto& wanted = facts.to_type();
    constexpr std::size_t in_forms = 200;
    return wanted.empty() || typed == wanted || typed == shown(seal, wanted) ||
           typed == shown(seal, wanted, in_forms);
}

/// Why this yes, however sure, is not enough.
std::optional<Error> insufficient(const Approval& approval, const DecisionInput& choice, const Seals& seal) {
    if (!typed_right(approval.facts, choice.typed_name, seal))
        return refuse(Errc::refused,
                      std::string("To approve, type ") +
                          (approval.facts.confirmation.empty() ? "the token's name exactly: " : "exactly: ") +
                          shown(seal, approval.facts.to_type(), 200) + ".");
    if (approval.terms().reason_required && blank(choice.reason))
        return refuse(Errc::refused, "The rule asks for a reason. Give one.");
    return std::nullopt;
}

std::optional<Error> without_reason(std::string_view reason) {
    if (!blank(reason)) return std::nullopt;
    return refuse(Errc::refused,
                  "A denial needs a reason, which the agent will see. Give one. The request is still open.");
}

/// Nothing if no signature is claimed. What was signed must be this very decision, word for word.
std::optional<Error> not_what_was_signed(const Approval& approval, std::string_view verb, const Human& person,
                                         const DecisionInput& choice, Destination destination, Time now) {
    if (person.assurance() != Assurance::passkey) return std::nullopt;
    const auto& signature = person.signature();
    if (!signature || !signature->statement.is_object())
        return refuse(Errc::refused, "The decision has no signature of a passkey.");
    const auto& said = signature->statement;
    const auto until = read_time(said.value("until", ""));
    if (!until || *until <= now)
        return refuse(Errc::expired, "The passkey's signature is too old. Sign the decision again.");
    const Signing signing{said.value("origin", ""), said.value("nonce", ""), *until};
    if (said == decision_statement(approval, verb, choice, destination, person.name(), signing))
        return std::nullopt;
    return refuse(Errc::superseded,
                  "The passkey signed another decision than this one: the request or the choice has changed "
                  "since. Look at it again, then sign it again.");
}

Json signature_of(const Human& person) {
    return person.signature() ? person.signature()->json() : Json(nullptr);
}

/// All who approve one request approve the same: the first one chooses, the others may only agree.
Result<Destination> destination_of(const Approval& approval, const DecisionInput& choice) {
    if (!approval.facts.yields_value) return Destination::none;
    if (!approval.votes().empty()) {
        const auto chosen = approval.votes().front().destination;
        if (!choice.destination || *choice.destination == chosen) return chosen;
        return refuse(Errc::refused, "The first approver chose that the new value goes to '" +
                                         std::string(to_string(chosen)) +
                                         "'. Approve that, or deny the request.");
    }
    const auto& allowed = approval.terms().destinations;
    if (!choice.destination) return allowed.empty() ? Destination::none : allowed.front();
    if (std::ranges::find(allowed, *choice.destination) != allowed.end()) return *choice.destination;
    return refuse(Errc::refused, "The rule does not allow the destination '" +
                                     std::string(to_string(*choice.destination)) +
                                     "'. Choose another destination.");
}

}  // namespace

std::optional<std::string> cannot_approve(const Approval& approval, std::string_view name,
                                          const Seals& seal) {
    if (auto why = excluded(approval.terms(), approval.call.caller, name, seal)) return why;
    if (std::ranges::find(approval.votes(), name, &Approval::Decision::by) != approval.votes().end())
        return shown(seal, name, 100) +
               " has already approved this request. Another person must approve it too.";
    return std::nullopt;
}

std::optional<std::string> cannot_deny(const Approval& approval, std::string_view name, const Seals& seal) {
    const auto& own = approval.call.caller.person;
    if (!own.empty() && name == own) return std::nullopt;
    auto terms = approval.terms();
    terms.self_approval = true;  // is about a yes only
    return excluded(terms, approval.call.caller, name, seal);
}

std::optional<std::string> cannot_narrow(const Approval& approval, std::string_view name, const Seals& seal) {
    return excluded(approval.terms(), approval.call.caller, name, seal);
}

std::optional<std::string> cannot_extend(const Approval& approval, std::string_view name, const Seals& seal) {
    if (approval.extended)
        return "This request's time was extended already, by " + shown(seal, approval.extended->by, 100) +
               ". Decide on it, or let the agent ask again.";
    if (approval.is_all_its_time())
        return "This request has all the time that there is: what it asks for can be done until " +
               format_time_for_people(approval.expires) + ", and no longer. Decide on it.";
    return cannot_deny(approval, name, seal);
}

Result<Json> approval_to_sign(const Approval& approval, std::string_view person, const DecisionInput& choice,
                              const Signing& signing, Time now, const Seals& seal) {
    if (auto why = undecidable(approval, person, now, cannot_approve, seal)) return *std::move(why);
    if (auto why = not_what_was_shown(approval, choice.digest)) return *std::move(why);
    if (auto why = insufficient(approval, choice, seal)) return *std::move(why);
    const auto destination = destination_of(approval, choice);
    if (!destination) return destination.error();
    return decision_statement(approval, "approve", choice, *destination, person, signing);
}

Result<Json> denial_to_sign(const Approval& approval, std::string_view person, const std::string& reason,
                            const Signing& signing, Time now, const Seals& seal) {
    if (auto why = undecidable(approval, person, now, cannot_deny, seal)) return *std::move(why);
    if (auto why = without_reason(reason)) return *std::move(why);
    return decision_statement(approval, "deny", {.reason = reason}, Destination::none, person, signing);
}

Result<Approval> approve(Approval approval, const Human& person, const DecisionInput& choice, Time now,
                         Duration claim_window, const Seals& seal) {
    if (auto why = undecidable(approval, person.name(), now, cannot_approve, seal)) return *std::move(why);
    if (auto why = not_what_was_shown(approval, choice.digest)) return *std::move(why);
    if (auto why = not_sure_enough(approval, person.assurance())) return *std::move(why);
    if (auto why = insufficient(approval, choice, seal)) return *std::move(why);
    const auto destination = destination_of(approval, choice);
    if (!destination) return destination.error();
    if (auto why = not_what_was_signed(approval, "approve", person, choice, *destination, now))
        return *std::move(why);
    approval.votes_.push_back({.approved = true,
                               .by = person.name(),
                               .assurance = person.assurance(),
                               .at = now,
                               .reason = choice.reason,
                               .destination = *destination,
                               .signature = signature_of(person)});
    if (approval.votes().size() < approval.terms().quorum) return approval;
    approval.decision_ = approval.votes().back();
    approval.state_ = State::approved;
    approval.updated = now;
    approval.expires = approval.facts.no_later(now + claim_window);
    return approval;
}

Result<Approval> deny(Approval approval, const Human& person, std::string reason, Time now,
                      const Seals& seal) {
    if (auto why = undecidable(approval, person.name(), now, cannot_deny, seal)) return *std::move(why);
    if (person.assurance() != Assurance::client)
        if (auto why = without_reason(reason)) return *std::move(why);
    if (auto why = not_what_was_signed(approval, "deny", person, {.reason = reason}, Destination::none, now))
        return *std::move(why);
    approval.decision_ = {.approved = false,
                          .by = person.name(),
                          .assurance = person.assurance(),
                          .at = now,
                          .reason = std::move(reason),
                          .signature = signature_of(person)};
    approval.state_ = State::denied;
    approval.updated = now;
    return approval;
}

Result<Approval> extend(Approval approval, const Human& person, Time now, const Seals& seal) {
    if (auto why = undecidable(approval, person.name(), now, cannot_extend, seal)) return *std::move(why);
    approval.extended = {person.name(), now};
    approval.expires = approval.facts.no_later(approval.expires + (approval.expires - approval.created));
    return approval;
}

Result<Approval> narrow(Approval approval, const Human& person, std::string_view shown_digest, Json arguments,
                        Facts facts, Time now, const Seals& seal) {
    if (auto why = undecidable(approval, person.name(), now, cannot_narrow, seal)) return *std::move(why);
    if (auto why = not_what_was_shown(approval, shown_digest)) return *std::move(why);
    // A passkey signs decisions, and this is none.
    const auto sure = person.assurance() == Assurance::signed_in ? Assurance::passkey : person.assurance();
    if (auto why = not_sure_enough(approval, sure)) return *std::move(why);
    if (arguments == approval.call.arguments)
        return refuse(Errc::refused, "This changes nothing: the request already asks for exactly that.");
    approval.narrowings.push_back({person.name(), now, std::move(approval.call.arguments)});
    approval.call.arguments = std::move(arguments);
    approval.digest_ = digest(approval.call);
    approval.facts = std::move(facts);
    approval.votes_.clear();
    return approval;
}

}  // namespace tfy::policy
