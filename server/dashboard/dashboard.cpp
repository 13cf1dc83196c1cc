// Finds the route of a request, and stops what may not go there.
#include "server/dashboard/dashboard.hpp"

#include <algorithm>

#include "protocol/member.hpp"
#include "protocol/parse.hpp"
#include "protocol/text_in.hpp"
#include "server/dashboard/approval_view.hpp"
#include "server/dashboard/replies.hpp"

namespace tfy::dashboard {
namespace {

constexpr std::string_view api = "/approvals/api/";
constexpr protocol::ParseLimits body_limits{longest_body, 4};
constexpr protocol::ParseLimits told_limits{1 << 20, 8};

bool is_name(std::string_view text) {
    return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
    });
}

/// What is at the pattern's {id}: "" where it has none. nullopt if the path is another one.
std::optional<std::string> match(std::string_view pattern, std::string_view path) {
    const auto open = pattern.find("{id}");
    if (open == std::string_view::npos) return pattern == path ? std::optional(std::string{}) : std::nullopt;
    const auto before = pattern.substr(0, open);
    const auto after = pattern.substr(open + 4);
    if (path.size() <= before.size() + after.size() || !path.starts_with(before) || !path.ends_with(after))
        return std::nullopt;
    const auto id = path.substr(before.size(), path.size() - before.size() - after.size());
    return is_name(id) ? std::optional(std::string(id)) : std::nullopt;
}

/// For the sign-in form, to which this leads.
std::string signed_out(const transport::HttpRequest& request, bool had_key) {
    if (!had_key) return "You are not signed in. Sign in. Nothing was done.";
    const bool decides = request.method == "POST" && request.path.starts_with("/approvals/api/approvals/");
    return std::string("Your session has ended. ") +
           (decides ? "Nothing was decided; the request is still open." : "Nothing was done.");
}

/// Answered as GET is, and sent without the body.
bool is_head_of_page(const transport::HttpRequest& request, std::string_view method) {
    return request.method == "HEAD" && method == "GET" && !request.path.starts_with(api);
}

bool is_json(std::string_view content_type) {
    return content_type.substr(0, content_type.find(';')) == "application/json";
}

}  // namespace

Dashboard::Dashboard(Dependencies desks, people::PageSessions& people, people::SignInCodes& codes,
                     const sealing::Sealer& redaction, const Clock& clock,
                     std::function<std::string()> server_label, people::SignInHelp sign_in_help,
                     std::function<std::string()> home)
    : approvals_(desks.approvals),
      narrowing_(desks.narrowing),
      standing_(desks.standing),
      freezes_(desks.freezes),
      reveals_(desks.reveals),
      rotations_(desks.rotations),
      passphrases_(desks.passphrases),
      passkeys_(desks.passkeys),
      enrolled_(desks.enrolled),
      reading_(std::move(desks.reading)),
      approved_(std::move(desks.approved)),
      would_run_(std::move(desks.would_run)),
      provider_(desks.provider),
      consent_(desks.consent),
      own_keys_(desks.own_keys),
      trusted_proxies_(std::move(desks.trusted_proxies)),
      log_(desks.log),
      people_(people),
      codes_(codes),
      redaction_(redaction),
      clock_(clock),
      server_label_(std::move(server_label)),
      sign_in_help_(std::move(sign_in_help)),
      origin_(std::move(home)) {}

const Dashboard::Route Dashboard::table[] = {
    {"GET", "/", Needs::nothing, &Dashboard::to_page},
    {"GET", "/approvals", Needs::nothing, &Dashboard::page},
    {"GET", "/approvals/", Needs::nothing, &Dashboard::page},
    {"GET", "/approvals/assets/{id}", Needs::nothing, &Dashboard::asset},
    {"POST", "/approvals/api/sign-in", Needs::body, &Dashboard::sign_in},
    {"POST", "/approvals/api/sign-in/passkey", Needs::body, &Dashboard::passkey_to_sign_in},
    {"POST", "/approvals/api/sign-in/whose", Needs::body, &Dashboard::whose_code},
    {"POST", "/approvals/api/invitation", Needs::body, &Dashboard::invitation},
    {"POST", "/approvals/api/join", Needs::body, &Dashboard::join},
    {"POST", "/approvals/api/sign-in/provider", Needs::body, &Dashboard::begin_at_provider},
    {"POST", "/approvals/api/sign-in/provider/answer", Needs::body, &Dashboard::come_from_provider},
    {"POST", "/approvals/api/sign-out", Needs::body, &Dashboard::sign_out},
    {"GET", "/approvals/api/session", Needs::nothing, &Dashboard::session},
    {"GET", "/approvals/api/approvals", Needs::session, &Dashboard::list},
    {"GET", "/approvals/api/rows", Needs::session, &Dashboard::rows},
    {"GET", "/approvals/api/approvals/{id}", Needs::session, &Dashboard::one},
    {"GET", "/approvals/api/history", Needs::session, &Dashboard::history},
    {"GET", "/approvals/api/journal", Needs::session, &Dashboard::journal},
    {"GET", "/approvals/api/journal/proof", Needs::session, &Dashboard::journal_proof},
    {"GET", "/approvals/api/tokens", Needs::session, &Dashboard::tokens},
    {"GET", "/approvals/api/health", Needs::session, &Dashboard::health},
    {"GET", "/approvals/api/checks", Needs::session, &Dashboard::checks},
    {"GET", "/approvals/api/events", Needs::session, nullptr},
    {"POST", "/approvals/api/approvals/{id}/approve", Needs::session_and_body, &Dashboard::approve},
    {"POST", "/approvals/api/approvals/{id}/deny", Needs::session_and_body, &Dashboard::deny},
    {"POST", "/approvals/api/approvals/{id}/sign", Needs::session_and_body, &Dashboard::sign},
    {"POST", "/approvals/api/approvals/{id}/narrow", Needs::session_and_body, &Dashboard::narrow},
    {"POST", "/approvals/api/approvals/{id}/extend", Needs::session_and_body, &Dashboard::extend},
    {"GET", "/approvals/api/passkeys", Needs::session, &Dashboard::passkeys},
    {"POST", "/approvals/api/passkeys/confirm", Needs::session_and_body, &Dashboard::confirm_passkey},
    {"POST", "/approvals/api/passkeys/new", Needs::session_and_body, &Dashboard::new_passkey},
    {"POST", "/approvals/api/passkeys", Needs::session_and_body, &Dashboard::add_passkey},
    {"POST", "/approvals/api/passkeys/{id}/remove", Needs::session_and_body, &Dashboard::remove_passkey},
    {"GET", "/approvals/api/permissions", Needs::session, &Dashboard::permissions},
    {"POST", "/approvals/api/permissions", Needs::session_and_body, &Dashboard::permit},
    {"POST", "/approvals/api/permissions/{id}/revoke", Needs::session_and_body, &Dashboard::revoke},
    {"POST", "/approvals/api/freeze", Needs::session_and_body, &Dashboard::freeze},
    {"POST", "/approvals/api/unfreeze", Needs::session_and_body, &Dashboard::unfreeze},
    {"GET", "/approvals/api/people", Needs::session, &Dashboard::people},
    {"POST", "/approvals/api/people", Needs::session_and_body, &Dashboard::invite},
    {"POST", "/approvals/api/people/confirm", Needs::session_and_body, &Dashboard::confirm_person},
    {"POST", "/approvals/api/people/suspend", Needs::session_and_body, &Dashboard::suspend_person},
    {"GET", "/approvals/api/reveals", Needs::session, &Dashboard::reveals},
    {"GET", "/approvals/api/reveals/lost", Needs::session, &Dashboard::lost_values},
    {"POST", "/approvals/api/reveals/{id}", Needs::session_and_body, &Dashboard::reveal},
    {"GET", "/approvals/api/rotations", Needs::session, &Dashboard::rotations},
    {"POST", "/approvals/api/rotations/{id}/keep", Needs::session_and_body, &Dashboard::keep_old_token},
    {"GET", "/oauth/authorize", Needs::nothing, &Dashboard::authorize},
    {"POST", "/approvals/api/consent", Needs::session_and_body, &Dashboard::ask_consent},
    {"POST", "/approvals/api/consent/allow", Needs::session_and_body, &Dashboard::allow_client},
    {"POST", "/approvals/api/consent/deny", Needs::session_and_body, &Dashboard::deny_client},
    {"GET", "/approvals/api/grants", Needs::session, &Dashboard::grants},
    {"POST", "/approvals/api/grants/{id}/revoke", Needs::session_and_body, &Dashboard::revoke_grant},
    {"GET", "/approvals/api/key", Needs::session, &Dashboard::own_key},
    {"POST", "/approvals/api/key", Needs::session_and_body, &Dashboard::enter_own_key},
    {"POST", "/approvals/api/key/end", Needs::session_and_body, &Dashboard::end_own_key},
    {"GET", "/approvals/{id}", Needs::nothing, &Dashboard::page},
};

std::span<const Dashboard::Route> Dashboard::routes() { return table; }

std::vector<std::pair<std::string_view, std::string_view>> Dashboard::addresses() {
    std::vector<std::pair<std::string_view, std::string_view>> all;
    for (const auto& route : routes()) all.emplace_back(route.method, route.path);
    return all;
}

// The header that carries the key keeps other pages out already: a browser asks first, and is told no. This
// holds for what needs no key, too, and if a key ever leaks.
std::optional<transport::HttpResponse> Dashboard::foreign(const transport::HttpRequest& request) const {
    if (!request.path.starts_with(api)) return std::nullopt;
    if (origin_.sent(request) && !origin_.instead_of(request)) return std::nullopt;
    const auto own = origin_.text();
    const auto at = own.empty() ? "at the address that the server names" : own + "/approvals";
    return error_reply(redaction_, 403, "foreign",
                       "Only the approvals page itself may ask this. Nothing was done. Open it: " + at + ".");
}

std::optional<transport::HttpResponse> Dashboard::stopped(PageRequest& visit, Needs needs) const {
    const auto refuse = [this](int status, std::string_view code, const std::string& why) {
        return error_reply(redaction_, status, code, why + " Nothing was done.");
    };
    const bool with_session = needs == Needs::session || needs == Needs::session_and_body;
    if (with_session && !visit.session)
        return error_reply(redaction_, 401, "signed_out", signed_out(visit.request, !visit.key.empty()));
    if (needs == Needs::session_and_body && !visit.session->decides())
        return refuse(403, "not_confirmed",
                      not_confirmed(visit.session->person()) + " Until then you may only look.");
    if (needs != Needs::body && needs != Needs::session_and_body) return std::nullopt;

    if (!is_json(visit.request.header("content-type").value_or("")))
        return refuse(415, "content_type", "The content type must be application/json.");
    auto body = protocol::parse(visit.request.body, body_limits);
    if (!body)
        return error_reply(redaction_, body.error().code == Errc::too_large ? 413 : 400, "bad_json",
                           body.error().message);
    if (!body->is_object()) return refuse(400, "bad_json", "The body must be a JSON object.");
    visit.body = std::move(*body);
    return std::nullopt;
}

std::variant<const Dashboard::Route*, transport::HttpResponse> Dashboard::find_route(
    PageRequest& visit) const {
    std::string allowed;
    for (const auto& route : routes()) {
        auto id = match(route.path, visit.request.path);
        if (!id) continue;
        if (route.method == visit.request.method || is_head_of_page(visit.request, route.method)) {
            visit.id = std::move(*id);
            return &route;
        }
        allowed += (allowed.empty() ? "" : ", ") + std::string(route.method);
    }
    if (allowed.empty())
        return error_reply(redaction_, 404, "not_found", "There is nothing at this address.");
    return error_reply(redaction_, 405, "method_not_allowed", "This address serves only " + allowed + ".",
                       {{"Allow", allowed}});
}

// What the page asks by itself, again and again, is not noted.
void Dashboard::note_failure(const transport::HttpRequest& request,
                             const transport::HttpResponse& reply) const {
    if (log_ == nullptr || reply.status < 500 || request.method != "POST" || !reply.body) return;
    const auto told = protocol::parse(reply.body->text(), told_limits);
    const auto* error = told ? protocol::find_member(*told, "error") : nullptr;
    const auto why = error != nullptr ? protocol::text_in(*error, "message") : std::string();
    log_->warn("the approvals page could not do what a person asked",
               {{"path", request.path}, {"status", reply.status}, {"why", why}});
}

Async<void> Dashboard::handle(transport::HttpRequest& request, transport::Responder& answer) {
    PageRequest visit{request};
    visit.key = visit.request.header("x-page-key").value_or("");
    auto found = find_route(visit);
    auto* unknown = std::get_if<transport::HttpResponse>(&found);
    auto refusal = foreign(visit.request);
    if (!refusal && !visit.key.empty()) {
        auto session = co_await people_.session(visit.key, true);
        if (session)
            visit.session = std::move(*session);
        else
            refusal = error_reply(redaction_, session.error());
    }
    if (!refusal)
        refusal = unknown != nullptr ? std::optional(std::move(*unknown))
                                     : stopped(visit, std::get<const Route*>(found)->needs);
    transport::HttpResponse reply;
    if (refusal) {
        reply = std::move(*refusal);
    } else if (const auto run = std::get<const Route*>(found)->run) {
        reply = co_await (this->*run)(std::move(visit));
    } else {
        co_await events(std::move(visit), answer);
        co_return;
    }
    note_failure(request, reply);
    reply.headers.insert(reply.headers.end(), guards().begin(), guards().end());
    co_await answer.reply(std::move(reply));
}

}  // namespace tfy::dashboard
