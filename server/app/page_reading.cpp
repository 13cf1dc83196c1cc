#include "server/app/page_reading.hpp"

#include "server/mcp/http_replies.hpp"
#include "tools/tool_names.hpp"

namespace tfy::app {
namespace {

policy::Caller reader(std::string person) {
    return {.principal = "page:" + person,
            .client = "approvals page",
            .default_assurance = policy::Assurance::signed_in,
            .person = std::move(person)};
}

Json channels_of(const policy::Rules& rules) {
    Json all = Json::array();
    for (const auto& each : rules.channels) {
        Json events = Json::array();
        for (const auto event : each.events) events.push_back(policy::to_string(event));
        all.push_back({{"name", each.called()},
                       {"line", each.line},
                       {"format", policy::to_string(each.format)},
                       {"events", std::move(events)},
                       {"delivered", 0},
                       {"failed", 0},
                       {"dropped", 0},
                       {"trouble", nullptr},
                       {"since", nullptr}});
    }
    return all;
}

/// How each has fared, beside what it is.
void add_health(Json& channels, const std::vector<notify::ChannelHealth>& known) {
    for (auto& channel : channels)
        for (const auto& each : known) {
            if (channel["name"] != each.called) continue;
            channel["delivered"] = each.delivered;
            channel["failed"] = each.failed;
            channel["dropped"] = each.dropped;
            if (each.trouble.empty()) continue;
            channel["trouble"] = each.trouble;
            if (each.since) channel["since"] = policy::format_time(*each.since);
        }
}

}  // namespace

Async<Result<Json>> PageReading::tokens(std::string person) {
    mcp::AnswerOnly silent;
    const mcp::Requester requester{
        .context = {}, .caller = reader(std::move(person)), .outbox = silent, .redaction = redaction_};
    co_return co_await tokens_.tokens(requester);
}

Async<Result<Json>> PageReading::health(std::string person) {
    mcp::AnswerOnly silent;
    const mcp::Requester requester{
        .context = {}, .caller = reader(std::move(person)), .outbox = silent, .redaction = redaction_};
    auto status = co_await calls_.look(requester, std::string(tools::config_status_tool), Json::object());
    if (!status) co_return status.error();
    auto health = std::move(status->structured);
    const auto written = co_await store_.run([](storage::Ledger& ledger) { return ledger.try_writing(); });
    health["journal"] = {{"writable", written.has_value()},
                         {"why", written ? Json(nullptr) : Json(written.error().message)}};
    health["channels"] = channels_of(gate_.now()->rules());
    add_health(health["channels"], notifier_.health());
    co_return health;
}

}  // namespace tfy::app
