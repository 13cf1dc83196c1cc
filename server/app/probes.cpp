#include "server/app/probes.hpp"

#include "server/app/reading_only.hpp"
#include "tools/tool_names.hpp"

namespace tfy::app {
namespace {

constexpr std::chrono::milliseconds still_written{250};  // however often it is asked, the disk is not

}  // namespace

Async<void> Probes::reply_to(const transport::HttpRequest& request, transport::Responder& answer) {
    if (auto refusal = unless_it_reads(request)) {
        co_await answer.reply(std::move(*refusal));
        co_return;
    }
    if (request.path == "/livez") co_return co_await live(answer);
    co_await ready(answer);
}

Async<void> Probes::live(transport::Responder& answer) {
    Json body = {{"ok", true}};
    co_await reply(answer, std::move(body));
}

Async<void> Probes::ready(transport::Responder& answer) {
    const auto written = co_await can_write();
    const auto known = redaction_.fresh();
    const auto problem = configured_();
    const auto tell = std::string(tools::config_status_tool) + ", doctor and the log say ";
    Json body = {{"ok", written.has_value() && known.has_value() && !problem}};
    if (!written) {
        body["why"] = "The journal cannot be written. " + written.error().message;
        log_.warn("not ready: the journal cannot be written", {{"why", written.error().message}});
    } else if (!known) {
        body["why"] =
            "It cannot be read which tokens are known, so every answer is withheld. doctor and the log "
            "say why.";
        log_.warn("not ready: it cannot be read which tokens are known", {{"why", known.error().message}});
    } else if (problem) {
        body["why"] = "TrueFoundry cannot be asked (" + problem->cause + "), so every call would fail. " +
                      tell + "why.";
        log_.warn("not ready: TrueFoundry cannot be asked",
                  {{"cause", problem->cause}, {"why", problem->sentence}});
    } else if (broken_()) {
        body["warning"] =
            "Calls work, and the journal is not as it was written. audit verify and the log say "
            "what is wrong.";
    } else if (!warnings_().empty()) {
        body["warning"] = "Calls work, and something is wrong with the key. " + tell + "what.";
    }
    co_await reply(answer, std::move(body));
}

Async<Result<void>> Probes::can_write() {
    const auto now = std::chrono::steady_clock::now();
    if (now - written_at_ <= still_written) co_return Result<void>{};
    auto written = co_await store_.run([](storage::Ledger& ledger) { return ledger.try_writing(); });
    if (written) written_at_ = now;
    co_return written;
}

Async<void> Probes::reply(transport::Responder& answer, Json body) {
    transport::HttpResponse made{.status = body.at("ok").get<bool>() ? 200 : 503,
                                 .content_type = "application/json",
                                 .body = redaction_.seal_own(body),  // no word of it is another's
                                 .headers = {{"cache-control", "no-store"}}};
    co_await answer.reply(std::move(made));
}

}  // namespace tfy::app
