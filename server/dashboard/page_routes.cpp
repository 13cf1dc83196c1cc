// The page's files, signing in and out, and what a browser may know of its session.
#include "server/dashboard/dashboard.hpp"

#include <algorithm>
#include <array>

#include "server/dashboard/replies.hpp"

namespace tfy::dashboard {
namespace {

/// The page's own addresses below /approvals, beside the inbox and its requests.
constexpr std::array<std::string_view, 6> views = {"health",    "history", "permissions",
                                                   "rotations", "tokens",  "values"};

}  // namespace

Async<transport::HttpResponse> Dashboard::page(PageRequest visit) {
    const bool known =
        visit.id.empty() || visit.id.starts_with("apr_") || std::ranges::find(views, visit.id) != views.end();
    co_return known ? files_.index(visit.request.header("accept-encoding").value_or(""))
                    : error_reply(redaction_, 404, "not_found", "There is nothing at this address.");
}

Async<transport::HttpResponse> Dashboard::asset(PageRequest visit) {
    auto found = files_.asset(visit.id, visit.request.header("accept-encoding").value_or(""),
                              visit.request.header("if-none-match").value_or(""));
    if (found) co_return std::move(*found);
    co_return error_reply(redaction_, 404, "not_found", "The page has no such file.");
}

Async<transport::HttpResponse> Dashboard::sign_in(PageRequest visit) {
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
    if (session) {
        people_.sign_out(visit.key);  // an older session of this tab ends here
        co_return json_reply(redaction_, 200, {{"page_key", session->key}});
    }
    transport::Headers extra;
    if (session.error().code == Errc::rate_limited) extra.emplace_back("Retry-After", "60");
    co_return error_reply(redaction_, session.error(), std::move(extra));
}

Async<transport::HttpResponse> Dashboard::sign_out(PageRequest visit) {
    people_.sign_out(visit.key);
    co_return empty_reply(204);
}

Async<transport::HttpResponse> Dashboard::session(PageRequest visit) {
    const auto& session = visit.session;
    const Json body = {{"signed_in", session.has_value()},
                       {"person", session ? Json(session->person) : Json(nullptr)},
                       {"server", server_label_},
                       {"sign_in_help", {{"words", sign_in_help_.words}, {"command", sign_in_help_.command}}},
                       {"version", TFY_VERSION}};
    co_return json_reply(redaction_, 200, body);
}

}  // namespace tfy::dashboard
