// What waits, what was decided, and the decisions themselves.
#include "policy/facts.hpp"
#include "server/dashboard/approval_view.hpp"
#include "server/dashboard/dashboard.hpp"
#include "server/dashboard/replies.hpp"

namespace tfy::server {
namespace {

using policy::Approval;

constexpr std::size_t history = 30;          // decided ones beside all that are open
constexpr std::size_t longest_field = 2000;  // bytes of what a person types
constexpr std::chrono::seconds session_check{20};

/// A text field of the body; empty where absent. nullopt where it is no text, or too long.
std::optional<std::string> field(const Json& body, const char* name) {
    const auto found = body.find(name);
    if (found == body.end() || found->is_null()) return std::string{};
    if (!found->is_string() || found->get_ref<const std::string&>().size() > longest_field)
        return std::nullopt;
    return found->get<std::string>();
}

Error bad_field(std::string_view name) {
    return {Errc::refused, "The field '" + std::string(name) +
                               "' must be text of 2000 bytes at the most. Nothing was decided."};
}

bool blank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

Result<policy::Choice> read_choice(const Json& body) {
    policy::Choice choice;
    for (const auto& [name, into] : {std::pair{"digest", &choice.digest},
                                     {"typed_name", &choice.typed_name},
                                     {"reason", &choice.reason}}) {
        auto text = field(body, name);
        if (!text) return bad_field(name);
        *into = std::move(*text);
    }
    if (choice.digest.empty())
        return Error{
            Errc::refused,
            "The digest of the request that was shown is missing. Nothing was decided. Reload the page."};
    const auto destination = field(body, "destination");
    if (!destination) return bad_field("destination");
    if (destination->empty()) return choice;
    choice.destination = policy::read_destination(*destination);
    if (!choice.destination)
        return Error{Errc::refused, "The destination must be page, agent or none. Nothing was decided."};
    return choice;
}

Result<std::string> read_reason(const Json& body) {
    auto reason = field(body, "reason");
    if (!reason) return bad_field("reason");
    if (blank(*reason))
        return Error{Errc::refused, "To deny, say why: the agent is told. Nothing was decided."};
    return std::move(*reason);
}

HttpReply failed(const Redaction& redaction, const Error& error, int status) {
    return error_reply(redaction, status, protocol::name(error.code), error.message);
}

}  // namespace

Async<void> Dashboard::list(Visit visit, HttpAnswer& answer) {
    const bool all = visit.request.query == "all=1";
    const auto revision = approvals_.revision();  // before the look: a change meanwhile is looked at again
    const auto found = co_await approvals_.list(!all);
    HttpReply reply;
    if (!found) {
        reply = failed(redaction_, found.error(), page_status(found.error().code));
    } else {
        Json views = Json::array();
        std::size_t decided = 0;
        for (const auto& approval : *found)
            if (policy::is_open(approval.state) || decided++ < history)
                views.push_back(approval_view(approval));
        const Json body = {{"revision", revision},
                           {"now", policy::format_time(clock_.now())},
                           {"approvals", std::move(views)}};
        reply = json_reply(redaction_, 200, body);
    }
    co_await answer.reply(std::move(reply));
}

Async<void> Dashboard::one(Visit visit, HttpAnswer& answer) {
    const auto found = co_await approvals_.find(visit.id);
    auto reply = found ? json_reply(redaction_, 200, approval_view(*found))
                       : failed(redaction_, found.error(), page_status(found.error().code));
    co_await answer.reply(std::move(reply));
}

// Ends with the session: a browser that was signed out learns nothing more.
Async<void> Dashboard::events(Visit visit, HttpAnswer& answer) {
    std::optional<std::uint64_t> told;
    while (people_.session(visit.cookie)) {
        const auto revision = approvals_.revision();
        if (told != revision) {
            const Json news = {{"revision", revision}};
            auto sealed = redaction_.seal(news);
            const auto sent = co_await answer.event(std::move(sealed));
            if (!sent) co_return;
            told = revision;
        }
        co_await approvals_.wait_revision(revision, session_check);
    }
    co_await answer.end_events();
}

Async<void> Dashboard::approve(Visit visit, HttpAnswer& answer) {
    auto choice = read_choice(visit.body);
    HttpReply reply;
    if (!choice) {
        reply = failed(redaction_, choice.error(), 422);
    } else {
        auto changed =
            co_await approvals_.approve(visit.id, people_.human(*visit.session), std::move(*choice));
        reply = co_await decided(visit.id, std::move(changed));
    }
    co_await answer.reply(std::move(reply));
}

Async<void> Dashboard::deny(Visit visit, HttpAnswer& answer) {
    auto reason = read_reason(visit.body);
    HttpReply reply;
    if (!reason) {
        reply = failed(redaction_, reason.error(), 422);
    } else {
        auto changed = co_await approvals_.deny(visit.id, people_.human(*visit.session), std::move(*reason));
        reply = co_await decided(visit.id, std::move(changed));
    }
    co_await answer.reply(std::move(reply));
}

// The desk refuses for several reasons; the row tells which one a browser should act on.
Async<HttpReply> Dashboard::decided(std::string id, Result<Approval> changed) {
    if (changed) co_return json_reply(redaction_, 200, approval_view(*changed));
    const auto& error = changed.error();
    auto status = page_status(error.code);
    if (error.code == Errc::refused) {
        const auto current = co_await approvals_.find(std::move(id));
        if (current && current->state == Approval::State::expired)
            status = 410;
        else if (current && current->state != Approval::State::pending)
            status = 409;
        else if (current && current->terms.min_assurance > policy::Assurance::signed_in)
            status = 403;
    }
    co_return failed(redaction_, error, status);
}

}  // namespace tfy::server
