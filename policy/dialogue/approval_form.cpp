#include "policy/dialogue/approval_form.hpp"

#include "policy/dialogue/approval_text.hpp"
#include "policy/visible.hpp"
#include "protocol/elicitation.hpp"
#include "protocol/text_in.hpp"

namespace tfy::dialogue {
namespace {

using policy::Approval;

Json decision_field() {
    return {{"type", "string"},
            {"title", "Decision"},
            {"description", "Approve or deny exactly this call."},
            {"enum", {"approve", "deny"}}};
}

Json destination_field(const DestinationOffer& offer) {
    Json names = Json::array();
    std::string meanings;
    for (const auto& each : offer) {
        names.push_back(each.name);
        meanings += (meanings.empty() ? "" : " ") + each.name + ": " + each.meaning + ".";
    }
    return {{"type", "string"},
            {"title", "Destination of the value"},
            {"description", meanings},
            {"enum", names},
            {"default", offer.front().name}};
}

}  // namespace

Json approval_form(const Approval& approval, policy::Time now, protocol::Version version,
                   const DestinationOffer& offer, const std::string& problem, const policy::Seals& seal) {
    Json properties = {{"decision", decision_field()}};
    Json required = {"decision"};
    const auto& facts = approval.facts;
    if (!facts.to_type().empty()) {
        properties["confirm_name"] = {
            {"type", "string"},
            {"title", facts.confirmation.empty() ? "Type the token's name" : "Type the whole sentence"},
            {"description", "To approve, type: " + policy::shown(seal, facts.to_type(), 200)}};
    }
    if (!offer.empty()) properties["destination"] = destination_field(offer);
    properties["reason"] = {{"type", "string"},
                            {"title", "Reason"},
                            {"description", "The agent sees it; the journal records it."},
                            {"maxLength", 500}};
    if (approval.terms().reason_required) required.push_back("reason");
    const Json schema = {{"type", "object"}, {"properties", properties}, {"required", required}};
    const auto message =
        (problem.empty() ? std::string{} : problem + "\n\n") + screen(approval, now, offer, seal);
    return protocol::write_form(message, schema, version);
}

Json page_question(const Approval& approval, std::string address, protocol::Version version,
                   const policy::Seals& seal) {
    return protocol::write_url(
        "Approve or deny on the approvals page: " + policy::shown(seal, approval.facts.effect),
        std::move(address), approval.id, version);
}

Result<Decide> read_form(const Json& elicited, std::string shown_digest, const DestinationOffer& offer) {
    using protocol::Elicited;
    using What = Decide::What;
    const auto read = protocol::read_elicited(elicited);
    if (!read) return read.error();
    if (read->action == Elicited::Action::cancel) return Decide{What::withdraw};
    policy::DecisionInput choice{.reason = protocol::text_in(read->content, "reason"),
                                 .typed_name = protocol::text_in(read->content, "confirm_name"),
                                 .digest = std::move(shown_digest)};
    if (read->action == Elicited::Action::decline) return Decide{What::deny, std::move(choice)};
    if (!offer.empty()) choice.destination = offer.front().destination;
    if (const auto destination = protocol::text_in(read->content, "destination"); !destination.empty()) {
        choice.destination = read_offered(offer, destination);
        if (!choice.destination)
            return Error{Errc::refused, "Choose one of the listed destinations. Nothing was done."};
    }
    const auto decision = protocol::text_in(read->content, "decision");
    if (decision == "approve") return Decide{What::approve, std::move(choice)};
    if (decision == "deny") return Decide{What::deny, std::move(choice)};
    return Error{Errc::refused, "Choose \"approve\" or \"deny\". Nothing was done."};
}

bool opened_page(const Json& elicited) {
    const auto read = protocol::read_elicited(elicited);
    return read && read->action == protocol::Elicited::Action::accept;
}

}  // namespace tfy::dialogue
