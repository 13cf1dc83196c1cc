// What the kinds of channels get besides webhooks: mail and PagerDuty.
#include <doctest/doctest.h>

#include "server/notify/channel_post.hpp"
#include "tests/fakes/notified.hpp"

namespace tfy::channels_test {

using namespace std::chrono_literals;
using fakes::Notified;

TEST_CASE("a mail goes to its recipients; a reply that refuses it is no end, and is counted") {
    Notified house;
    house.receiver("mail.example.com").answer(451);
    house.start({fakes::channel("mail", policy::Channel::Format::email)});
    house.request("a");
    house.told(1, "mail.example.com");
    CHECK(house.notifier().health().front().failed == 1);
    CHECK(house.notifier().health().front().trouble == "it answered 451");
    house.clock.advance(2min);
    house.told(2, "mail.example.com");
    const auto& mail = house.receiver("mail.example.com").got[1];
    CHECK(mail.target == "tfy@example.com");
    CHECK(mail.headers.size() == 2);
    CHECK(mail.body.find("Subject: Approval needed: ") != std::string::npos);
    CHECK(house.notifier().health().front().delivered == 1);
    CHECK(house.notifier().health().front().trouble.empty());
}

TEST_CASE("a mail that some recipients do not get is told as trouble, and is not sent again to the others") {
    Notified house;
    auto& server = house.receiver("mail.example.com");
    server.answers.push_back(
        http_client::WebResponse{.status = 250, .refused = {{"ann@example.com", 550, "no such user"}}});
    house.start({fakes::channel("mail", policy::Channel::Format::email)});
    house.request("a");
    house.told(1, "mail.example.com");
    CHECK(house.notifier().health().front().trouble == "it refused 1 of 2 recipients (550)");
    CHECK(house.notifier().health().front().since == house.clock.now());
    house.clock.advance(6min);
    house.told(1, "mail.example.com");
    house.request("b");
    house.told(2, "mail.example.com");
    CHECK(house.notifier().health().front().trouble.empty());
}

TEST_CASE("a mail whose server does not say whether it took it is sent once more, and no more") {
    Notified house;
    auto& server = house.receiver("mail.example.com");
    server.answer(451).does_not_say().does_not_say();
    house.start({fakes::channel("mail", policy::Channel::Format::email)});
    house.request("a");
    for (std::size_t attempt = 1; attempt <= 3; ++attempt) {
        house.told(attempt, "mail.example.com");
        house.clock.advance(2min);
    }
    house.told(3, "mail.example.com");
    CHECK(house.notifier().health().front().failed == 3);
    CHECK_FALSE(house.notifier().health().front().trouble.empty());
}

TEST_CASE("PagerDuty gets its key, and the end of what it was told, whatever its events say") {
    Notified house;
    house.start({fakes::channel("oncall", policy::Channel::Format::pagerduty)});
    const auto id = house.ask(house.requester());
    house.told(1, "oncall.example.com");
    house.deny(id);
    house.told(2, "oncall.example.com");
    const auto trigger = house.receiver("oncall.example.com").body(0);
    CHECK(trigger["routing_key"] == "0123456789abcdef0123456789abcdef");
    CHECK(trigger["event_action"] == "trigger");
    CHECK(trigger["dedup_key"] == id);
    CHECK(house.receiver("oncall.example.com").header(0, "webhook-signature").empty());
    CHECK(house.receiver("oncall.example.com").body(1)["event_action"] == "resolve");
    CHECK(house.receiver("oncall.example.com").body(1)["dedup_key"] == id);
}

TEST_CASE("only sealed text goes to a channel") {
    static_assert(std::is_same_v<decltype(notice::Message::body), redaction::Redacted>);
    static_assert(std::is_same_v<decltype(notice::Message::subject), redaction::Redacted>);
    using Send = decltype(&notify::ChannelPost::send);
    static_assert(std::is_invocable_v<Send, notify::ChannelPost&, notice::Message, policy::Time>);
    static_assert(!std::is_invocable_v<Send, notify::ChannelPost&, std::string, policy::Time>);
    static_assert(!std::is_invocable_v<Send, notify::ChannelPost&, Json, policy::Time>);
}

}  // namespace tfy::channels_test
