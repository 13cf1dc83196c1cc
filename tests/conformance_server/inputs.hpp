// Asking a modern client: the answer is input_required, and the client calls again with what was asked for.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tests/conformance_server/fixture.hpp"

namespace tfy::conformance {

struct Question {
    std::string key;
    std::string method;
    Json params = Json::object();
};

Question form(const Requester& requester, std::string key, std::string message, std::string field,
              std::string type = "string");
Question sample(std::string key, std::string prompt, int max_tokens);
Question roots(std::string key);

/// {key: {method, params}}.
Json write_questions(const std::vector<Question>& questions);

/// Whether the client declares what `question` needs.
bool can_answer(const Requester& requester, const Question& question);

/// An InputRequiredResult. Errc::missing_capability if the client cannot answer all of it.
Result<MethodResult> ask(const Requester& requester, const std::vector<Question>& questions,
                         std::string state = {});

/// The field of an accepted form; nullopt if that key was not answered, the person did not accept, or the
/// field has another type. Errc::invalid_params for what is no ElicitResult.
Result<std::optional<std::string>> accepted_text(const Json& responses, std::string_view key,
                                                 std::string_view field);

/// What is sealed into a requestState. Errc::invalid_params for one that was not issued here, bit for bit.
std::string seal(const Rooms& rooms, const Json& state);
Result<Json> open(const Rooms& rooms, std::string_view state);

}  // namespace tfy::conformance
