#include "server/cli/sandbox_routes.hpp"

#include <boost/asio/ip/address.hpp>
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

std::string_view bearer_of(std::string_view authorization) {
    constexpr std::string_view scheme = "Bearer ";
    return authorization.starts_with(scheme) ? authorization.substr(scheme.size()) : std::string_view{};
}

// A POST may ask a framework to take it for something else.
std::string danger_in(const transport::HttpRequest& request, std::string_view target) {
    auto danger = sandbox::danger_of(request.method, target);
    for (const auto* name : {"x-http-method-override", "x-http-method", "x-method-override"})
        if (const auto other = request.header(name); other && danger.empty())
            danger = sandbox::danger_of(*other, target);
    return danger;
}

bool is_this_machine(const std::string& remote) {
    boost::system::error_code failure;
    auto address = boost::asio::ip::make_address(remote, failure);
    if (failure) return false;
    if (address.is_v6() && address.to_v6().is_v4_mapped())
        return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, address.to_v6()).is_loopback();
    return address.is_loopback();
}

Delivery::Manner manner_of(const sandbox::Plan& plan) {
    if (std::holds_alternative<sandbox::HalfBody>(plan.spoiled)) return Delivery::Manner::half;
    if (std::holds_alternative<sandbox::Drip>(plan.spoiled)) return Delivery::Manner::drip;
    if (std::holds_alternative<sandbox::Reset>(plan.spoiled)) return Delivery::Manner::reset;
    return Delivery::Manner::whole;
}

}  // namespace

Delivery SandboxRoutes::handle(const transport::HttpRequest& request, std::string_view target) {
    if (request.path == faults_path) return script(request);
    const auto authorization = request.header("authorization").value_or("");
    Json line = {{"time", policy::format_time(clock_.now())},
                 {"method", request.method},
                 {"path", request.path},
                 {"query", request.query},
                 {"account", plane_.account_of(bearer_of(authorization))},
                 {"faults", Json::array()}};
    Delivery delivery;
    if (const auto danger = danger_in(request, target); !danger.empty()) {
        note_danger(danger, request.method, target);
        line["danger"] = danger;
        delivery = defect(danger, line);
    } else if (!dangers_.empty()) {
        delivery = defect(dangers_.front(), line);
    } else {
        const auto plan = script_.next(request.method, request.path, request.query);
        line["faults"] = plan.applied;
        delivery = answer(request, target, plan, line);
    }
    write(line);
    return delivery;
}

Delivery SandboxRoutes::defect(std::string_view danger, Json& line) const {
    auto made = sandbox::http_error(599, "Defect of the caller: a client sent " + std::string(danger) +
                                             ". Nothing was done, and this sandbox does nothing any more: "
                                             "mend the client, and start it anew.");
    made.request_id = sandbox::random_word(32);
    made.date = date();
    line["request_id"] = made.request_id;
    line["status"] = made.status;
    Delivery delivery;
    delivery.reply = reply(std::move(made));
    return delivery;
}

Delivery SandboxRoutes::answer(const transport::HttpRequest& request, std::string_view target,
                               const sandbox::Plan& plan, Json& line) {
    sandbox::SandboxResponse made{.request_id = sandbox::random_word(32),
                                  .date = sandbox::http_date(clock_.now() + plan.circumstances.skew)};
    if (plan.works())
        made = plane_.handle(request.method, target, bearer_of(request.header("authorization").value_or("")),
                             request.body, plan.circumstances);
    Delivery delivery{.manner = manner_of(plan), .delay = plan.delay};
    line["request_id"] = made.request_id;
    if (const auto* drip = std::get_if<sandbox::Drip>(&plan.spoiled)) delivery.drip = drip->each;
    if (const auto* instead = std::get_if<sandbox::Instead>(&plan.spoiled)) {
        delivery.reply = {.status = instead->status,
                          .content_type = instead->content_type,
                          .body = redaction_.seal_text(instead->body),
                          .headers = {{"x-request-id", made.request_id}, {"date", made.date}}};
        if (!instead->retry_after.empty())
            delivery.reply.headers.emplace_back("retry-after", instead->retry_after);
        policy::wipe(made.body);
    } else {
        delivery.reply = reply(std::move(made));
    }
    const bool reset = delivery.manner == Delivery::Manner::reset;
    line["status"] = reset ? Json(nullptr) : Json(delivery.reply.status);
    return delivery;
}

transport::HttpResponse SandboxRoutes::reply(sandbox::SandboxResponse made) const {
    transport::HttpResponse reply{
        .status = made.status,
        .content_type = std::move(made.content_type),
        .body = sealed(std::move(made.body)),
        .headers = {{"x-request-id", std::move(made.request_id)}, {"date", std::move(made.date)}}};
    return reply;
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

Delivery SandboxRoutes::script(const transport::HttpRequest& request) {
    const auto said = [this](int status, const Json& body) {
        Delivery delivery;
        delivery.reply = {.status = status,
                          .content_type = "application/json",
                          .body = redaction_.seal(body),
                          .headers = {{"date", date()}}};
        return delivery;
    };
    if (!is_this_machine(request.remote))
        return said(403, {{"error", "The fault script is for callers on the sandbox's own machine."}});
    if (request.method == "GET") return said(200, script_.left());
    if (request.method == "DELETE") return said(200, {{"cleared", script_.clear()}});
    if (request.method != "POST") return said(405, {{"error", "POST, GET or DELETE."}});
    auto faults = sandbox::read_faults(request.body);
    if (!faults) return said(400, {{"error", faults.error().message}});
    const auto count = faults->size();
    if (const auto added = script_.add(std::move(*faults)); !added)
        return said(400, {{"error", added.error().message}});
    return said(201, {{"added", count}});
}

void SandboxRoutes::refused(std::string_view method, std::string_view target, int status) {
    Json line = {{"time", policy::format_time(clock_.now())},
                 {"method", method},
                 {"path", target.substr(0, target.find('?'))},
                 {"query", ""},
                 {"status", status},
                 {"account", ""},
                 {"faults", Json::array()},
                 {"request_id", nullptr}};
    if (const auto danger = sandbox::danger_of(method, target); !danger.empty()) {
        note_danger(danger, method, target);
        line["danger"] = danger;
    }
    write(line);
}

std::string SandboxRoutes::date() const { return sandbox::http_date(clock_.now()); }

void SandboxRoutes::note_danger(std::string_view danger, std::string_view method, std::string_view target) {
    dangers_.emplace_back(danger);
    const auto asked = std::string(method) + " " + std::string(target);
    errors_
        << "\n*** tfy-pat-mcp sandbox: A CLIENT SENT WHAT MUST NEVER BE SENT\n*** "
        << policy::visible_line(redaction_.seal_text(asked).text()) << "\n*** That is " << danger
        << ".\n*** Nothing was done. From now on this sandbox answers 599 to everything, and it ends with "
           "exit code 1.\n\n"
        << std::flush;
}

void SandboxRoutes::write(const Json& line) { sealing::print_json(log_, *redaction_.now(), line); }

}  // namespace tfy::cli
