// What a webhook is told of an approval, as a function of values. No notice carries a way to decide: its one
// link leads to the page, where a person signs in.
#pragma once

#include "policy/approval.hpp"
#include "policy/redacted.hpp"
#include "policy/webhook.hpp"

namespace tfy::notice {

struct Notice {
    std::string id;  // one for each event, the same at each attempt: "evt_" and 32 hex digits
    policy::Webhook::Event event = policy::Webhook::Event::requested;
    policy::Time at = {};                                              // when it happened
    policy::Approval approval;                                         // as it is now, but for
    policy::Approval::State state = policy::Approval::State::pending;  // as it was then
    std::optional<policy::Approval::Decision> decision = {};
    std::string page_url;  // of the approval; empty if there is no page
};

// `seal`: every text that someone wrote is sealed while it is whole. The body is to be sealed as well.

/// {type, id, at, approval: {…}, approval_url, decision?}: docs/webhooks.md.
Json json_body(const Notice& notice, const policy::Seals& seal);
/// Block Kit. Everything is plain text: nothing that someone wrote is rendered as markup.
Json slack_body(const Notice& notice, const policy::Seals& seal);
/// An Adaptive Card in the envelope that Teams' Workflows take. Everything is text runs, which know no
/// Markdown.
Json teams_body(const Notice& notice, const policy::Seals& seal);

Json body_of(const Notice& notice, policy::Webhook::Format format, const policy::Seals& seal);

}  // namespace tfy::notice
