#include "server/app/metrics.hpp"

#include <algorithm>

#include "server/app/reading_only.hpp"
#include "server/transport/client_address.hpp"

namespace tfy::app {
namespace {

using observability::Exposition;
using transport::HttpResponse;

constexpr std::array of_proxies = {"x-forwarded-for", "forwarded", "x-real-ip", "via"};

HttpResponse too_far() {
    return {.status = 403,
            .content_type = "application/json",
            .body = redaction::Redacted::error_object(redaction::Literal(
                "Metrics are given to programs of this machine only, and not through a proxy. Let a "
                "Prometheus or an agent that runs here ask, by a loopback address."))};
}

double seconds(policy::Time time) { return std::chrono::duration<double>(time.time_since_epoch()).count(); }

}  // namespace

Result<void> Metrics::start() {
    auto reader = storage::ApprovalReader::open(deps_.state_dir / "ledger.db");
    if (!reader) return reader.error();
    const auto last = (*reader)->last_record();
    if (!last) return last.error();
    last_record_ = *last;
    approvals_ = std::move(*reader);
    return {};
}

void Metrics::refused(int status) {
    const auto found = std::ranges::find(statuses, status);
    if (found != statuses.end()) ++refused_[static_cast<std::size_t>(found - statuses.begin())];
}

bool Metrics::is_near(const transport::HttpRequest& request) const {
    const bool here = transport::is_loopback_address(request.remote) ||
                      transport::is_one_of(request.remote, {deps_.address});
    return here && std::ranges::none_of(request.headers, [](const auto& header) {
               return std::ranges::find(of_proxies, header.first) != of_proxies.end();
           });
}

Async<void> Metrics::reply(const transport::HttpRequest& request, transport::Responder& answer) {
    if (!is_near(request)) {
        refused(403);
        auto far = too_far();
        co_await answer.reply(std::move(far));
        co_return;
    }
    if (auto refusal = unless_it_reads(request)) {
        co_await answer.reply(std::move(*refusal));
        co_return;
    }
    Exposition page;
    write_process(page);
    deps_.calls.write(page);
    deps_.upstream->write(page);
    write_refusals(page);
    write_notices(page);
    write_state(page);
    HttpResponse made{.status = 200,
                      .content_type = std::string(Exposition::content_type),
                      .body = deps_.redaction.seal_text(page.text()),
                      .headers = {{"cache-control", "no-store"}}};
    co_await answer.reply(std::move(made));
}

void Metrics::write_state(Exposition& page) {
    if (!approvals_) return;
    const auto counted = approvals_->counts(deps_.clock.now(), last_record_);
    if (!counted) {
        deps_.log.warn("metrics lack the requests: the state directory cannot be read",
                       {{"why", counted.error().message}});
        return;
    }
    count_decisions(*counted);
    write_approvals(page, *counted);
}

void Metrics::count_decisions(const storage::ApprovalCounts& counted) {
    last_record_ = counted.last_record;
    for (const auto& [kind, count] : counted.journalled) {
        // Of a withdrawal the record says more: by whom, or with what.
        const auto word = std::string_view(kind).substr(0, kind.starts_with("withdrawn ") ? 9 : kind.size());
        const auto found = std::ranges::find(decisions, word);
        if (found != decisions.end()) decided_[static_cast<std::size_t>(found - decisions.begin())] += count;
    }
}

void Metrics::write_process(Exposition& page) const {
    page.family("tfy_pat_mcp_build_info", Exposition::Type::gauge, "1, with the version of the program.");
    page.sample({{"version", TFY_VERSION}}, std::uint64_t{1});
    page.family("process_start_time_seconds", Exposition::Type::gauge,
                "When the process started, in seconds since 1970.");
    page.sample({}, seconds(started_));
}

void Metrics::write_refusals(Exposition& page) const {
    page.family("tfy_pat_mcp_http_refusals_total", Exposition::Type::counter,
                "HTTP requests that were turned away before they were carried out, by the status.");
    for (std::size_t i = 0; i < statuses.size(); ++i)
        page.sample({{"status", std::to_string(statuses[i])}},
                    refused_[i] + (statuses[i] == 403 ? deps_.http.beyond_scope() : 0));
}

void Metrics::write_notices(Exposition& page) const {
    const auto& counts = deps_.notifier.counts();
    page.family("tfy_pat_mcp_notices_total", Exposition::Type::counter,
                "Notices to channels: taken, attempts that failed, and given up.");
    page.sample({{"outcome", "delivered"}}, counts.delivered);
    page.sample({{"outcome", "failed"}}, counts.failed);
    page.sample({{"outcome", "dropped"}}, counts.dropped);
}

void Metrics::write_approvals(Exposition& page, const storage::ApprovalCounts& counted) const {
    page.family(
        "tfy_pat_mcp_approvals_open", Exposition::Type::gauge,
        "Requests in the state directory that wait for a person, for their caller, or for TrueFoundry.");
    for (const std::string_view state : {"pending", "approved", "executing"}) {
        const auto found = counted.open.find(state);
        page.sample({{"state", state}}, found == counted.open.end() ? std::uint64_t{0} : found->second);
    }
    if (counted.oldest_pending) {
        page.family("tfy_pat_mcp_approvals_oldest_pending_timestamp_seconds", Exposition::Type::gauge,
                    "When the request was made that has waited longest for a person; nothing if none waits.");
        page.sample({}, seconds(*counted.oldest_pending));
    }
    page.family("tfy_pat_mcp_approvals_decided_total", Exposition::Type::counter,
                "Requests in the state directory whose waiting has ended since this server started.");
    for (std::size_t i = 0; i < decisions.size(); ++i) page.sample({{"outcome", decisions[i]}}, decided_[i]);
}

}  // namespace tfy::app
