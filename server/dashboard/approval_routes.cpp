// What waits, what was decided, and the decisions themselves.
#include <algorithm>

#include "policy/facts.hpp"
#include "server/dashboard/approval_view.hpp"
#include "server/dashboard/body_fields.hpp"
#include "server/dashboard/dashboard.hpp"
#include "server/dashboard/decision_fields.hpp"
#include "server/dashboard/freeze_view.hpp"
#include "server/dashboard/inbox_row.hpp"
#include "server/dashboard/replies.hpp"

namespace tfy::dashboard {
namespace {

using policy::Approval;

constexpr std::size_t page_size = 50;     // of those that wait
constexpr std::size_t most_rows = 250;    // of the inbox, at a time
constexpr std::size_t most_decided = 30;  // of those that are over

constexpr std::string_view unchanged = "Nothing was changed.";
constexpr std::chrono::seconds heartbeat{1};  // the page takes three silent seconds for a lost server
constexpr int session_check = 20;             // heartbeats

struct Change {
    std::string digest;  // what the person was shown
    tools::Narrower wish = {};
};

Result<Change> read_change(const Json& body) {
    Change change;
    for (const auto& [name, into] : {std::pair{"digest", &change.digest},
                                     {"name", &change.wish.name},
                                     {"expiration", &change.wish.expiration_date},
                                     {"team", &change.wish.team}}) {
        auto text = text_field(body, name);
        if (!text) return bad_text(name, unchanged);
        *into = std::move(*text);
    }
    if (change.digest.empty())
        return Error{
            Errc::refused,
            "The digest of the request that was shown is missing. Nothing was changed. Reload the page."};
    if (blank(change.wish.name) && blank(change.wish.expiration_date) && blank(change.wish.team))
        return Error{Errc::refused, "Give another name, expiry or team. Nothing was changed."};
    return change;
}

/// It waits, and its value may go to the page. The first vote has chosen where it goes.
bool may_show_on_page(const Approval& approval) {
    if (approval.state() != Approval::State::pending) return false;
    if (!approval.votes().empty()) return approval.votes().front().destination == policy::Destination::page;
    return std::ranges::find(approval.terms().destinations, policy::Destination::page) !=
           approval.terms().destinations.end();
}

transport::HttpResponse failed(const sealing::Sealer& redaction, const Error& error, int status) {
    return error_reply(redaction, status, protocol::name(error.code), error.message);
}

}  // namespace

Async<transport::HttpResponse> Dashboard::list(PageRequest visit) {
    const std::string_view query = visit.request.query;
    const auto decided = query == "all=1" ? most_decided : 0;
    const auto revision = approvals_.revision();  // before the look: a change meanwhile is looked at again
    const auto found = co_await approvals_.board(visit.only("after="), page_size, decided);
    if (!found) co_return error_reply(redaction_, found.error());
    Json views = Json::array();
    for (const auto& approval : found->approvals) views.push_back(view(approval, visit));
    const Json body = {{"revision", revision},
                       {"now", policy::format_time(clock_.now())},
                       {"approvals", std::move(views)},
                       {"more", found->more},
                       {"waiting", found->waiting}};
    co_return json_reply(redaction_, 200, body);
}

// The inbox: all that wait, a page at a time, as lines; and the callers that are frozen.
Async<transport::HttpResponse> Dashboard::rows(PageRequest visit) {
    const auto revision = approvals_.revision();  // before the look: a change meanwhile is looked at again
    const auto found = co_await approvals_.waiting_page(visit.only("after="), most_rows);
    if (!found) co_return error_reply(redaction_, found.error());
    const auto frozen = co_await freezes_.list();
    if (!frozen) co_return error_reply(redaction_, frozen.error());
    const auto seal = redaction_.now();
    Json rows = Json::array();
    for (const auto& approval : found->approvals) {
        auto row = inbox_row(approval, visit.session->person(), *seal);
        if (!visit.session->decides()) row["may_approve"] = false;
        rows.push_back(std::move(row));
    }
    const Json body = {{"revision", revision},    {"now", policy::format_time(clock_.now())},
                       {"rows", std::move(rows)}, {"frozen", freeze_views(*frozen, *seal)},
                       {"more", found->more},     {"waiting", found->waiting}};
    co_return json_reply(redaction_, 200, body);
}

Async<transport::HttpResponse> Dashboard::one(PageRequest visit) {
    const auto found = co_await approvals_.find(visit.id);
    if (!found) co_return error_reply(redaction_, found.error());
    auto body = view(*found, visit);
    body["value"] = co_await value_of(*found);
    co_return json_reply(redaction_, 200, body);
}

// Ends with the session, since a browser that was signed out learns nothing more, and when the server stops.
Async<void> Dashboard::events(PageRequest visit, transport::Responder& answer) {
    const auto started = co_await answer.start_events(guards());
    if (!started) co_return;
    std::optional<std::uint64_t> told;
    auto woken = approvals::Woken::changed;
    for (int beats = 0; woken != approvals::Woken::draining; ++beats) {
        if (woken == approvals::Woken::changed || beats % session_check == 0) {
            const auto session = co_await people_.session(visit.key, false);
            if (!session || !*session) break;
        }
        const auto revision = approvals_.revision();
        Result<void> sent;
        if (told != revision) {
            const Json news = {{"revision", revision}};
            auto sealed = redaction_.seal(news);
            sent = co_await answer.event(std::move(sealed));
        } else {
            sent = co_await answer.hint({}, {});
        }
        if (!sent) co_return;
        told = revision;
        woken = co_await approvals_.wait_revision(revision, heartbeat);
    }
    co_await answer.end_events();
}

Async<transport::HttpResponse> Dashboard::approve(PageRequest visit) {
    auto choice = read_choice(visit.body, redaction_);
    if (!choice) co_return failed(redaction_, choice.error(), 422);
    const auto person = co_await decider(visit);
    if (!person) co_return error_reply(redaction_, person.error());
    auto changed = co_await approvals_.approve(visit.id, *person, std::move(*choice));
    if (!changed && person->signature())
        co_await passkeys_.note_refused(person->name(), visit.id, changed.error());
    if (!changed) co_return co_await decided(std::move(visit), std::move(changed), policy::cannot_approve);
    auto body = view(*changed, visit);
    body["runs_now"] = changed->state() == Approval::State::approved && approved_ && approved_(*changed);
    co_return json_reply(redaction_, 200, body);
}

Async<transport::HttpResponse> Dashboard::deny(PageRequest visit) {
    auto reason = read_reason(visit.body, redaction_);
    if (!reason) co_return failed(redaction_, reason.error(), 422);
    const auto person = co_await decider(visit);
    if (!person) co_return error_reply(redaction_, person.error());
    auto changed = co_await approvals_.deny(visit.id, *person, std::move(*reason));
    if (!changed && person->signature())
        co_await passkeys_.note_refused(person->name(), visit.id, changed.error());
    co_return co_await decided(std::move(visit), std::move(changed), policy::cannot_deny);
}

// Nothing is approved by it: the person looks at what it is now, and decides on that.
Async<transport::HttpResponse> Dashboard::narrow(PageRequest visit) {
    auto change = read_change(visit.body);
    if (!change) co_return failed(redaction_, change.error(), 422);
    auto changed = co_await narrowing_.narrow(visit.id, people_.human(*visit.session),
                                              std::move(change->digest), std::move(change->wish));
    co_return co_await decided(std::move(visit), std::move(changed), policy::cannot_narrow);
}

Async<transport::HttpResponse> Dashboard::extend(PageRequest visit) {
    auto changed = co_await approvals_.extend(visit.id, people_.human(*visit.session));
    co_return co_await decided(std::move(visit), std::move(changed), policy::cannot_extend);
}

// The desk refuses for several reasons; the row tells which one a browser should act on.
Async<transport::HttpResponse> Dashboard::decided(PageRequest visit, Result<Approval> changed,
                                                  Cannot cannot) {
    if (changed) co_return json_reply(redaction_, 200, view(*changed, visit));
    const auto& error = changed.error();
    auto status = page_status(error.code);
    if (error.code == Errc::refused) {
        const auto current = co_await approvals_.find(visit.id);
        if (current && current->state() == Approval::State::expired)
            status = 410;
        else if (current && current->state() != Approval::State::pending)
            status = 409;
        else if (current && current->terms().min_assurance > policy::Assurance::signed_in &&
                 !visit.body.contains("passkey"))
            status = 403;
        else if (current && cannot(*current, visit.session->person(), redaction_))
            status = 403;
    }
    co_return failed(redaction_, error, status);
}

Json Dashboard::view(const Approval& approval, const PageRequest& visit) const {
    auto view = approval_view(
        approval, {visit.session->person(), narrowing_.narrowable(approval), visit.session->decides()},
        *redaction_.now());
    view["would_run"] = may_show_on_page(approval) && would_run_ && would_run_(approval);
    return view;
}

}  // namespace tfy::dashboard
