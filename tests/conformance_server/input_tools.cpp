// Tools that ask a modern client: one question, several at once, one after the other, with and without state.
#include "tests/conformance_server/inputs.hpp"

namespace tfy::conformance {
namespace {

Async<Result<MethodResult>> elicitation(Rooms&, Requester& requester, CallToolParams params) {
    const auto name = accepted_text(params.input_responses, "user_name", "name");
    if (!name) co_return name.error();
    if (!*name) co_return ask(requester, {form(requester, "user_name", "What is your name?", "name")});
    co_return text(requester, "Hello, " + **name + "!");
}

Async<Result<MethodResult>> sampling(Rooms&, Requester& requester, CallToolParams params) {
    const auto said = params.input_responses.find("capital_question");
    if (said == params.input_responses.end())
        co_return ask(requester, {sample("capital_question", "What is the capital of France?", 100)});
    const auto words = text_argument(said->value("content", Json::object()), "text");
    if (!words) co_return words.error();
    co_return text(requester, *words);
}

Async<Result<MethodResult>> list_roots(Rooms&, Requester& requester, CallToolParams params) {
    const auto said = params.input_responses.find("client_roots");
    if (said == params.input_responses.end()) co_return ask(requester, {roots("client_roots")});
    std::string named = "Roots:";
    for (const auto& root : said->value("roots", Json::array()))
        named += " " + root.value("uri", std::string{});
    co_return text(requester, named);
}

/// What comes back without its state, or with one that was changed on the way, is not believed.
Async<Result<MethodResult>> with_state(Rooms& rooms, Requester& requester, CallToolParams params) {
    if (!params.request_state)
        co_return ask(requester, {form(requester, "confirm", "Please confirm", "ok", "boolean")},
                      seal(rooms, {{"asked", "confirm"}}));
    if (const auto state = open(rooms, *params.request_state); !state) co_return state.error();
    co_return text(requester, "state-ok");
}

/// Asks until all is answered; what was answered so far travels in the state.
Async<Result<MethodResult>> multiple_inputs(Rooms& rooms, Requester& requester, CallToolParams params) {
    Json answers = Json::object();
    if (params.request_state) {
        auto state = open(rooms, *params.request_state);
        if (!state) co_return state.error();
        answers = std::move(*state);
    }
    std::vector<Question> open_questions;
    for (auto& question : {form(requester, "user_name", "What is your name?", "name"),
                           sample("greeting", "Generate a greeting", 50), roots("client_roots")}) {
        if (params.input_responses.contains(question.key))
            answers[question.key] = params.input_responses.at(question.key);
        if (!answers.contains(question.key)) open_questions.push_back(question);
    }
    if (!open_questions.empty()) co_return ask(requester, open_questions, seal(rooms, answers));
    co_return text(requester, "All answers: " + answers.dump());
}

/// Which question is open is in the state, not in what the client says.
Async<Result<MethodResult>> multi_round(Rooms& rooms, Requester& requester, CallToolParams params) {
    Json state = {{"open", "step1"}};
    if (params.request_state) {
        auto opened = open(rooms, *params.request_state);
        if (!opened) co_return opened.error();
        state = std::move(*opened);
    }
    if (state.at("open") == "step1") {
        const auto name = accepted_text(params.input_responses, "step1", "name");
        if (!name) co_return name.error();
        if (!*name)
            co_return ask(requester, {form(requester, "step1", "Step 1: What is your name?", "name")},
                          seal(rooms, state));
        state = {{"open", "step2"}, {"name", **name}};
    }
    const auto color = accepted_text(params.input_responses, "step2", "color");
    if (!color) co_return color.error();
    if (!*color)
        co_return ask(requester, {form(requester, "step2", "Step 2: What is your favorite color?", "color")},
                      seal(rooms, state));
    co_return text(requester, state.at("name").get<std::string>() + " likes " + **color + ".");
}

/// Asks what this client can be asked, and nothing else.
Async<Result<MethodResult>> capabilities(Rooms&, Requester& requester, CallToolParams params) {
    std::vector<Question> possible;
    for (auto& question : {form(requester, "user_name", "What is your name?", "name"),
                           sample("greeting", "Generate a greeting", 50)})
        if (can_answer(requester, question)) possible.push_back(question);
    if (possible.empty() || !params.input_responses.empty())
        co_return text(requester, "Answers: " + params.input_responses.dump());
    co_return ask(requester, possible);
}

}  // namespace

std::vector<Tool> input_tools() {
    return {
        {define("test_input_required_result_elicitation", "Asks for a name"), elicitation},
        {define("test_streaming_elicitation", "Asks for a name"), elicitation},
        {define("test_input_required_result_sampling", "Asks for a capital"), sampling},
        {define("test_input_required_result_list_roots", "Asks for the roots"), list_roots},
        {define("test_input_required_result_request_state", "Asks, and knows its own state again"),
         with_state},
        {define("test_input_required_result_tampered_state", "Refuses a state that is not its own"),
         with_state},
        {define("test_input_required_result_multiple_inputs", "Asks three things at once"), multiple_inputs},
        {define("test_input_required_result_multi_round", "Asks one thing after the other"), multi_round},
        {define("test_input_required_result_capabilities", "Asks only what the client can answer"),
         capabilities},
    };
}

}  // namespace tfy::conformance
