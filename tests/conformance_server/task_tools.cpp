// Tools that become tasks: always, where the client wants it, or after a question.
#include "tests/conformance_server/inputs.hpp"
#include "tests/conformance_server/tasks.hpp"

namespace tfy::conformance {
namespace {

using namespace std::chrono_literals;

/// The client takes a task for an answer: it declares the extension (modern), or asks for one (2025-11-25).
bool takes_task(const Requester& requester, const CallToolParams& params) {
    return protocol::is_modern(requester.context.version) ? requester.context.capabilities.tasks
                                                          : params.task.has_value();
}

Error task_required(const Requester& requester) {
    if (protocol::is_modern(requester.context.version)) return protocol::tasks_required();
    return {Errc::method_not_found, "This tool can only be called as a task."};
}

Async<Result<MethodResult>> slow_compute(Rooms& rooms, Requester& requester, CallToolParams params) {
    const auto seconds = params.arguments.find("seconds");
    if (seconds == params.arguments.end() || !seconds->is_number())
        co_return Error{Errc::invalid_params, "The argument seconds must be a number."};
    const std::chrono::milliseconds time(static_cast<int>(seconds->get<double>() * 1000));
    auto done = text(requester, "Computed.");
    if (takes_task(requester, params)) co_return rooms.tasks.start(requester, time, std::move(done.result));
    co_await pause(time);
    co_return done;
}

Async<Result<MethodResult>> failing_job(Rooms& rooms, Requester& requester, CallToolParams params) {
    if (!takes_task(requester, params)) co_return task_required(requester);
    co_return rooms.tasks.start(requester, 1s, failure(requester, "The job ran, and failed.").result);
}

Async<Result<MethodResult>> protocol_error_job(Rooms& rooms, Requester& requester, CallToolParams params) {
    if (!takes_task(requester, params)) co_return task_required(requester);
    co_return rooms.tasks.start(requester, 100ms, Error{Errc::internal, "The job could not be run."});
}

/// A task that asks. Only modern tasks can: those of 2025-11-25 ask on the stream of tasks/result.
Result<MethodResult> start_asking(Rooms& rooms, const Requester& requester,
                                  const std::vector<Question>& questions, std::string then) {
    if (!requester.context.capabilities.tasks || !protocol::is_modern(requester.context.version))
        return protocol::tasks_required();
    for (const auto& question : questions)
        if (!can_answer(requester, question)) return missing({{"elicitation", Json::object()}});
    auto done = text(requester, std::move(then));
    return rooms.tasks.start_asking(requester, write_questions(questions), std::move(done.result));
}

Async<Result<MethodResult>> confirm_delete(Rooms& rooms, Requester& requester, CallToolParams params) {
    const auto file = text_argument(params.arguments, "filename");
    if (!file) co_return file.error();
    co_return start_asking(rooms, requester,
                           {form(requester, "confirm", "Delete this file?", "confirm", "boolean")},
                           "The answer about " + *file + " has come.");
}

Async<Result<MethodResult>> multi_input(Rooms& rooms, Requester& requester, CallToolParams) {
    co_return start_asking(rooms, requester,
                           {form(requester, "name", "What is your name?", "name"),
                            form(requester, "confirm", "Go on?", "confirm", "boolean")},
                           "Both answers have come.");
}

/// The question comes first, by input_required; the task is made when it is answered.
Async<Result<MethodResult>> tool_with_task(Rooms& rooms, Requester& requester, CallToolParams params) {
    if (!takes_task(requester, params)) co_return task_required(requester);
    const auto name = accepted_text(params.input_responses, "user_name", "name");
    if (!name) co_return name.error();
    if (!*name) co_return ask(requester, {form(requester, "user_name", "What is your name?", "name")});
    auto done = text(requester, "Hello, " + **name + "!");
    co_return rooms.tasks.start(requester, 100ms, std::move(done.result));
}

Json define_task(std::string name, std::string description, std::string support,
                 Json properties = Json::object()) {
    auto definition = define(std::move(name), std::move(description), std::move(properties));
    definition["execution"] = {{"taskSupport", std::move(support)}};
    return definition;
}

}  // namespace

std::vector<Tool> task_tools() {
    const Json seconds = {{"type", "number"}};
    const Json filename = {{"type", "string"}};
    return {
        {define_task("slow_compute", "Takes its time", "optional", {{"seconds", seconds}}), slow_compute},
        {define_task("failing_job", "Runs, and fails", "required"), failing_job},
        {define_task("protocol_error_job", "Cannot be run", "required"), protocol_error_job},
        {define_task("confirm_delete", "Asks one question", "required", {{"filename", filename}}),
         confirm_delete},
        {define_task("multi_input", "Asks two questions", "required"), multi_input},
        {define_task("test_tool_with_task", "Asks, and then becomes a task", "required"), tool_with_task},
    };
}

}  // namespace tfy::conformance
