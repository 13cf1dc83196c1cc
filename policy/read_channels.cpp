#include "policy/read_channels.hpp"

#include <algorithm>
#include <array>

namespace tfy::policy {
namespace {

using Format = Channel::Format;

constexpr std::array<std::string_view, 6> webhook_keys{"url",         "url_file", "format",
                                                       "secret_file", "events",   "tools"};
constexpr std::array<std::string_view, 6> posting_keys{"type",        "url",    "url_file",
                                                       "secret_file", "events", "tools"};
constexpr std::array<std::string_view, 9> mail_keys{"type", "url",      "user",   "password_file", "from",
                                                    "to",   "starttls", "events", "tools"};
constexpr std::array<std::string_view, 5> pagerduty_keys{"type", "url", "routing_key_file", "events",
                                                         "tools"};
constexpr std::array<std::string_view, 3> webhook_formats{"json", "slack", "teams"};
constexpr std::array<std::string_view, 5> channel_types{"json", "slack", "teams", "email", "pagerduty"};
constexpr auto pagerduty_url = "https://events.pagerduty.com/v2/enqueue";
constexpr std::size_t most_recipients = 50, longest_name = 32;

std::span<const std::string_view> keys_of(Format format) {
    if (format == Format::email) return mail_keys;
    if (format == Format::pagerduty) return pagerduty_keys;
    return posting_keys;
}

std::string file_name(TomlValues& values, const toml::key& key, const toml::node& node) {
    auto name = values.text(key, node);
    if (node.is_string() && !name.starts_with('/'))
        values.fail(node,
                    in_quotes(key.str()) +
                        " must be the whole path of a file, from the root: \"/etc/tfy/webhook-secret\"");
    return name;
}

std::string address(TomlValues& values, const Channel& channel, const toml::key& key,
                    const toml::node& node) {
    auto text = values.text(key, node);
    if (!node.is_string()) return text;
    const auto read = channel.format == Format::email ? read_mail_url(text) : read_webhook_url(text);
    if (!read) values.fail(node, in_quotes(key.str()) + " " + read.error().message);
    return text;
}

std::vector<Channel::Event> events_of(TomlValues& values, const toml::key& key, const toml::node& node) {
    std::vector<Channel::Event> all;
    for (const auto& [name, where] : values.strings(key, node, R"(["requested"])")) {
        const auto event = read_event(name);
        if (!event)
            values.unknown_value(key, *where, name, event_names());
        else if (std::ranges::find(all, *event) != all.end())
            values.fail(*where, in_quotes(key.str()) + " holds " + in_quotes(name) + " twice");
        else
            all.push_back(*event);
    }
    return all;
}

void check_mail_address(TomlValues& values, const toml::key& key, const toml::node& node,
                        const std::string& text) {
    if (!is_mail_address(text))
        values.fail(node, in_quotes(key.str()) +
                              " takes mail addresses without names or brackets: \"tfy@example.com\"");
}

std::string mail_address(TomlValues& values, const toml::key& key, const toml::node& node) {
    auto text = values.text(key, node);
    if (node.is_string()) check_mail_address(values, key, node, text);
    return text;
}

std::vector<std::string> mail_addresses(TomlValues& values, const toml::key& key, const toml::node& node) {
    std::vector<std::string> all;
    for (auto& [text, where] : values.strings(key, node, R"(["tfy@example.com"])")) {
        check_mail_address(values, key, *where, text);
        all.push_back(std::move(text));
    }
    if (all.size() > most_recipients)
        values.fail(node, in_quotes(key.str()) + " holds more than 50 addresses; use a mailing list");
    return all;
}

/// Of the keys that only some formats have.
void read_own_key(TomlValues& values, Channel& channel, const toml::key& key, const toml::node& node) {
    if (key == "user")
        channel.user = values.text(key, node);
    else if (key == "password_file" || key == "routing_key_file" || key == "secret_file")
        channel.secret_file = file_name(values, key, node);
    else if (key == "from")
        channel.from = mail_address(values, key, node);
    else if (key == "to")
        channel.to = mail_addresses(values, key, node);
    else if (key == "starttls")
        channel.starttls = values.flag(key, node);
}

void read_channel_key(TomlValues& values, Channel& channel, std::span<const std::string_view> known,
                      const toml::key& key, const toml::node& node) {
    if (key == "secret" || key == "password" || key == "routing_key")
        values.fail(line_of(key.source()), "secrets are not allowed in this file: put the " +
                                               std::string(key.str()) +
                                               " into its own file with mode 0600 and name that file in '" +
                                               std::string(key.str()) + "_file'");
    else if (!is_one_of(key.str(), known))
        values.unknown_key(key, known);
    else if (key == "url")
        channel.url = address(values, channel, key, node);
    else if (key == "url_file")
        channel.url_file = file_name(values, key, node);
    else if (key == "events")
        channel.events = events_of(values, key, node);
    else if (key == "tools")
        channel.tools = values.tool_patterns(key, node);
    else
        read_own_key(values, channel, key, node);
}

/// An unknown one is told, and not what another one would need.
Format format_of(TomlValues& values, const toml::table& table) {
    for (const auto& [name, node] : table)
        if (name == "format")
            return read_format(values.word(name, node, webhook_formats)).value_or(Format::slack);
    return Format::json;
}

/// nullopt if the type is missing or unknown; then no other key of the channel is checked.
std::optional<Format> type_of(TomlValues& values, const toml::table& table) {
    for (const auto& [name, node] : table)
        if (name == "type") return read_format(values.word(name, node, channel_types));
    return std::nullopt;
}

void check_posting(TomlValues& values, const Channel& channel, const toml::table& table,
                   const std::string& what) {
    if (table.contains("url") == table.contains("url_file"))
        values.fail(channel.line, what + " has either 'url' or 'url_file', which holds it");
    if (channel.format == Format::json && channel.secret_file.empty())
        values.fail(channel.line,
                    what + (channel.name.empty() ? " in the format 'json'" : " of the type 'json'") +
                        " needs 'secret_file': its receiver checks the signature");
}

void check_mail(TomlValues& values, const Channel& channel, const toml::table& table) {
    for (const auto* needed : {"url", "from", "to"})
        if (!table.contains(needed))
            values.fail(channel.line, "a channel of the type 'email' needs " + in_quotes(needed));
    if (table.contains("user") != table.contains("password_file"))
        values.fail(channel.line, "'user' and 'password_file' go together: write both, or neither");
    if (channel.user.find_first_of("\r\n") != std::string::npos)
        values.fail(channel.line, "'user' must not hold a line break");
    const auto url = read_mail_url(channel.url);
    if (!channel.starttls && url && url->origin.starts_with("smtps:"))
        values.fail(channel.line,
                    "'starttls' is for smtp:// only; smtps:// is encrypted from the start, so remove it");
    else if (!channel.starttls && url && !is_loopback(url->host))
        values.fail(channel.line,
                    "'starttls = false' works for a mail server on this machine only; others would get the "
                    "mail, and the password, in the clear");
}

void check_channel(TomlValues& values, Channel& channel, const toml::table& table) {
    switch (channel.format) {
        case Format::email: return check_mail(values, channel, table);
        case Format::pagerduty:
            if (channel.url.empty()) channel.url = pagerduty_url;
            if (channel.secret_file.empty())
                values.fail(channel.line, "a channel of the type 'pagerduty' needs 'routing_key_file'");
            return;
        default: return check_posting(values, channel, table, "a channel");
    }
}

Channel read_webhook(TomlValues& values, const toml::table& table) {
    Channel channel;
    channel.line = line_of(table.source());
    channel.format = format_of(values, table);
    for (const auto& [key, node] : table)
        if (key != "format") read_channel_key(values, channel, webhook_keys, key, node);
    check_posting(values, channel, table, "a webhook");
    if (std::ranges::find(channel.events, Channel::Event::escalated) != channel.events.end())
        values.fail(channel.line, "only a channel with a name, [notify.NAME], can be told of 'escalated'");
    return channel;
}

Channel read_named(TomlValues& values, const toml::key& name, const toml::table& table) {
    Channel channel{.name = std::string(name.str())};
    channel.line = line_of(name.source());
    constexpr std::string_view characters =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
    if (channel.name.empty() || channel.name.size() > longest_name ||
        channel.name.find_first_not_of(characters) != std::string::npos)
        values.fail(channel.line,
                    "the name of a channel is 1 to 32 letters, digits, - and _: [notify.oncall]");
    if (!table.contains("type"))
        values.fail(channel.line,
                    "a channel needs 'type', which is 'json', 'slack', 'teams', 'email' or 'pagerduty'");
    const auto type = type_of(values, table);
    if (!type) return channel;
    channel.format = *type;
    for (const auto& [key, node] : table)
        if (key != "type") read_channel_key(values, channel, keys_of(channel.format), key, node);
    check_channel(values, channel, table);
    return channel;
}

// Its address is what a webhook is known by, over restarts and reloads.
void check_apart(TomlValues& values, const std::vector<Channel>& all) {
    for (auto one = all.begin(); one != all.end(); ++one)
        for (auto earlier = all.begin(); earlier != one; ++earlier)
            if (one->url == earlier->url && one->url_file == earlier->url_file)
                values.fail(one->line, "the webhook of line " + std::to_string(earlier->line) +
                                           " has the same address; write one with the events of both");
}

}  // namespace

std::vector<Channel> read_webhooks(TomlValues& values, const toml::node& node) {
    std::vector<Channel> all;
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

std::vector<Channel> read_notify(TomlValues& values, const toml::node& node) {
    std::vector<Channel> all;
    const auto* tables = node.as_table();
    if (!tables) values.fail(node, "a channel needs a name: [notify.oncall]");
    if (!tables) return all;
    for (const auto& [name, each] : *tables) {
        if (const auto* table = each.as_table())
            all.push_back(read_named(values, name, *table));
        else
            values.fail(each, "a channel is a table of its own: [notify." + std::string(name.str()) + "]");
    }
    return all;
}

}  // namespace tfy::policy
