// The page's files, signing in and out, and what a browser may know of its session.
#include "server/dashboard/dashboard.hpp"
#include "server/dashboard/replies.hpp"

namespace tfy::dashboard {
namespace {

std::string cookie_header(std::string_view value, std::string_view more) {
    return "tfy_pat_mcp_session=" + std::string(value) + "; HttpOnly; SameSite=Strict; Path=/approvals" +
           std::string(more);
}

}  // namespace

Async<void> Dashboard::page(PageRequest visit, transport::Responder& answer) {
    const bool known = visit.id.empty() || visit.id.starts_with("apr_");
    auto reply = known ? files_.index()
                       : error_reply(redaction_, 404, "not_found", "There is nothing at this address.");
    co_await answer.reply(std::move(reply));
}

Async<void> Dashboard::asset(PageRequest visit, transport::Responder& answer) {
    auto found = files_.asset(visit.id, visit.request.header("if-none-match").value_or(""));
    auto reply =
        found ? std::move(*found) : error_reply(redaction_, 404, "not_found", "The page has no such file.");
    co_await answer.reply(std::move(reply));
}

Async<void> Dashboard::sign_in(PageRequest visit, transport::Responder& answer) {
    const auto code = visit.body.find("code");
    const bool given = code != visit.body.end() && code->is_string();
    const auto typed = given ? code->get<std::string>() : std::string{};
    // A right code always opens, wherever it was given out and however many were wrong before it.
    const auto person = co_await codes_.take(typed);
    Result<people::PageSessions::Session> session = Error{};
    if (person)
        session = people_.open(*person);
    else
        session = people_.sign_in(typed);
    transport::HttpResponse reply;
    if (session) {
        people_.sign_out(visit.cookie);  // an older session of this browser ends here
        reply = empty_reply(204, {{"Set-Cookie", cookie_header(session->cookie, "")}});
    } else {
        const auto& error = session.error();
        transport::Headers extra;
        if (error.code == Errc::rate_limited) extra.emplace_back("Retry-After", "60");
        reply = error_reply(redaction_, error, std::move(extra));
    }
    co_await answer.reply(std::move(reply));
}

Async<void> Dashboard::sign_out(PageRequest visit, transport::Responder& answer) {
    people_.sign_out(visit.cookie);
    auto reply = empty_reply(204, {{"Set-Cookie", cookie_header("", "; Max-Age=0")}});
    co_await answer.reply(std::move(reply));
}

Async<void> Dashboard::session(PageRequest visit, transport::Responder& answer) {
    const auto& session = visit.session;
    const Json body = {{"signed_in", session.has_value()},
                       {"person", session ? Json(session->person) : Json(nullptr)},
                       {"csrf", session ? Json(session->csrf) : Json(nullptr)},
                       {"server", server_label_},
                       {"sign_in_help", {{"words", sign_in_help_.words}, {"command", sign_in_help_.command}}},
                       {"version", TFY_VERSION}};
    auto reply = json_reply(redaction_, 200, body);
    co_await answer.reply(std::move(reply));
}

}  // namespace tfy::dashboard
