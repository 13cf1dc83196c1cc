// What webhooks are told: nothing that someone wrote is rendered as anything but text, and nothing decides.
#include "policy/notice/notice.hpp"

#include <doctest/doctest.h>

#include <functional>

#include "policy/notice/retry.hpp"
#include "policy/notice/words.hpp"
#include "tests/fakes/redactor.hpp"
#include "tests/policy/examples.hpp"
#include "tests/policy/leak_tokens.hpp"

namespace tfy::policy::notice_test {
namespace {

using namespace examples;
using namespace std::chrono_literals;
using Event = Channel::Event;
using State = Approval::State;

constexpr auto page = "https://tfy.example.com/approvals/apr_1";

notice::Notice notice(Event event = Event::requested) {
    notice::Notice made{.id = "evt_1", .event = event, .at = noon, .page_url = page};
    auto& approval = made.approval.emplace();
    approval.id = "apr_1";
    approval.call.tool = "tfy_access_tokens_delete";
    approval.call.caller = {.principal = "stdio:alice", .client = "agent 1"};
    policy::ApprovalForTests::digest(approval) = digest(approval.call);
    approval.facts.subject = "ci-pipeline";
    approval.facts.effect = "The token is deleted for ever.";
    approval.facts.warnings = {"It was used today."};
    approval.agent_reason = "the agent's own words";
    policy::ApprovalForTests::terms(approval).because = "deleting cannot be undone";
    approval.expires = noon + 15min;
    return made;
}

notice::Notice hostile(const std::string& text) {
    auto made = notice(Event::decided);
    auto& approval = *made.approval;
    approval.call.caller.principal = approval.call.caller.client = text;
    approval.facts.subject = approval.facts.effect = policy::ApprovalForTests::terms(approval).because = text;
    approval.facts.warnings = std::vector<std::string>(20, text);
    made.decision = Approval::Decision{.approved = true, .by = text, .at = noon, .reason = text};
    return made;
}

void each_object(const Json& json, const std::function<void(const Json&)>& look) {
    if (json.is_object()) look(json);
    if (json.is_structured())
        for (const auto& part : json) each_object(part, look);
}

constexpr Channel::Format formats[] = {Channel::Format::json, Channel::Format::slack, Channel::Format::teams,
                                       Channel::Format::email, Channel::Format::pagerduty};

std::string text_for(const notice::Notice& made, Channel::Format format) {
    return std::string(notice::message_of(made, format, fakes::no_tokens()).body.text());
}

bool holds(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

const std::string hostile_texts[] = {
    "<!channel> <@U123> <https://evil.example|Approve here>",
    "*bold* _it_ `code` ~no~ > quote :rotating_light:",
    "[Approve here](https://evil.example) **bold** {{DATE(2026-01-01,SHORT)}}",
    "safe\u202Etxt.exe \u2066x\u2069 a\u200Bb",
    "two\nlines\r\n\"} , {\"type\":\"button\",\"url\":\"https://evil.example\"}",
    "p\u0430yp\u0430l",
    std::string(5000, '&'),
    std::string(3000, '<') + "\u202E",
    "\xff\xfe broken",
};

}  // namespace

TEST_CASE("a notice names what is asked in people's words; the JSON has the tool's name as well") {
    const auto made = notice();
    const auto words = notice::words_of(made, fakes::no_tokens());
    CHECK(words.summary == "Approval needed: Delete access token ci-pipeline");
    CHECK(words.fields.front().label == "Request");
    CHECK(words.fields.front().value == "Delete access token");
    for (const auto& body :
         {notice::slack_body(made, fakes::no_tokens()), notice::teams_body(made, fakes::no_tokens())})
        CHECK_FALSE(holds(body.dump(), "tfy_access_tokens"));
    const auto json = notice::json_body(made, fakes::no_tokens()).at("approval");
    CHECK(json.at("tool") == "tfy_access_tokens_delete");
    CHECK(json.at("title") == "Delete access token");
}

TEST_CASE("texts are sealed while they are whole: marks and cuts hide no value from it, in any format") {
    const auto token = leaks::opaque_token(3, 48);
    const auto redactor = leaks::redactor_for({{"ci", token}});
    const auto lines =
        leaks::between(leaks::base64(token), "\n", 20);  // shown as ⟨U+000A⟩ between too short pieces
    for (const auto& text :
         {token, lines, std::string(290, 'x') + " " + lines, leaks::between(token, "\u200b", 1)}) {
        const auto made = hostile(text);
        for (const auto format : formats) {
            const auto message = notice::message_of(made, format, redactor);
            const auto body = std::string(message.subject.text()) + "\n" + std::string(message.body.text());
            CHECK_FALSE(holds(body, token.substr(0, 8)));
            CHECK_FALSE(holds(body, leaks::base64(token).substr(0, 16)));
            CHECK_FALSE(holds(body, "U+200B"));
        }
    }
    CHECK(notice::json_body(notice(), redactor) == notice::json_body(notice(), fakes::no_tokens()));
}

TEST_CASE("the JSON says what happened, to what, and where to decide; the agent's reason stays on the page") {
    const auto body = notice::json_body(notice(), fakes::no_tokens());
    CHECK(body["type"] == "approval.requested");
    CHECK(body["id"] == "evt_1");
    CHECK(body["at"] == "2026-11-23T12:00:00.000Z");
    CHECK(body["approval_url"] == page);
    CHECK(body["approval"]["state"] == "pending");
    CHECK(body["approval"]["request_expires_at"] == "2026-11-23T12:15:00.000Z");
    CHECK(body["approval"]["warnings"] == Json::array({"It was used today."}));
    CHECK_FALSE(body.contains("decision"));
    for (const auto* key : {"id", "tool", "subject", "effect", "principal", "digest", "short_digest",
                            "min_assurance", "because"})
        CHECK(body["approval"][key].is_string());
    for (const auto format : formats) CHECK_FALSE(holds(text_for(notice(), format), "own words"));
}

TEST_CASE("what the caller says of itself stands apart, and is called a claim") {
    auto body = notice::json_body(notice(), fakes::no_tokens());
    CHECK(body["approval"]["claimed_by_caller"] == Json{{"client", "agent 1"}});
    body["approval"].erase("claimed_by_caller");
    CHECK_FALSE(holds(body.dump(), "agent 1"));
    const auto claims = [](const Json& blocks) {
        int found = 0;
        for (const auto& block : blocks) {
            const auto text = block.dump();
            if (!holds(text, "agent 1")) continue;
            CHECK(holds(text, "Claimed by the caller (not verified): client"));
            CHECK_FALSE(holds(text, "stdio:alice"));
            ++found;
        }
        return found;
    };
    CHECK(claims(notice::slack_body(notice(), fakes::no_tokens())["blocks"]) == 1);
    CHECK(claims(notice::teams_body(notice(), fakes::no_tokens())["attachments"][0]["content"]["body"]) == 1);
    auto nameless = notice();
    nameless.approval->call.caller.client.clear();
    CHECK_FALSE(holds(notice::slack_body(nameless, fakes::no_tokens()).dump(), "Claimed"));
}

TEST_CASE("a decision is told with the events after it, and not with the request that is sent late") {
    for (const auto event : {Event::requested, Event::reminded, Event::escalated, Event::decided,
                             Event::expired, Event::finished}) {
        const bool asks = asks_for_decision(event);
        auto late = notice(event);
        late.decision = Approval::Decision{.approved = false, .by = "grace", .at = noon, .reason = "no"};
        CHECK(notice::json_body(late, fakes::no_tokens()).contains("decision") == !asks);
        CHECK(holds(notice::slack_body(late, fakes::no_tokens()).dump(), "grace") == !asks);
        CHECK(holds(notice::teams_body(late, fakes::no_tokens()).dump(), "grace") == !asks);
    }
}

TEST_CASE("the headline is what happened") {
    struct Row {
        Event event;
        State state;
        const char* words;
    };
    const Row rows[] = {
        {Event::requested, State::pending, "Approval needed"},
        {Event::reminded, State::pending, "Reminder: approval still needed"},
        {Event::escalated, State::pending, "Escalated: no one has decided yet"},
        {Event::decided, State::approved, "Approved"},
        {Event::decided, State::denied, "Denied"},
        {Event::decided, State::withdrawn, "Withdrawn"},
        {Event::expired, State::expired, "Expired: not decided in time"},
        {Event::finished, State::succeeded, "Done"},
        {Event::finished, State::failed, "Failed"},
        {Event::finished, State::unknown, "Outcome unknown"},
    };
    for (const auto& row : rows) {
        auto made = notice(row.event);
        made.state = row.state;
        CHECK(notice::words_of(made, fakes::no_tokens()).headline == row.words);
        CHECK(notice::slack_body(made, fakes::no_tokens())["blocks"][0]["text"]["text"] == row.words);
        CHECK(notice::teams_body(
                  made, fakes::no_tokens())["attachments"][0]["content"]["body"][0]["inlines"][0]["text"] ==
              row.words);
    }
}

TEST_CASE("what a standing permission approved is told as that, without the reason that it was given for") {
    auto made = notice(Event::finished);
    made.decision = Approval::Decision{
        .approved = true, .by = "grace", .at = noon, .reason = "the release", .permission = "perm_1"};
    const auto fields = notice::words_of(made, fakes::no_tokens()).fields;
    CHECK(fields.back().label == std::string("Approved by"));
    CHECK(fields.back().value == "a standing permission of grace");
}

TEST_CASE("Slack: whatever somebody wrote is plain text, escaped, and within Slack's limits") {
    for (const auto& text : hostile_texts) {
        CAPTURE(text.substr(0, 60));
        const auto body = notice::slack_body(hostile(text), fakes::no_tokens());
        CHECK(body["blocks"].size() <= 50);
        CHECK(body["mrkdwn"] == false);
        int buttons = 0;
        each_object(body, [&](const Json& object) {
            const auto type = object.value("type", "");
            CHECK(type != "mrkdwn");
            if (object.contains("url")) CHECK(object["url"] == page);
            buttons += type == "button" ? 1 : 0;
            if (type != "plain_text") return;
            const auto& shown = object["text"].get_ref<const std::string&>();
            CHECK(shown.size() <= 2000);
            CHECK_FALSE(holds(shown, "<"));
            CHECK_FALSE(holds(shown, ">"));
            CHECK(object["emoji"] == false);
        });
        CHECK(buttons == 1);
        CHECK_FALSE(holds(body["text"].get<std::string>(), "<"));
    }
    CHECK(holds(notice::slack_body(hostile("a&b<c>"), fakes::no_tokens())["text"].get<std::string>(),
                "a&amp;b&lt;c&gt;"));
}

TEST_CASE("Teams: whatever somebody wrote is a text run, which knows no Markdown") {
    for (const auto& text : hostile_texts) {
        CAPTURE(text.substr(0, 60));
        const auto body = notice::teams_body(hostile(text), fakes::no_tokens());
        CHECK(body["type"] == "message");
        const auto& attachment = body["attachments"][0];
        CHECK(attachment["contentType"] == "application/vnd.microsoft.card.adaptive");
        for (const auto& part : attachment["content"]["body"]) CHECK(part["type"] == "RichTextBlock");
        CHECK(attachment["content"]["actions"].size() == 1);
        CHECK(attachment["content"]["actions"][0]["type"] == "Action.OpenUrl");
        CHECK(attachment["content"]["actions"][0]["url"] == page);
        CHECK(body.dump().size() < 28'000);  // what Teams takes
    }
}

TEST_CASE("what cannot be seen is marked in every format, and every body is valid") {
    for (const auto format : formats)
        for (const auto& text : hostile_texts) {
            const auto body = text_for(hostile(text), format);
            if (format != Channel::Format::email)
                CHECK_FALSE(Json::parse(body, nullptr, false).is_discarded());
            for (const auto* hidden : {"\u202E", "\u2066", "\u200B", "\xff"})
                CHECK_FALSE(holds(body, hidden));
        }
    CHECK(holds(notice::json_body(hostile("a\u202Eb"), fakes::no_tokens()).dump(), "⟨U+202E⟩"));
}

TEST_CASE("without a page there is no link") {
    auto made = notice();
    made.page_url.clear();
    CHECK(notice::json_body(made, fakes::no_tokens())["approval_url"].is_null());
    CHECK_FALSE(holds(notice::slack_body(made, fakes::no_tokens()).dump(), "\"button\""));
    CHECK(notice::teams_body(made, fakes::no_tokens())["attachments"][0]["content"]["actions"].empty());
}

TEST_CASE("a retry comes later each time, at random, within five minutes, and not before it was asked for") {
    for (const auto random : {std::uint64_t{0}, std::uint64_t{12345}, ~std::uint64_t{0}})
        for (int attempts = 1; attempts < 40; ++attempts) {
            const auto pause = notice::next_attempt(attempts, random, 0s, noon) - noon;
            CHECK(pause >= 1s);
            CHECK(pause <= 5min);
            if (attempts == 1) CHECK(pause <= 2s);
        }
    CHECK(notice::next_attempt(1, 1999, 0s, noon) != notice::next_attempt(1, 7, 0s, noon));
    CHECK(notice::next_attempt(20, 299'000, 0s, noon) - noon == 5min);
    CHECK(notice::next_attempt(1, 0, 1h, noon) - noon == 1h);
}

TEST_CASE("a request is old news once it is decided or over, and everything is after a day") {
    for (const auto event : {Event::requested, Event::reminded, Event::escalated}) {
        auto made = notice(event);
        CHECK_FALSE(notice::is_old_news(made, noon + 14min));
        CHECK(notice::is_old_news(made, noon + 15min));
        ApprovalForTests::state(*made.approval) = State::approved;
        CHECK(notice::is_old_news(made, noon));
    }
    const auto decided = notice(Event::decided);
    CHECK_FALSE(notice::is_old_news(decided, noon + 24h));
    CHECK(notice::is_old_news(decided, noon + 24h + 1s));
}

TEST_CASE("PagerDuty: what waits for a person triggers an alert, and its end resolves the same one") {
    for (const auto event : {Event::requested, Event::reminded, Event::escalated}) {
        const auto body = notice::pagerduty_body(notice(event), fakes::no_tokens());
        CHECK(body["event_action"] == "trigger");
        CHECK(body["dedup_key"] == "apr_1");
        CHECK(holds(body["payload"]["summary"].get<std::string>(), "Delete access token ci-pipeline"));
        CHECK(body["payload"]["timestamp"] == "2026-11-23T12:00:00.000Z");
        CHECK(body["payload"]["custom_details"]["Asked by"] == "stdio:alice");
        CHECK(body["links"][0]["href"] == page);
    }
    for (const auto event : {Event::decided, Event::expired, Event::finished})
        CHECK(notice::pagerduty_body(notice(event), fakes::no_tokens()) ==
              Json{{"event_action", "resolve"}, {"dedup_key", "apr_1"}});
    for (const auto& text : hostile_texts) {
        auto made = hostile(text);
        made.event = Event::requested;
        const auto body = notice::pagerduty_body(made, fakes::no_tokens());
        CHECK(body["payload"]["summary"].get<std::string>().size() <= 1024);
        CHECK(body.dump().size() < 512 * 1024);
    }
}

TEST_CASE("a mail says what is asked, where to decide, and that it decides nothing") {
    const auto text = notice::mail_body(notice(), fakes::no_tokens());
    for (const auto* part : {"Approval needed\n", "Token: ci-pipeline\n", "Asked by: stdio:alice\n", page,
                             "This mail decides nothing", "Claimed by the caller (not verified)", "Digest "})
        CHECK(holds(text, part));
    CHECK_FALSE(holds(notice::mail_body(notice(Event::finished), fakes::no_tokens()), "Decide on the page"));
}

TEST_CASE("a test message says in every form that it is one, and asks for nothing") {
    const notice::Notice test{.id = "evt_9", .event = Event::test, .at = noon, .channel = "oncall"};
    for (const auto format : formats) {
        const auto message = notice::message_of(test, format, fakes::no_tokens());
        CHECK(holds(std::string(message.body.text()), "est message") !=
              (format == Channel::Format::json));  // which has its type
        CHECK(holds(std::string(message.body.text()), "This is a test."));
        CHECK(message.subject.text() == "Test message of tfy-pat-mcp");
    }
    CHECK(notice::json_body(test, fakes::no_tokens())["type"] == "test");
    CHECK(notice::pagerduty_body(test, fakes::no_tokens())["dedup_key"] == "evt_9");
}

}  // namespace tfy::policy::notice_test
