#include "server/cli/approvals_notify.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include "policy/near_miss.hpp"
#include "policy/visible.hpp"
#include "server/app/services.hpp"
#include "server/config/settings.hpp"
#include "server/notify/channel_post.hpp"
#include "server/storage/last_server.hpp"
#include "server/system/progress.hpp"
#include "tools/own_command.hpp"

namespace tfy::cli {
namespace {

using policy::Channel;
using Answer = Result<http_client::WebResponse>;

struct NotifyOptions {
    std::string name = {};
    bool json = false;
};

constexpr std::string_view of_notify = "--state-dir --sandbox --policy --ca-file --config";

/// Of --policy, otherwise of the server on this state directory.
Result<policy::Rules> rules_of(const config::Options& options) {
    auto file = options.policy;
    if (file.empty()) {
        const auto state = config::state_dir(options.state_dir);
        if (!state) return state.error();
        file = storage::rules_file_of_server(*state);
    }
    return config::load_rules(file);
}

/// "smtp.example.com", or that the address is a secret.
std::string host_of(const Channel& channel) {
    if (channel.url.empty()) return "the address in " + channel.url_file;
    const auto url = channel.format == Channel::Format::email ? policy::read_mail_url(channel.url)
                                                              : policy::read_webhook_url(channel.url);
    return url ? url->host : "";
}

/// Lines of the rules that escalate to it.
std::vector<int> escalating_lines(const Channel& channel, const policy::Rules& rules) {
    std::vector<int> lines;
    for (const auto& rule : rules.rules)
        if (!channel.name.empty() &&
            std::ranges::find(rule.escalate_to, channel.name) != rule.escalate_to.end())
            lines.push_back(rule.line);
    return lines;
}

std::string with_commas(const std::vector<std::string>& all) {
    std::string text;
    for (const auto& each : all) text += (text.empty() ? "" : ", ") + each;
    return text;
}

std::string described(const Channel& channel) {
    return channel.called() + " (" + std::string(policy::to_string(channel.format)) + " to " +
           host_of(channel) + ")";
}

Json document_of(const Channel& channel) {
    Json events = Json::array();
    for (const auto event : channel.events) events.push_back(policy::to_string(event));
    return {{"name", channel.called()},
            {"type", policy::to_string(channel.format)},
            {"host", channel.url.empty() ? Json(nullptr) : Json(host_of(channel))},
            {"events", std::move(events)},
            {"line", channel.line}};
}

int list_channels(Invocation& call, const NotifyOptions& options) {
    const auto rules = rules_of(call.options);
    if (!rules) return call.fail(rules.error());
    Json document = {{"channels", Json::array()}};
    std::string text;
    for (const auto& channel : rules->channels) {
        auto one = document_of(channel);
        one["tools"] = channel.tools;
        one["escalated_by_lines"] = escalating_lines(channel, *rules);
        document["channels"].push_back(std::move(one));
        text += described(channel) + ": " + told_of(channel, *rules) + "\n";
    }
    if (options.json)
        call.console.print(call.out, document);
    else
        call.console.say(call.out,
                         text.empty() ? "The rules name no channel. See docs/notifications.md.\n" : text);
    return 0;
}

Result<Channel> find_channel(const std::vector<Channel>& channels, const std::string& name,
                             const policy::Seals& seal) {
    const auto found = std::ranges::find(channels, name, &Channel::called);
    if (found != channels.end()) return *found;
    std::vector<std::string> called;
    for (const auto& each : channels) called.push_back(each.called());
    const std::vector<std::string_view> known(called.begin(), called.end());
    const auto near = policy::near_miss(name, known);
    return Error{Errc::invalid_params,
                 "The rules name no channel " + policy::shown(seal, name, 100) + "." +
                     (near ? " Did you mean " + std::string(*near) + "?" : std::string{}) +
                     " Nothing was sent. List the channels: " + tools::own_command("approvals notify list")};
}

/// Sends it and waits.
Answer send_now(notify::ChannelPost& post, notice::Message message, policy::Time now) {
    const system::Progress progress("Sending the test message");
    boost::asio::io_context loop;
    std::optional<Answer> answer;
    const auto keep = [&answer](const std::exception_ptr& bug, Answer got) {
        if (bug) std::rethrow_exception(bug);
        answer = std::move(got);
    };
    boost::asio::co_spawn(loop, post.send(std::move(message), now), keep);
    loop.run();
    return answer.value_or(Error{Errc::upstream, "The message was given up. Nothing was sent."});
}

std::string next_step(const Channel& channel, int status) {
    const bool mail = channel.format == Channel::Format::email;
    if (mail && (status == 530 || status == 534 || status == 535))
        return "Check 'user' and the password in " + channel.secret_file + ".";
    if (mail && status / 100 == 4) return "The mail server asks to try later.";
    if (mail) return "Check 'from' and 'to', and that this server may send such mail.";
    if (channel.format == Channel::Format::pagerduty && status == 400)
        return "Check the routing key in " + channel.secret_file + ".";
    if (status == 401 || status == 403 || status == 404 || status == 410)
        return "Check the channel's address; the receiver may have withdrawn it.";
    if (status / 100 == 3) return "Give the address that it redirects to: redirects are not followed.";
    return status / 100 == 5 ? "The receiver has a problem of its own; try later."
                             : "Look at the receiver's log.";
}

/// What the peer said, sealed and made visible: it is others' text.
std::string peer_words(const Channel& channel, const http_client::WebResponse& answer,
                       const policy::Seals& seal) {
    const bool said = channel.format == Channel::Format::email && !answer.body.empty();
    return "It answered " + std::to_string(answer.status) +
           (said ? ": " + policy::shown(seal, answer.body, 300) : std::string{});
}

/// "the test message was taken for 1 of 2; refused: ann@example.com (550 no such user)".
std::string fate(const Channel& channel, const Answer& answer, const policy::Seals& seal) {
    if (!answer || !notify::is_taken(*answer)) return "not delivered";
    if (answer->refused.empty()) return "the test message was taken";
    std::vector<std::string> refused;
    for (const auto& each : answer->refused)
        refused.push_back(each.address + " (" + std::to_string(each.status) + " " +
                          policy::shown(seal, each.words, 300) + ")");
    const auto all = channel.to.size();
    return "the test message was taken for " + std::to_string(all - refused.size()) + " of " +
           std::to_string(all) + "; refused: " + with_commas(refused);
}

int report(Invocation& call, const NotifyOptions& options, const Channel& channel, const Answer& answer) {
    const bool taken = answer && notify::is_taken(*answer) && answer->refused.empty();
    const auto& seal = call.console.seals();
    const auto said = answer ? peer_words(channel, *answer, seal) + "." : answer.error().message;
    const auto status = !answer || answer->refused.empty() ? 0 : answer->refused.front().status;
    const auto next =
        taken || !answer ? std::string{} : " " + next_step(channel, status != 0 ? status : answer->status);
    if (options.json) {
        auto document = document_of(channel);
        document["delivered"] = taken;
        document["status"] = answer ? Json(answer->status) : Json(nullptr);
        document["answer"] = said + next;
        document["refused"] = Json::array();
        for (const auto& each : answer ? answer->refused : std::vector<http_client::RefusedRecipient>{})
            document["refused"].push_back({{"recipient", each.address},
                                           {"status", each.status},
                                           {"answer", policy::shown(seal, each.words, 300)}});
        call.console.print(call.out, document);
    } else {
        call.console.say(taken ? call.out : call.err,
                         described(channel) + ": " + fate(channel, answer, seal) + ". " + said + next + "\n");
    }
    return taken ? 0 : 1;
}

int test_channel(Invocation& call, const NotifyOptions& options) {
    const auto rules = rules_of(call.options);
    if (!rules) return call.fail(rules.error());
    const auto channel = find_channel(rules->channels, options.name, call.console.seals());
    if (!channel) return call.fail(channel.error());
    const auto ca_file = config::read_ca_file(call.options.ca_file);
    if (!ca_file) return call.fail(ca_file.error());
    auto target = notify::open_channel(*channel);
    if (!target) return call.fail(target.error());
    const auto now = app::SystemClock().now();
    const notice::Notice notice{.id = "evt_" + policy::random_id(),
                                .event = Channel::Event::test,
                                .at = now,
                                .channel = channel->called()};
    auto message = notice::message_of(notice, channel->format, *call.console.sealer().now());
    notify::Network network(*ca_file);
    auto carrier = network.connect(*target);
    notify::ChannelPost post(std::move(*target), std::move(carrier));
    const auto answer = send_now(post, std::move(message), now);
    network.close();
    return report(call, options, *channel, answer);
}

}  // namespace

std::string told_of(const Channel& channel, const policy::Rules& rules) {
    std::vector<std::string> events;
    for (const auto event : channel.events) events.emplace_back(policy::to_string(event));
    std::vector<std::string> lines;
    for (const auto line : escalating_lines(channel, rules)) lines.push_back(std::to_string(line));
    const auto of_rules =
        lines.size() == 1 ? "; escalations of the rule of line " : "; escalations of the rules of lines ";
    return with_commas(events) +
           (channel.tools == Channel{}.tools ? std::string{} : "; only of " + with_commas(channel.tools)) +
           (lines.empty() ? std::string{} : of_rules + with_commas(lines));
}

void add_notify(CommandLine& line, CLI::App& approvals) {
    const auto chosen = std::make_shared<NotifyOptions>();
    auto& notify = line.add(
        approvals,
        {"notify",
         "List or test the channels that notify approvers",
         {of_notify, {"tfy-pat-mcp approvals notify list", "tfy-pat-mcp approvals notify test oncall"}}});
    auto& list = line.add(
        notify,
        {"list",
         "List the channels in the rules and what each is told",
         {of_notify,
          {"tfy-pat-mcp approvals notify list", "tfy-pat-mcp approvals notify list --policy policy.toml"}},
         [chosen](Invocation& call) { return list_channels(call, *chosen); }});
    list.add_flag("--json", chosen->json, "Print JSON");
    auto& test = line.add(notify, {"test",
                                   "Send a test message through a channel and show the answer",
                                   {of_notify,
                                    {"tfy-pat-mcp approvals notify test oncall",
                                     "tfy-pat-mcp approvals notify test webhook:12 --json"}},
                                   [chosen](Invocation& call) { return test_channel(call, *chosen); }});
    test.add_option("NAME", chosen->name, "The channel's name; webhook:LINE for a [[webhook]]")->required();
    test.add_flag("--json", chosen->json, "Print JSON");
}

}  // namespace tfy::cli
