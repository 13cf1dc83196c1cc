#include "server/people/client_form.hpp"

#include "policy/dialogue/approval_text.hpp"

namespace tfy::people {
namespace {

using policy::Approval;

Json decision_field() {
    return {{"type", "string"},
            {"title", "Decision"},
            {"description", "Approve or deny exactly this call."},
            {"enum", {"approve", "deny"}}};
}

Json destination_field(const dialogue::DestinationOffer& offer) {
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

std::string text_of(const Json& content, const char* key) {
    const auto found = content.find(key);
    return found != content.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

}  // namespace

Json ClientForm::form(const Approval& approval, policy::Time now, protocol::Version version,
                      const dialogue::DestinationOffer& offer, const std::string& problem) {
    Json properties = {{"decision", decision_field()}};
    Json required = {"decision"};
    const auto& facts = approval.facts;
    if (!facts.to_type().empty()) {
        properties["confirm_name"] = {
            {"type", "string"},
            {"title", facts.confirmation.empty() ? "Type the token's name" : "Type the whole sentence"},
            {"description", "To approve, type: " + policy::shown(facts.to_type(), 200)}};
    }
    if (!offer.empty()) properties["destination"] = destination_field(offer);
    properties["reason"] = {{"type", "string"},
                            {"title", "Reason"},
                            {"description", "The agent is told; the journal keeps it."},
                            {"maxLength", 500}};
    if (approval.terms.reason_required) required.push_back("reason");
    const Json schema = {{"type", "object"}, {"properties", properties}, {"required", required}};
    const auto message =
        (problem.empty() ? std::string{} : problem + "\n\n") + dialogue::screen(approval, now, offer);
    return protocol::write_form(message, schema, version);
}

// Not by the client's name: that is the client's own choice, and another name would be another person.
policy::Human ClientForm::person() { return {"the person behind the client", policy::Assurance::client}; }

ClientForm::Answer ClientForm::read(const protocol::Elicited& elicited, std::string shown_digest,
                                    const dialogue::DestinationOffer& offer) {
    using Kind = Answer::Kind;
    if (elicited.action == protocol::Elicited::Action::cancel) return {.kind = Kind::cancel};
    policy::DecisionInput choice{.reason = text_of(elicited.content, "reason"),
                                 .typed_name = text_of(elicited.content, "confirm_name"),
                                 .digest = std::move(shown_digest)};
    if (elicited.action == protocol::Elicited::Action::decline)
        return {.kind = Kind::deny, .choice = std::move(choice)};
    if (!offer.empty()) choice.destination = offer.front().destination;
    if (const auto destination = text_of(elicited.content, "destination"); !destination.empty()) {
        choice.destination = dialogue::read_offered(offer, destination);
        if (!choice.destination)
            return {.problem = "Choose one of the listed destinations. Nothing was done."};
    }
    const auto decision = text_of(elicited.content, "decision");
    if (decision == "approve") return {.kind = Kind::approve, .choice = std::move(choice)};
    if (decision == "deny") return {.kind = Kind::deny, .choice = std::move(choice)};
    return {.problem = "Choose \"approve\" or \"deny\". Nothing was done."};
}

}  // namespace tfy::people
