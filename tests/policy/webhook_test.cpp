// [[webhook]] of policy.toml: what is understood, and that the rest stops the start without telling an
// address.
#include "policy/webhook.hpp"

#include <doctest/doctest.h>

#include "policy/rule.hpp"
#include "tests/fakes/rules.hpp"

namespace tfy::policy::webhook_test {
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
    REQUIRE(rules->webhooks.size() == 2);
    const auto& first = rules->webhooks[0];
    CHECK(first.format == Webhook::Format::json);
    CHECK(first.events == std::vector{Webhook::Event::requested});
    CHECK(first.tools == std::vector<std::string>{"*"});
    CHECK(first.line == 2);
    const auto& second = rules->webhooks[1];
    CHECK(second.format == Webhook::Format::slack);
    CHECK(second.url.empty());
    CHECK(second.url_file == "/etc/tfy/slack-url");
    CHECK(second.events ==
          std::vector{Webhook::Event::decided, Webhook::Event::expired, Webhook::Event::finished});
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

TEST_CASE("records of the journal are news, or nobody's") {
    CHECK(event_of("requested") == Webhook::Event::requested);
    CHECK(event_of("approved") == Webhook::Event::decided);
    CHECK(event_of("denied") == Webhook::Event::decided);
    CHECK(event_of("withdrawn by the client") == Webhook::Event::decided);
    CHECK(event_of("superseded") == Webhook::Event::decided);
    CHECK(event_of("expired") == Webhook::Event::expired);
    CHECK(event_of("finished") == Webhook::Event::finished);
    for (const auto* kind : {"executing", "follows", "reworded", "reveal_claimed", "decided", ""})
        CHECK_FALSE(event_of(kind));
}

}  // namespace tfy::policy::webhook_test
