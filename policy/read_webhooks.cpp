#include "policy/read_webhooks.hpp"

#include <algorithm>

namespace tfy::policy {
namespace {

constexpr std::string_view keys[] = {"url", "url_file", "format", "secret_file", "events", "tools"};
constexpr std::string_view formats[] = {"json", "slack", "teams"};
constexpr std::string_view event_names[] = {"requested", "decided", "expired", "finished"};

std::string file_name(TomlValues& values, const toml::key& key, const toml::node& node) {
    auto name = values.text(key, node);
    if (node.is_string() && !name.starts_with('/'))
        values.fail(node,
                    in_quotes(key.str()) +
                        " must be the whole path of a file, from the root: \"/etc/tfy/webhook-secret\"");
    return name;
}

std::string address(TomlValues& values, const toml::key& key, const toml::node& node) {
    auto text = values.text(key, node);
    if (!node.is_string()) return text;
    if (const auto read = read_webhook_url(text); !read)
        values.fail(node, in_quotes(key.str()) + " " + read.error().message);
    return text;
}

std::vector<Webhook::Event> events(TomlValues& values, const toml::key& key, const toml::node& node) {
    std::vector<Webhook::Event> all;
    for (const auto& [name, where] : values.strings(key, node)) {
        const auto event = read_event(name);
        if (!event)
            values.unknown_value(key, *where, name, event_names);
        else if (std::ranges::find(all, *event) != all.end())
            values.fail(*where, in_quotes(key.str()) + " holds " + in_quotes(name) + " twice");
        else
            all.push_back(*event);
    }
    return all;
}

void read_key(TomlValues& values, Webhook& webhook, const toml::key& key, const toml::node& node) {
    if (key == "url")
        webhook.url = address(values, key, node);
    else if (key == "url_file")
        webhook.url_file = file_name(values, key, node);
    else if (key == "format")
        // An unknown one is told, and not what another one would need.
        webhook.format = read_format(values.word(key, node, formats)).value_or(Webhook::Format::slack);
    else if (key == "secret_file")
        webhook.secret_file = file_name(values, key, node);
    else if (key == "events")
        webhook.events = events(values, key, node);
    else if (key == "tools")
        webhook.tools = values.tool_patterns(key, node);
    else if (key == "secret")
        values.fail(line_of(key.source()),
                    "secrets are not allowed in this file: put the secret into its own file with mode 0600 "
                    "and name that file in 'secret_file'");
    else
        values.unknown_key(key, keys);
}

Webhook read_webhook(TomlValues& values, const toml::table& table) {
    Webhook webhook;
    webhook.line = line_of(table.source());
    for (const auto& [key, node] : table) read_key(values, webhook, key, node);
    if (table.contains("url") == table.contains("url_file"))
        values.fail(webhook.line, "a webhook has either 'url' or 'url_file', which holds it");
    if (webhook.format == Webhook::Format::json && webhook.secret_file.empty())
        values.fail(webhook.line,
                    "a webhook in the format 'json' needs 'secret_file': its receiver checks the signature");
    return webhook;
}

// Its address is what a webhook is known by, over restarts and reloads.
void check_apart(TomlValues& values, const std::vector<Webhook>& all) {
    for (auto one = all.begin(); one != all.end(); ++one)
        for (auto earlier = all.begin(); earlier != one; ++earlier)
            if (one->url == earlier->url && one->url_file == earlier->url_file)
                values.fail(one->line, "the webhook of line " + std::to_string(earlier->line) +
                                           " has the same address; write one with the events of both");
}

}  // namespace

std::vector<Webhook> read_webhooks(TomlValues& values, const toml::node& node) {
    std::vector<Webhook> all;
    const auto* tables = node.as_array();
    if (!tables) values.fail(node, "write [[webhook]] with two brackets on each side: there may be many");
    if (!tables) return all;
    for (const auto& each : *tables) {
        if (const auto* table = each.as_table())
            all.push_back(read_webhook(values, *table));
        else
            values.fail(each, "a webhook must be a table: [[webhook]]");
    }
    check_apart(values, all);
    return all;
}

}  // namespace tfy::policy
