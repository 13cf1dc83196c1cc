#include "server/cli/sandbox_routes.hpp"

#include <ostream>

#include "policy/sealed_state.hpp"
#include "policy/visible.hpp"
#include "protocol/parse.hpp"
#include "server/sealing/printing.hpp"
#include "tools/sandbox/answers.hpp"
#include "tools/sandbox/danger.hpp"
#include "tools/sandbox/mint.hpp"

namespace tfy::cli {
namespace {

constexpr std::size_t longest_body = std::size_t{64} * 1024;  // of a create, many times over

// A POST may ask a framework to take it for something else.
std::string danger_in(const transport::HttpRequest& request) {
    auto danger = sandbox::danger_of(request.method, request.target);
    for (const auto* name : {"x-http-method-override", "x-http-method", "x-method-override"})
        if (const auto other = request.header(name); other && danger.empty())
            danger = sandbox::danger_of(*other, request.target);
    return danger;
}

}  // namespace

transport::ListenerOptions SandboxRoutes::listening(transport::ListenerOptions options) {
    options.wants_length = false;
    options.body_limit = longest_body;
    options.refused = [this](const std::string& method, const std::string& target, int status) {
        return refused(method, target, status);
    };
    return options;
}

Async<void> SandboxRoutes::serve(const transport::HttpRequest& request, transport::Responder& answer) {
    auto made = handle(request);
    co_await answer.reply(std::move(made));
}

transport::HttpResponse SandboxRoutes::handle(const transport::HttpRequest& request, const Answering& safe) {
    const auto bearer = bearer_of(request);
    auto line = line_of(request.method, request.path, request.query);
    line["account"] = plane_.account_of(bearer);
    transport::HttpResponse made;
    if (const auto danger = danger_in(request); !danger.empty()) {
        note_danger(danger, request.method, request.target);
        line["danger"] = danger;
        made = defect(danger, line);
    } else if (!dangers_.empty()) {
        made = defect(dangers_.front(), line);
    } else if (safe) {
        made = safe(line);
    } else {
        made = reply(plane_.handle(request.method, request.target, bearer, request.body), line);
    }
    sealing::print_json(log_, redaction_.seal(line));
    return made;
}

std::string SandboxRoutes::bearer_of(const transport::HttpRequest& request) {
    constexpr std::string_view scheme = "Bearer ";
    const auto authorization = request.header("authorization").value_or("");
    return std::string(authorization.starts_with(scheme) ? authorization.substr(scheme.size()) : "");
}

transport::HttpResponse SandboxRoutes::defect(std::string_view danger, Json& line) const {
    auto made = sandbox::http_error(599, "Defect of the caller: a client sent " + std::string(danger) +
                                             ". Nothing was done, and this sandbox does nothing any more: "
                                             "mend the client, and start it anew.");
    made.request_id = sandbox::random_word(32);
    made.date = sandbox::http_date(clock_.now());
    return reply(std::move(made), line);
}

transport::HttpResponse SandboxRoutes::reply(sandbox::SandboxResponse made, Json& line) const {
    line["status"] = made.status;
    line["request_id"] = made.request_id;
    return {.status = made.status,
            .content_type = std::move(made.content_type),
            .body = sealed(std::move(made.body)),
            .headers = {{"x-request-id", std::move(made.request_id)}, {"date", std::move(made.date)}}};
}

redaction::Redacted SandboxRoutes::sealed(std::string body) const {
    auto json = protocol::parse(body);
    if (!json) return redaction_.seal_text(body);
    policy::wipe(body);
    if (!json->is_object() || !json->contains("token")) return redaction_.seal(*json);
    redaction::Reveal value(policy::Secret(std::move(json->at("token").get_ref<std::string&>())),
                            policy::random_id(20));
    (*json)["token"] = value.placeholder();
    return redaction_.now()->seal_reveal(*json, std::move(value));
}

Json SandboxRoutes::line_of(std::string_view method, std::string_view path, std::string_view query) const {
    return {{"time", policy::format_time(clock_.now())},
            {"method", method},
            {"path", path},
            {"query", query},
            {"status", nullptr},
            {"account", ""},
            {"request_id", nullptr}};
}

transport::Headers SandboxRoutes::refused(const std::string& method, const std::string& target, int status) {
    auto line = line_of(method, target.substr(0, target.find('?')), "");
    line["status"] = status;
    if (const auto danger = sandbox::danger_of(method, target); !danger.empty()) {
        note_danger(danger, method, target);
        line["danger"] = danger;
    }
    sealing::print_json(log_, redaction_.seal(line));
    return {{"date", sandbox::http_date(clock_.now())}};
}

void SandboxRoutes::note_danger(std::string_view danger, std::string_view method, std::string_view target) {
    dangers_.emplace_back(danger);
    const auto asked = std::string(method) + " " + std::string(target);
    errors_
        << "\n*** tfy-pat-mcp sandbox: A CLIENT SENT WHAT MUST NEVER BE SENT\n*** "
        << policy::visible_line(redaction_.seal_text(asked)) << "\n*** That is " << danger
        << ".\n*** Nothing was done. From now on this sandbox answers 599 to everything, and it ends with "
           "exit code 1.\n\n"
        << std::flush;
}

}  // namespace tfy::cli
