// What a channel is told, as a function of values. No notice carries a way to decide: its one link leads to
// the page, where a person signs in.
#pragma once

#include "policy/approval.hpp"
#include "policy/channel.hpp"
#include "policy/notice/expiry.hpp"

namespace tfy::notice {

struct Notice {
    std::string id;  // one for each event, the same at each attempt: "evt_" and 32 hex digits
    policy::Channel::Event event = policy::Channel::Event::requested;
    policy::Time at = {};                                              // when it happened
    std::optional<policy::Approval> approval = {};                     // as it is now, but for
    policy::Approval::State state = policy::Approval::State::pending;  // as it was then
    std::optional<policy::Approval::Decision> decision = {};
    std::optional<TokenEnd> token = {};  // that ends soon
    std::string channel = {};            // of a test: what people call it
    std::string page_url = {};           // of what it tells; empty if there is no page
};

// `seal`: every text that someone wrote is sealed while it is whole. The body is to be sealed as well.

/// {type, id, at, approval: {…}, approval_url, decision?}: docs/notifications.md.
Json json_body(const Notice& notice, const policy::Seals& seal);
/// Block Kit. Everything is plain text: nothing that someone wrote is rendered as markup.
Json slack_body(const Notice& notice, const policy::Seals& seal);
/// An Adaptive Card in the envelope that Teams' Workflows take. Everything is text runs, which know no
/// Markdown.
Json teams_body(const Notice& notice, const policy::Seals& seal);

/// An event of PagerDuty's Events API v2, without its routing key: what asks for a decision triggers an alert
/// under the request's id, and its end resolves that.
Json pagerduty_body(const Notice& notice, const policy::Seals& seal);
/// Lines of plain text.
std::string mail_body(const Notice& notice, const policy::Seals& seal);

/// A notice as it leaves.
struct Message {
    std::string id;      // the notice's
    std::string thread;  // what mails of one request have in common: its id
    redaction::Redacted subject;
    redaction::Redacted body;
};
Message message_of(const Notice& notice, policy::Channel::Format format, const redaction::Redactor& redactor);

}  // namespace tfy::notice
