// [[webhook]] and [notify.NAME] of policy.toml: what is understood, and that the rest stops the start without
// telling an address.
#include "policy/channel.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "policy/rule.hpp"
#include "tests/fakes/rules.hpp"

namespace tfy::policy::channel_test {
namespace {

constexpr auto path = "/services/T0/B0/s3cr3tpath";

std::string problem(const std::string& toml) {
    const auto read = read_rules(toml);
    return read ? std::string{} : read.error().message;
}

}  // namespace

TEST_CASE("a webhook is read whole, and has defaults for what it does not say") {
    const auto rules = read_rules(R"(
[[webhook]]
url         = "https://hooks.example.com/approvals"
secret_file = "/etc/tfy/webhook-secret"

[[webhook]]
url_file = "/etc/tfy/slack-url"
format   = "slack"
events   = ["decided", "expired", "finished"]
tools    = ["tfy_access_tokens_d*"]
)");
    REQUIRE(rules.has_value());
    REQUIRE(rules->channels.size() == 2);
    const auto& first = rules->channels[0];
    CHECK(first.format == Channel::Format::json);
    CHECK(first.events == std::vector{Channel::Event::requested});
    CHECK(first.tools == std::vector<std::string>{"*"});
    CHECK(first.line == 2);
    const auto& second = rules->channels[1];
    CHECK(second.format == Channel::Format::slack);
    CHECK(second.url.empty());
    CHECK(second.url_file == "/etc/tfy/slack-url");
    CHECK(second.events ==
          std::vector{Channel::Event::decided, Channel::Event::expired, Channel::Event::finished});
}

TEST_CASE("what is not understood stops the start, with its line and without the address") {
    const std::string slack =
        std::string("url = \"https://hooks.example.com") + path + "\"\nformat = \"slack\"\n";
    struct Row {
        const char* name;
        std::string keys;
        const char* words;
    };
    const Row rows[] = {
        {"a key", slack + "event = [\"decided\"]", "line 4: unknown key 'event'; did you mean 'events'?"},
        {"a format", "url_file = \"/x\"\nformat = \"slac\"", "did you mean 'slack'?"},
        {"an event", slack + "events = [\"request\"]", "line 4: unknown value 'request'"},
        {"an event twice", slack + "events = [\"decided\", \"decided\"]", "twice"},
        {"an event for named ones", slack + "events = [\"escalated\"]",
         "line 1: only a channel with a name, [notify.NAME], can be told of 'escalated'"},
        {"no event", slack + "events = []", "line 4: 'events'"},
        {"a tool", slack + "tools = [\"nothing_*\"]", "matches no tool"},
        {"an address that is none", "url = 5\nformat = \"slack\"", "line 2: 'url' must be a string"},
        {"an empty address", "url = \"\"\nformat = \"slack\"", "line 2: 'url' does not start with https://"},
        {"no address", "format = \"slack\"", "line 1: a webhook has either 'url' or 'url_file'"},
        {"two addresses", slack + "url_file = \"/x\"", "either 'url' or 'url_file'"},
        {"no secret", "url = \"https://example.com/\"", "needs 'secret_file'"},
        {"the secret itself", slack + "secret = \"whsec_x\"", "line 4: secrets are not allowed in this file"},
        {"a file somewhere", "url_file = \"slack\"\nformat = \"slack\"",
         "line 2: 'url_file' must be the whole path"},
        {"http", std::string("url = \"http://hooks.example.com") + path + "\"\nformat = \"slack\"",
         "line 2: 'url' must start with https://"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        const auto said = problem("[[webhook]]\n" + row.keys);
        CAPTURE(said);
        CHECK(said.find(row.words) != std::string::npos);
        CHECK(said.find("s3cr3tpath") == std::string::npos);
    }
    CHECK(problem("[webhook]\n" + slack).find("[[webhook]]") != std::string::npos);
    CHECK(problem("[[webhook]]\n" + slack + "[[webhook]]\n" + slack).find("line 4: the webhook of line 1") !=
          std::string::npos);
}

TEST_CASE("an address is https, or this machine") {
    struct Row {
        const char* text;
        const char* host;  // empty: refused
        const char* target = "";
    };
    const Row rows[] = {
        {"https://hooks.example.com/a/b?c=d", "hooks.example.com", "/a/b?c=d"},
        {"https://hooks.example.com", "hooks.example.com", "/"},
        {"https://hooks.example.com?x", "hooks.example.com", "/?x"},
        {"https://hooks.example.com:8443/a", "hooks.example.com", "/a"},
        {"http://127.0.0.1:9/a", "127.0.0.1", "/a"},
        {"http://localhost/a", "localhost", "/a"},
        {"http://[::1]:9/a", "[::1]", "/a"},
        {"https://[2001:db8::1]/a", "[2001:db8::1]", "/a"},
        {"http://hooks.example.com/a", ""},
        {"http://127.0.0.1.example.com/a", ""},
        {"http://localhost.example.com/a", ""},
        {"http://localhost@example.com/a", ""},
        {"http://[::1]@example.com/", ""},
        {"https://user:word@example.com/a", ""},
        {"https://example.com/a#b", ""},
        {"https:///a", ""},
        {"https://", ""},
        {"https://exa mple.com/", ""},
        {"https://example.com\\@other.com/", ""},
        {"https://example.com:123456/", ""},
        {"https://example.com:x/", ""},
        {"ftp://example.com/", ""},
        {"file:///etc/passwd", ""},
        {"HTTPS://example.com/", ""},
        {"", ""},
    };
    for (const auto& row : rows) {
        CAPTURE(row.text);
        const auto read = read_webhook_url(row.text);
        CHECK(read.has_value() == (*row.host != '\0'));
        if (!read) continue;
        CHECK(read->host == row.host);
        CHECK(read->target == row.target);
        CHECK(std::string(row.text).starts_with(read->origin));
    }
}

TEST_CASE("a named channel is read whole, each type with its own keys") {
    const auto rules = read_rules(R"(
[notify.mail]
type          = "email"
url           = "smtp://mail.example.com"
user          = "tfy"
password_file = "/etc/tfy/mail-password"
from          = "tfy@example.com"
to            = ["ann@example.com", "bob+pager@example.com"]
events        = ["requested", "decided"]

[notify.oncall]
type             = "pagerduty"
routing_key_file = "/etc/tfy/routing-key"

[notify.chat]
type     = "slack"
url_file = "/etc/tfy/slack-url"
tools    = ["tfy_access_tokens_d*"]
)");
    if (!rules) FAIL(rules.error().message);
    REQUIRE(rules->channels.size() == 3);
    const auto find = [&](const char* name) {
        const auto found = std::ranges::find(rules->channels, name, &Channel::called);
        REQUIRE(found != rules->channels.end());
        return *found;
    };
    const auto mail = find("mail");
    CHECK(mail.format == Channel::Format::email);
    CHECK(mail.secret_file == "/etc/tfy/mail-password");
    CHECK(mail.to == std::vector<std::string>{"ann@example.com", "bob+pager@example.com"});
    CHECK(mail.starttls);
    CHECK(mail.line == 2);
    const auto oncall = find("oncall");
    CHECK(oncall.url == "https://events.pagerduty.com/v2/enqueue");
    CHECK(oncall.secret_file == "/etc/tfy/routing-key");
    CHECK(find("chat").tools == std::vector<std::string>{"tfy_access_tokens_d*"});
}

TEST_CASE("a named channel that is not understood stops the start") {
    const std::string mail =
        "[notify.mail]\ntype = \"email\"\nurl = \"smtp://127.0.0.1\"\nfrom = \"a@b.c\"\n";
    const std::string to = "to = [\"a@b.c\"]\n";
    struct Row {
        const char* name;
        std::string toml;
        const char* words;
    };
    const Row rows[] = {
        {"no type", "[notify.a]\nurl = \"https://a.example\"", "line 1: a channel needs 'type'"},
        {"a type", "[notify.a]\nfrom = \"a@b.c\"\ntype = \"mail\"",
         "line 3: unknown value 'mail' for 'type'"},
        {"no name", "[[notify]]\ntype = \"email\"", "needs a name: [notify.oncall]"},
        {"a name", "[notify.\"a b\"]\ntype = \"slack\"\nurl_file = \"/x\"", "1 to 32 letters"},
        {"an empty name", "[notify.\"\"]\ntype = \"slack\"\nurl_file = \"/x\"", "is 1 to 32 letters"},
        {"STARTTLS on a port of its own",
         "[notify.m]\ntype = \"email\"\nurl = \"smtps://mail.example.com\"\nfrom = \"a@b.c\"\n" + to +
             "starttls = false",
         "'starttls' is for smtp:// only"},
        {"another type's key", mail + to + "routing_key_file = \"/x\"", "unknown key 'routing_key_file'"},
        {"the password itself", mail + to + "password = \"x\"", "name that file in 'password_file'"},
        {"no recipient", mail, "line 1: a channel of the type 'email' needs 'to'"},
        {"a recipient", mail + "to = [\"Ann <a@b.c>\"]", "line 5: 'to' takes mail addresses without names"},
        {"a line break", mail + "to = [\"a@b.c\\r\\nBcc: e@v.il\"]", "'to' takes mail addresses"},
        {"a user alone", mail + to + "user = \"x\"", "'user' and 'password_file' go together"},
        {"in the clear",
         "[notify.m]\ntype = \"email\"\nurl = \"smtp://mail.example.com\"\nfrom = \"a@b.c\"\n" + to +
             "starttls = false",
         "for a mail server on this machine only"},
        {"http for mail",
         "[notify.m]\ntype = \"email\"\nurl = \"https://a.example\"\nfrom = \"a@b.c\"\n" + to,
         "line 3: 'url' does not start with smtp:// or smtps://"},
        {"no routing key", "[notify.p]\ntype = \"pagerduty\"", "needs 'routing_key_file'"},
        {"json without a key", "[notify.j]\ntype = \"json\"\nurl = \"https://a.example\"",
         "needs 'secret_file'"},
        {"an event that only a command sends",
         "[notify.s]\ntype = \"slack\"\nurl_file = \"/x\"\nevents = [\"test\"]", "unknown value 'test'"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        const auto said = problem(row.toml);
        CAPTURE(said);
        CHECK(said.find(row.words) != std::string::npos);
    }
    CHECK(problem(mail + to + "starttls = false").empty());
}

TEST_CASE("a mail server's address is host and port, with the port of its kind") {
    CHECK(read_mail_url("smtp://mail.example.com")->origin == "smtp://mail.example.com:587");
    CHECK(read_mail_url("smtps://mail.example.com/")->origin == "smtps://mail.example.com:465");
    CHECK(read_mail_url("smtp://[::1]:2525")->origin == "smtp://[::1]:2525");
    for (const auto* text : {"smtp://", "smtp://a.example/path", "smtp://user:word@a.example",
                             "mail.example.com", "smtp://a.example:x", "smtp://a b", "https://a.example"})
        CHECK_FALSE(read_mail_url(text).has_value());
}

TEST_CASE("an address is one that nothing follows") {
    for (const auto* good : {"a@b.c", "first.last+tag@sub.example.com", "tfy@localhost"})
        CHECK(is_mail_address(good));
    for (const auto* bad : {"", "a", "@b", "a@", "a b@c", "a@b>", "<a@b>", "a@b\r\nBcc: c@d", "a@b,c@d",
                            "a@b@c", "\xc3\xa4@b", "a@.b", "a@b."}) {
        CAPTURE(bad);
        CHECK_FALSE(is_mail_address(bad));
    }
}

TEST_CASE("who hears of what") {
    const Channel hook{.format = Channel::Format::json};
    const Channel named{
        .name = "chat", .format = Channel::Format::slack, .events = {Channel::Event::decided}};
    const Channel pager{.name = "oncall", .format = Channel::Format::pagerduty};
    struct Row {
        Channel::Event event;
        bool by_hook, by_named, by_pager;
    };
    const Row rows[] = {
        {Channel::Event::requested, true, false, true},
        {Channel::Event::reminded, true, false, true},
        {Channel::Event::escalated, false, true, true},
        {Channel::Event::decided, false, true, true},
        {Channel::Event::expired, false, false, true},
        {Channel::Event::finished, false, false, false},
        {Channel::Event::token_expiring, false, false, false},
    };
    for (const auto& row : rows) {
        CAPTURE(to_string(row.event));
        CHECK(hears(hook, row.event) == row.by_hook);
        CHECK(hears(named, row.event) == row.by_named);
        CHECK(hears(pager, row.event) == row.by_pager);
    }
}

TEST_CASE("some records of the journal are news for a channel, and others are not") {
    CHECK(event_of("requested") == Channel::Event::requested);
    CHECK(event_of("approved") == Channel::Event::decided);
    CHECK(event_of("denied") == Channel::Event::decided);
    CHECK(event_of("withdrawn by the client") == Channel::Event::decided);
    CHECK(event_of("superseded") == Channel::Event::decided);
    CHECK(event_of("expired") == Channel::Event::expired);
    CHECK(event_of("finished") == Channel::Event::finished);
    for (const auto* kind : {"executing", "follows", "reworded", "reveal_claimed", "decided", ""})
        CHECK_FALSE(event_of(kind));
}

}  // namespace tfy::policy::channel_test
