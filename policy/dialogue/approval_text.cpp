#include "policy/dialogue/approval_text.hpp"

#include <limits>

#include "policy/call_words.hpp"
#include "policy/canonical_json.hpp"
#include "policy/narrowed_arguments.hpp"
#include "policy/program_words.hpp"
#include "policy/visible.hpp"

namespace tfy::dialogue {
namespace {

using policy::Approval;
using State = policy::Approval::State;

/// A time as the facts say it; all else as it is.
std::string value_words(const std::string& value, const policy::Seals& seal) {
    const auto time = value.ends_with('Z') ? policy::read_time(value) : std::nullopt;
    return time ? policy::format_time_for_people(*time) : policy::shown(seal, value);
}

// Who may decide, and who has; nothing if any person may, alone.
std::string people_lines(const Approval& approval, const policy::Seals& seal) {
    const auto& terms = approval.terms();
    std::string text;
    if (!terms.approvers.empty()) text += "May decide: " + policy::shown_names(terms.approvers, seal) + "\n";
    if (!terms.self_approval && !approval.call.caller.person.empty())
        text += "Cannot approve: " + policy::shown(seal, approval.call.caller.person, 100) +
                ", whose agent asks\n";
    if (terms.quorum == 1) return text;
    text += "Approvals: " + std::to_string(approval.votes().size()) + " of " + std::to_string(terms.quorum);
    for (const auto& vote : approval.votes())
        text += (&vote == &approval.votes().front() ? ": " : ", ") + policy::shown(seal, vote.by, 100);
    return text + "\n";
}

// The arguments whole, one a line, strings made safe to look at.
void write_arguments(std::string& out, const Json& value, const std::string& path,
                     const policy::Seals& seal) {
    if (value.is_object() && !value.empty()) {
        for (const auto& [key, member] : value.items())
            write_arguments(out, member,
                            path.empty() ? policy::shown(seal, key) : path + "." + policy::shown(seal, key),
                            seal);
        return;
    }
    const auto text = value.is_string() ? value.get<std::string>() : policy::canonical_json(value);
    out += "  " + path + " = " + policy::shown(seal, text, std::numeric_limits<std::size_t>::max()) +
           "\n";  // whole: nothing may hide behind a cut
}

/// When the facts were read: they say how it was then.
policy::Time read_at(const Approval& approval) {
    return approval.narrowings.empty() ? approval.created : approval.narrowings.back().at;
}

std::string destination_words(const DestinationOffer& offer) {
    if (offer.empty()) return {};
    return "Where the new value can go: " + meanings_of(offer) + ".\n";
}

// Nothing here is known to be so: no word of it may stand among what this server verified.
std::string claimed_lines(const Approval& approval, const policy::Seals& seal) {
    const auto claimed = [&seal](const std::string& text) {
        return text.empty() ? std::string("none given") : policy::between_quotes(policy::shown(seal, text));
    };
    const auto reason = policy::reason_given(approval, seal);
    return "\nClaimed by the caller (not verified):\n  Client: " + claimed(approval.call.caller.client) +
           (reason ? "\n  Reason: " + claimed(*reason) : std::string{}) + "\n";
}

}  // namespace

std::string narrowing_lines(const Approval& approval, const policy::Seals& seal) {
    if (approval.narrowings.empty()) return {};
    std::string text =
        "Changed by " + policy::shown(seal, approval.narrowings.back().by, 100) + " since it was asked:\n";
    for (const auto& each : policy::narrowed_arguments(approval))
        text +=
            "  " + policy::label_of(policy::shown(seal, each.argument)) + ": " + value_words(each.now, seal) +
            (each.asked.empty() ? " (it was not given)" : " instead of " + value_words(each.asked, seal)) +
            "\n";
    return text;
}

std::string screen(const Approval& approval, policy::Time now, const policy::Seals& seal) {
    return screen(approval, now, offer_with_page(approval.terms()), seal);
}

std::string screen(const Approval& approval, policy::Time now, const DestinationOffer& offer,
                   const policy::Seals& seal) {
    const bool waits = approval.state() == State::pending;
    std::string text = policy::headline(approval, seal) + (waits ? "?" : "") + "\n\nVerified by this server" +
                       (waits ? "" : " on " + policy::format_time_for_people(read_at(approval))) + ":\n";
    for (const auto& fact : approval.facts.shown)
        text += "  " + fact.label + ": " + policy::shown(seal, fact.value) + "\n";
    text += "  Asked by: " + policy::shown(seal, policy::asker_of(approval.call.caller)) + "\n";
    if (const auto program = policy::program_words(approval.call.caller.program, seal); !program.empty())
        text += "  Its program: " + program + "\n";
    if (const auto id = policy::follows_from(approval); !id.empty())
        text += "  Follows from: request " + policy::shown(seal, id) + "\n";
    for (const auto& warning : approval.facts.warnings)
        text += "  Warning: " + policy::shown(seal, warning) + "\n";
    text += claimed_lines(approval, seal);
    text += "\nExact arguments:\n";
    write_arguments(text, approval.call.arguments, "", seal);
    text += narrowing_lines(approval, seal);
    text += "\nDigest: " + policy::short_digest(approval.digest()) + "\n";
    if (!approval.terms().because.empty())
        text += "Rule: " + policy::shown(seal, approval.terms().because) + "\n";
    text += people_lines(approval, seal);
    if (!waits) return text;
    text += "\nOn approval: " + policy::shown(seal, approval.facts.effect) + "\n" + destination_words(offer);
    text +=
        "Time left: " + policy::format_duration(std::max(approval.expires - now, policy::Duration{0})) + "\n";
    return text;
}

}  // namespace tfy::dialogue
