// Params in, the feature's answer out, in the members of the requester's revision. Listening to changes:
// listen.cpp.
#include "server/mcp/dispatch.hpp"

#include <algorithm>
#include <memory>

#include "protocol/headers.hpp"
#include "server/loop/failpoint.hpp"

namespace tfy::mcp {
namespace {

using protocol::Request;
using protocol::Version;

constexpr std::size_t page_size = 50;

Error unknown_method(const Request& request, const sealing::Sealer& redaction) {
    return {Errc::method_not_found, "This server has no method " + redaction.quoted(request.method) + "."};
}

/// The id where it surely holds no token's value: a number, a short text, a UUID.
std::optional<protocol::RequestId> harmless(const std::optional<protocol::RequestId>& id) {
    if (!id || !id->json().is_string()) return id;
    const auto& text = id->json().get_ref<const std::string&>();
    constexpr std::size_t short_text = 16;
    constexpr std::size_t uuid = 36;
    const bool hex = text.find_first_not_of("0123456789abcdefABCDEF-") == std::string::npos;
    if (text.size() < short_text || (hex && text.size() <= uuid)) return id;
    return std::nullopt;
}

/// The page of definitions that the request asks for, each as `version` knows it.
template <class Write>
Result<MethodResult> page_answer(std::string_view member, const std::vector<Json>& definitions,
                                 const Json& params, Version version, Write write) {
    const auto cursor = protocol::read_cursor(params);
    if (!cursor) return cursor.error();
    auto page = protocol::page_of(definitions, *cursor, page_size);
    if (!page) return page.error();
    for (auto& item : page->items) item = write(item, version);
    return MethodResult{.result = protocol::write_page(member, std::move(*page), protocol::is_modern(version),
                                                       protocol::for_an_hour)};
}

bool has_parameters(const Request& request) {
    return std::ranges::any_of(request.params.items(),
                               [](const auto& each) { return each.key() != "_meta"; });
}

/// nullptr: none of that uri.
const Skill* find_skill(const SkillFeature* feature, std::string_view uri) {
    if (feature == nullptr) return nullptr;
    for (const auto& skill : feature->skills())
        if (skill.entry.at("uri") == uri) return &skill;
    return nullptr;
}

Result<MethodResult> task_answer(Result<protocol::Task> task, Version version) {
    if (!task) return task.error();
    return MethodResult{.result = protocol::write_task(*task, version)};
}

Result<MethodResult> acknowledged(const Result<void>& done) {
    if (!done) return done.error();
    return MethodResult{};
}

}  // namespace

Dispatch::Dispatch(Features features, Subscriptions& subscriptions, const sealing::Sealer& redaction,
                   protocol::ServerInfo server, Limits limits)
    : features_(features),
      subscriptions_(subscriptions),
      redaction_(redaction),
      server_(std::move(server)),
      methods_(table(features, server_.capabilities)),
      calls_(limits.calls),
      listens_(limits.streams) {
    if (features_.tools == nullptr) return;
    for (const auto& definition : features_.tools->definitions())
        if (protocol::mirrors_arguments(definition.at("inputSchema")))
            mirrored_.insert(definition.at("name").get<std::string>());
}

Dispatch::Table Dispatch::table(const Features& features, const protocol::ServerCapabilities& capabilities) {
    constexpr auto oldest = Version::v2025_03_26;
    constexpr auto with_tasks = Version::v2025_11_25;
    constexpr auto last_legacy = Version::v2025_11_25;
    constexpr auto modern = Version::v2026_07_28;
    Table all = {{"server/discover", {&Dispatch::discover, modern, modern, true}},
                 {"subscriptions/listen", {&Dispatch::listen, modern, modern}},
                 {"ping", {&Dispatch::ping, oldest, last_legacy}}};
    const auto offer = [&all](bool offered, const Table& methods) {
        if (offered) all.insert(methods.begin(), methods.end());
    };
    offer(capabilities.logging, {{"logging/setLevel", {&Dispatch::set_level, oldest, last_legacy}}});
    offer(features.tools != nullptr, {{"tools/list", {&Dispatch::list_tools, oldest, modern, true}},
                                      {"tools/call", {&Dispatch::call_tool, oldest, modern}}});
    offer(features.prompts != nullptr, {{"prompts/list", {&Dispatch::list_prompts, oldest, modern, true}},
                                        {"prompts/get", {&Dispatch::get_prompt, oldest, modern}}});
    offer(features.resources != nullptr,
          {{"resources/list", {&Dispatch::list_resources, oldest, modern}},
           {"resources/templates/list", {&Dispatch::list_templates, oldest, modern, true}},
           {"resources/read", {&Dispatch::read_resource, oldest, modern}}});
    offer(features.skills != nullptr && capabilities.skills,
          {{"skills/list", {&Dispatch::list_skills, modern, modern, true}},
           {"skills/get", {&Dispatch::get_skill, modern, modern}}});
    offer(features.resources != nullptr && capabilities.subscribe,
          {{"resources/subscribe", {&Dispatch::subscribe, oldest, last_legacy}},
           {"resources/unsubscribe", {&Dispatch::unsubscribe, oldest, last_legacy}}});
    offer(features.completions != nullptr, {{"completion/complete", {&Dispatch::complete, oldest, modern}}});
    offer(features.tasks != nullptr, {{"tasks/get", {&Dispatch::get_task, with_tasks, modern}},
                                      {"tasks/update", {&Dispatch::update_task, modern, modern}},
                                      {"tasks/cancel", {&Dispatch::cancel_task, with_tasks, modern}},
                                      {"tasks/list", {&Dispatch::list_tasks, with_tasks, last_legacy}},
                                      {"tasks/result", {&Dispatch::task_result, with_tasks, last_legacy}}});
    return all;
}

Result<Dispatch::Entry> Dispatch::find(const Request& request, const protocol::ClientContext& client) const {
    const auto found = methods_.find(request.method);
    const auto version = client.version;
    if (found == methods_.end() || version < found->second.first || version > found->second.last)
        return unknown_method(request, redaction_);
    if (protocol::is_modern(version) && request.method.starts_with("tasks/") && !client.capabilities.tasks)
        return protocol::tasks_required();
    return found->second;
}

Async<Dispatch::Sealed> Dispatch::answer(Requester& requester, Request request) {
    const auto version = requester.context.version;
    const bool modern = protocol::is_modern(version);
    if (const auto why = unrepeatable(request.id)) co_return refuse(std::nullopt, *why, !modern);
    const auto method = find(request, requester.context);
    if (!method) co_return refuse(request.id, method.error(), !modern);
    const bool same_for_all = method->same_for_all && !has_parameters(request);
    if (same_for_all)
        if (auto kept = prepared(request, version)) co_return Sealed{std::move(*kept), {}};
    auto answer = co_await (this->*method->run)(requester, request);
    if (!answer) co_return refuse(request.id, answer.error(), !modern);
    if (answer->again)
        if (auto kept = prepared(request.id, *answer, version)) co_return Sealed{std::move(*kept), {}};
    auto result = modern ? protocol::modern_result(std::move(answer->result), server_, answer->result_type)
                         : std::move(answer->result);
    const auto message = protocol::write_result(request.id, std::move(result));
    if (answer->reveal) {
        auto sealed = redaction_.now()->seal_reveal(message, std::move(*answer->reveal));
        TFY_FAILPOINT("reveal.leave");
        co_return Sealed{std::move(sealed), {}};
    }
    const auto redactor = redaction_.fresh();
    if (!redactor) co_return refuse(request.id, redactor.error(), !modern);
    std::optional<redaction::Redacted> kept;
    if (same_for_all) kept = prepared_.keep(*redactor, request, version, message.at("result"), answer->order);
    if (answer->again)
        kept = prepared_.keep(*redactor, request.id, *answer->again, version, message.at("result"));
    co_return Sealed{kept ? std::move(*kept) : (*redactor)->seal(message), {}};
}

std::optional<redaction::Redacted> Dispatch::prepared(const Request& request, Version version) {
    const auto known = redaction_.fresh();
    return known ? prepared_.find(*known, request, version) : std::nullopt;
}

/// What was sent for this result before; else `answer` has all of it then.
std::optional<redaction::Redacted> Dispatch::prepared(const protocol::RequestId& id, MethodResult& answer,
                                                      Version version) {
    const auto known = redaction_.fresh();
    auto kept = known ? prepared_.find(*known, id, *answer.again, version) : std::nullopt;
    if (kept) return kept;
    const auto failures = redaction_.failures();
    answer.result = answer.again->make();
    // What was withheld for a moment is not to be sent again.
    if (redaction_.failures() != failures) answer.again.reset();
    return std::nullopt;
}

std::optional<Error> Dispatch::unrepeatable(const protocol::RequestId& id) const {
    if (!id.json().is_string()) return std::nullopt;
    const auto& text = id.json().get_ref<const std::string&>();
    const auto redactor = redaction_.fresh();  // if there is none, no answer repeats an id that may hold one
    if (!redactor || (*redactor)->seal_text(text).text() == text) return std::nullopt;
    return Error{
        Errc::invalid_request,
        "The id of this request holds the value of an access token, so no answer can repeat it. Nothing "
        "was done. Use a number as the id."};
}

Dispatch::Sealed Dispatch::refuse(const std::optional<protocol::RequestId>& id, const Error& error,
                                  bool legacy) const {
    const auto redactor = redaction_.fresh();
    const auto repeated = id && unrepeatable(*id) ? std::nullopt : id;
    if (redactor) return {(*redactor)->seal(protocol::write_error(repeated, error, legacy)), error.code};
    const auto& why = redactor.error();
    return {redaction_.seal_own(protocol::write_error(harmless(id), why, legacy)), why.code};
}

redaction::Redacted Dispatch::revealed_before(const protocol::RequestId& id, Version version) const {
    auto result = protocol::write_tool_result(
        "The value was sent once, on a connection that broke. It may have been delivered. It is not kept and "
        "cannot be "
        "shown again. If it did not arrive, delete the token and create a new one.",
        {{"status", "possibly_delivered"}}, true, version);
    return redaction_.seal(protocol::write_result(id, std::move(result)));
}

const Json* Dispatch::called(const Request& request) const {
    const auto name = request.params.find("name");
    if (features_.tools == nullptr || request.method != "tools/call" || name == request.params.end())
        return nullptr;
    for (const auto& definition : features_.tools->definitions())
        if (definition.at("name") == *name) return &definition;
    return nullptr;
}

bool Dispatch::may_change(const Request& request) const {
    if (request.method == "tasks/update" || request.method == "tasks/cancel") return true;
    const auto* tool = called(request);
    return tool != nullptr && !tool->at("annotations").at("readOnlyHint").get<bool>();
}

const Json& Dispatch::mirrored_schema(const Request& request) const {
    static const Json none;
    const auto* tool = mirrored_.empty() ? nullptr : called(request);
    const bool mirrors =
        tool != nullptr && mirrored_.contains(tool->at("name").get_ref<const std::string&>());
    return mirrors ? tool->at("inputSchema") : none;
}

Async<Result<MethodResult>> Dispatch::discover(Requester&, const Request&) {
    co_return MethodResult{.result = protocol::write_discover(server_)};
}

Async<Result<MethodResult>> Dispatch::ping(Requester&, const Request&) { co_return MethodResult{}; }

Async<Result<MethodResult>> Dispatch::set_level(Requester& requester, const Request& request) {
    const auto level = protocol::read_set_level(request.params);
    if (!level) co_return level.error();
    if (requester.legacy != nullptr) requester.legacy->log_level = *level;
    co_return MethodResult{};
}

Async<Result<MethodResult>> Dispatch::list_tools(Requester& requester, const Request& request) {
    auto answer = page_answer("tools", features_.tools->definitions(), request.params,
                              requester.context.version, protocol::write_tool);
    if (answer) answer->order = protocol::MemberOrder(R"({"tools":)" + features_.tools->as_written() + "}");
    co_return answer;
}

Async<Result<MethodResult>> Dispatch::call_tool(Requester& requester, const Request& request) {
    const auto* params = &request.params;
    Json without;
    // Only 2025-11-25 knows the member; elsewhere it is as unknown as any other.
    if (requester.context.version != Version::v2025_11_25 && params->contains("task")) {
        without = *params;
        without.erase("task");
        params = &without;
    }
    auto read = protocol::read_call_tool(*params);
    if (!read) co_return read.error();
    const auto place = calls_.take(requester.caller.principal);
    if (!place) {
        Result<MethodResult> crowded =
            MethodResult{.result = protocol::write_tool_result(
                             "Too many of your calls are running. Nothing was done. Wait for one to end.",
                             {{"status", "rate_limited"}}, true, requester.context.version)};
        features_.tools->turned_away(requester, read->name, crowded);
        co_return crowded;
    }
    co_return co_await features_.tools->call(requester, std::move(*read));
}

Async<Result<MethodResult>> Dispatch::list_prompts(Requester& requester, const Request& request) {
    co_return page_answer("prompts", features_.prompts->definitions(), request.params,
                          requester.context.version, protocol::write_prompt);
}

Async<Result<MethodResult>> Dispatch::get_prompt(Requester& requester, const Request& request) {
    auto read = protocol::read_get_prompt(request.params);
    if (!read) co_return read.error();
    co_return co_await features_.prompts->get(requester, std::move(*read));
}

Async<Result<MethodResult>> Dispatch::list_resources(Requester& requester, const Request& request) {
    auto cursor = protocol::read_cursor(request.params);
    if (!cursor) co_return cursor.error();
    const auto version = requester.context.version;
    const bool first = !cursor->has_value();
    auto page = co_await features_.resources->list(requester, std::move(*cursor));
    if (!page) co_return page.error();
    if (first && features_.skills != nullptr)
        for (const auto& skill : features_.skills->skills())
            page->items.insert(page->items.begin(), skill.resource);
    for (auto& item : page->items) item = protocol::write_resource(item, version);
    co_return MethodResult{.result =
                               protocol::write_page("resources", std::move(*page),
                                                    protocol::is_modern(version), protocol::not_at_all)};
}

Async<Result<MethodResult>> Dispatch::list_templates(Requester& requester, const Request& request) {
    co_return page_answer("resourceTemplates", features_.resources->templates(), request.params,
                          requester.context.version, protocol::write_resource);
}

Async<Result<MethodResult>> Dispatch::read_resource(Requester& requester, const Request& request) {
    auto read = protocol::read_read_resource(request.params);
    if (!read) co_return read.error();
    const auto version = requester.context.version;
    if (const auto* skill = find_skill(features_.skills, read->uri)) {
        const std::vector<protocol::ResourceContents> contents = {
            {read->uri, skill->resource.at("mimeType").get<std::string>(), skill->text}};
        co_return MethodResult{.result =
                                   protocol::write_read_resource(contents, version, protocol::for_an_hour)};
    }
    co_return co_await features_.resources->read(requester, std::move(*read));
}

Async<Result<MethodResult>> Dispatch::list_skills(Requester& requester, const Request& request) {
    std::vector<Json> entries;
    for (const auto& skill : features_.skills->skills()) entries.push_back(skill.entry);
    co_return page_answer("skills", entries, request.params, requester.context.version,
                          [](Json entry, Version) { return entry; });
}

Async<Result<MethodResult>> Dispatch::get_skill(Requester&, const Request& request) {
    const auto uri = protocol::read_subscribed_uri(request.params);
    if (!uri) co_return uri.error();
    const auto* skill = find_skill(features_.skills, *uri);
    if (skill == nullptr)
        co_return Error{Errc::invalid_params,
                        "There is no skill of that uri. Nothing was done. skills/list names them."};
    co_return MethodResult{.result = protocol::cacheable({{"skill", skill->entry}}, protocol::for_an_hour)};
}

Async<Result<MethodResult>> Dispatch::complete(Requester& requester, const Request& request) {
    auto read = protocol::read_complete(request.params);
    if (!read) co_return read.error();
    auto found = co_await features_.completions->complete(requester, std::move(*read));
    if (!found) co_return found.error();
    co_return MethodResult{.result = protocol::write_completion(std::move(found->values), found->total)};
}

Async<Result<MethodResult>> Dispatch::get_task(Requester& requester, const Request& request) {
    auto id = protocol::read_task_id(request.params);
    if (!id) co_return id.error();
    auto task = co_await features_.tasks->get(requester, std::move(*id));
    co_return task_answer(std::move(task), requester.context.version);
}

Async<Result<MethodResult>> Dispatch::update_task(Requester& requester, const Request& request) {
    auto update = protocol::read_update_task(request.params);
    if (!update) co_return update.error();
    const auto done = co_await features_.tasks->update(requester, std::move(*update));
    co_return acknowledged(done);
}

Async<Result<MethodResult>> Dispatch::cancel_task(Requester& requester, const Request& request) {
    auto id = protocol::read_task_id(request.params);
    if (!id) co_return id.error();
    const auto done = co_await features_.tasks->cancel(requester, *id);
    if (!done || protocol::is_modern(requester.context.version)) co_return acknowledged(done);
    auto task = co_await features_.tasks->get(requester, std::move(*id));  // 2025-11-25 answers with the task
    co_return task_answer(std::move(task), requester.context.version);
}

Async<Result<MethodResult>> Dispatch::list_tasks(Requester& requester, const Request& request) {
    auto cursor = protocol::read_cursor(request.params);
    if (!cursor) co_return cursor.error();
    auto listed = co_await features_.tasks->list(requester, std::move(*cursor));
    if (!listed) co_return listed.error();
    co_return MethodResult{
        .result = protocol::write_task_list(listed->tasks, listed->next_cursor, requester.context.version)};
}

Async<Result<MethodResult>> Dispatch::task_result(Requester& requester, const Request& request) {
    auto id = protocol::read_task_id(request.params);
    if (!id) co_return id.error();
    const auto place = calls_.take(requester.caller.principal);
    if (!place)
        co_return Error{Errc::rate_limited,
                        "Too many of your calls are running. Nothing was done. Wait for one to end."};
    auto answer = co_await features_.tasks->result(requester, *id);
    if (answer) answer->result = protocol::related_to_task(std::move(answer->result), *id);
    co_return answer;
}

}  // namespace tfy::mcp
