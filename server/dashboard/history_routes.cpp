// What was decided, page by page, and the journal's own records.
#include <charconv>

#include "policy/call_words.hpp"
#include "policy/visible.hpp"
#include "server/dashboard/dashboard.hpp"
#include "server/dashboard/replies.hpp"

namespace tfy::dashboard {
namespace {

constexpr std::size_t past_at_once = 250;
constexpr std::size_t records_at_once = 500;

Json past_row(const policy::Approval& approval, const policy::Seals& seal) {
    const auto words = policy::words_for(approval.call.tool, seal);
    Json row = {{"id", approval.id},
                {"title", words.title},
                {"verb", words.verb},
                {"danger", words.danger},
                {"subject", policy::shown(seal, approval.facts.subject)},
                {"principal", policy::shown(seal, approval.call.caller.principal)},
                {"asked_by", policy::shown(seal, policy::asker_of(approval.call.caller))},
                {"short_digest", policy::short_digest(approval.digest())},
                {"created", policy::format_time(approval.created)},
                {"updated", policy::format_time(approval.updated)},
                {"state", policy::to_string(approval.state())},
                {"narrowed", !approval.narrowings.empty()},
                {"decision", nullptr}};
    if (const auto& decision = approval.decision()) {
        Json with = Json::array();
        if (decision->approved)
            for (const auto& vote : approval.votes())
                if (vote.by != decision->by) with.push_back(policy::shown(seal, vote.by));
        row["decision"] = {{"approved", decision->approved},
                           {"by", policy::shown(seal, decision->by)},
                           {"with", std::move(with)},
                           {"at", policy::format_time(decision->at)},
                           {"permitted", !decision->permission.empty()}};
    }
    return row;
}

}  // namespace

Async<transport::HttpResponse> Dashboard::history(PageRequest visit) {
    const auto before = visit.only("before=");
    const auto found = co_await approvals_.history_page(before, past_at_once);
    if (!found) co_return error_reply(redaction_, found.error());
    const auto seal = redaction_.now();
    Json rows = Json::array();
    for (const auto& approval : found->approvals) rows.push_back(past_row(approval, *seal));
    const Json body = {{"rows", std::move(rows)}, {"more", found->more > 0}};
    co_return json_reply(redaction_, 200, body);
}

// As `audit export` prints them, some at a time: the page asks on from the last one's number.
Async<transport::HttpResponse> Dashboard::journal(PageRequest visit) {
    const auto from = visit.only("from=");
    std::int64_t first = 1;
    const auto* end = from.data() + from.size();
    if (!from.empty() && (std::from_chars(from.data(), end, first).ptr != end || first < 1))
        co_return error_reply(redaction_, 422, "refused", "The number of the first record is not a number.");
    const auto found = co_await approvals_.journal_page(first, records_at_once);
    if (!found) co_return error_reply(redaction_, found.error());
    Json records = Json::array();
    for (const auto& record : *found) records.push_back(record.json());
    const Json body = {{"records", std::move(records)}, {"more", found->size() == records_at_once}};
    co_return json_reply(redaction_, 200, body);
}

// As `audit verify` says it.
Async<transport::HttpResponse> Dashboard::journal_proof(PageRequest) {
    const auto found = co_await approvals_.verify_journal();
    const Json body = {{"intact", found.has_value()}, {"says", found ? *found : found.error().message}};
    co_return json_reply(redaction_, 200, body);
}

}  // namespace tfy::dashboard
