// A person's own key to TrueFoundry: it goes in here, for the person who is signed in, and never comes out.
#include "policy/visible.hpp"
#include "server/dashboard/body_fields.hpp"
#include "server/dashboard/dashboard.hpp"
#include "server/dashboard/replies.hpp"
#include "server/upstream/own_keys.hpp"

namespace tfy::dashboard {
namespace {

constexpr std::size_t longest_key = std::size_t{16} * 1024;

Json time_or_null(const std::optional<policy::Time>& time) {
    return time ? Json(policy::format_time(*time)) : Json(nullptr);
}

Json own_key_view(const storage::OwnKeyRow& row, const policy::Seals& seal) {
    return {{"mask", policy::shown(seal, row.mask)},
            {"subject", row.subject.empty() ? Json(nullptr) : Json(policy::shown(seal, row.subject))},
            {"expires", time_or_null(row.expires)},
            {"since", policy::format_time(row.since)},
            {"broken", time_or_null(row.broken)}};
}

/// What TrueFoundry says of the key is nothing that the page's own session has done wrong.
transport::HttpResponse key_refusal(const sealing::Sealer& redaction, const Error& error) {
    const int status = error.code == Errc::denied ? 422 : page_status(error.code);
    transport::Headers extra;
    if (error.code == Errc::rate_limited) extra.emplace_back("Retry-After", "60");
    return error_reply(redaction, status, protocol::name(error.code), error.message, std::move(extra));
}

}  // namespace

transport::HttpResponse Dashboard::no_own_keys() const {
    return error_reply(
        redaction_, 404, "not_found",
        "People enter no TrueFoundry keys of their own here: this server has no control plane, or "
        "is a sandbox. Nothing was done.");
}

Async<transport::HttpResponse> Dashboard::own_key(PageRequest visit) {
    if (own_keys_ == nullptr) co_return no_own_keys();
    const auto found = co_await own_keys_->of(visit.session->person());
    if (!found) co_return error_reply(redaction_, found.error());
    const auto seal = redaction_.now();
    const Json body = {{"base_url", policy::shown(*seal, own_keys_->base_url())},
                       {"key", *found ? own_key_view(**found, *seal) : Json(nullptr)}};
    co_return json_reply(redaction_, 200, body);
}

// Who has taken over a session must not make another's key act for this person.
Async<transport::HttpResponse> Dashboard::enter_own_key(PageRequest visit) {
    if (own_keys_ == nullptr) co_return no_own_keys();
    auto key = take_secret(visit.body, "key", longest_key);
    policy::wipe(visit.request.body);
    if (!key)
        co_return error_reply(redaction_, 422, "refused",
                              "The field 'key' must be text of up to 16 KiB. Nothing was kept.");
    auto known = co_await still_there(visit);
    if (!known) co_return error_reply(redaction_, known.error());
    auto entering = own_keys_->enter(visit.session->person(), std::move(*key));
    const auto kept = co_await std::move(entering);
    if (!kept) co_return key_refusal(redaction_, kept.error());
    if (kept->withdrawn > 0) approvals_.ring();
    const Json body = {{"key", own_key_view(kept->row, redaction_)}, {"withdrawn", kept->withdrawn}};
    co_return json_reply(redaction_, kept->replaced ? 200 : 201, body);
}

Async<transport::HttpResponse> Dashboard::end_own_key(PageRequest visit) {
    if (own_keys_ == nullptr) co_return no_own_keys();
    const auto ended = co_await own_keys_->end(visit.session->person());
    if (!ended) co_return error_reply(redaction_, ended.error());
    if (!*ended)
        co_return error_reply(redaction_, 404, "not_found",
                              "You have entered no TrueFoundry key. Nothing was changed.");
    approvals_.ring();
    const Json body = {{"withdrawn", **ended}};
    co_return json_reply(redaction_, 200, body);
}

}  // namespace tfy::dashboard
