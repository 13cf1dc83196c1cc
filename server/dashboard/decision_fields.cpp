#include "server/dashboard/decision_fields.hpp"

#include <tuple>

#include "server/dashboard/body_fields.hpp"

namespace tfy::dashboard {
namespace {

constexpr std::string_view undecided = "Nothing was decided.";

}  // namespace

Result<policy::DecisionInput> read_choice(const Json& body, const policy::Seals& seal) {
    policy::DecisionInput choice;
    for (const auto& [name, into] : {std::pair{"digest", &choice.digest},
                                     {"typed_name", &choice.typed_name},
                                     {"reason", &choice.reason}}) {
        auto text = text_field(body, name);
        if (!text) return bad_text(name, undecided);
        *into = std::move(*text);
    }
    choice.reason = seal.seal_text(choice.reason).text();
    if (choice.digest.empty())
        return Error{
            Errc::refused,
            "The digest of the request that was shown is missing. Nothing was decided. Reload the page."};
    const auto destination = text_field(body, "destination");
    if (!destination) return bad_text("destination", undecided);
    if (destination->empty()) return choice;
    choice.destination = policy::read_destination(*destination);
    if (!choice.destination)
        return Error{Errc::refused, "The destination must be page, agent or none. Nothing was decided."};
    return choice;
}

Result<std::string> read_reason(const Json& body, const policy::Seals& seal) {
    auto reason = text_field(body, "reason");
    if (!reason) return bad_text("reason", undecided);
    if (blank(*reason))
        return Error{Errc::refused,
                     "Give a reason for the denial; the agent will see it. Nothing was decided."};
    return std::string(seal.seal_text(*reason).text());
}

Result<people::PasskeyAnswer> read_passkey_answer(const Json& body) {
    const auto bad = [] { return bad_text("passkey", "Nothing was changed."); };
    const auto response = body.is_object() ? body.find("response") : body.end();
    if (response == body.end() || !response->is_object()) return bad();
    people::PasskeyAnswer answer;
    for (const auto& [place, name, into] :
         {std::tuple{&body, "id", &answer.key_id},
          std::tuple{&*response, "authenticatorData", &answer.authenticator_data},
          std::tuple{&*response, "clientDataJSON", &answer.client_data},
          std::tuple{&*response, "signature", &answer.signature}}) {
        auto text = text_field(*place, name);
        if (!text) return bad();
        *into = std::move(*text);
    }
    const auto algorithm = response->find("publicKeyAlgorithm");
    if (algorithm != response->end() && algorithm->is_number_integer())
        answer.algorithm = algorithm->get<int>();
    return answer;
}

}  // namespace tfy::dashboard
