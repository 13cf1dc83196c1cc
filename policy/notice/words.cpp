#include "policy/notice/words.hpp"

#include "policy/call_words.hpp"
#include "policy/visible.hpp"

namespace tfy::notice {
namespace {

using Event = policy::Channel::Event;
using State = policy::Approval::State;

constexpr std::size_t most_of_value = 300, most_of_sentence = 500, most_warnings = 5;

std::string headline_of_decision(State state) {
    switch (state) {
        case State::denied: return "Denied";
        case State::withdrawn: return "Withdrawn";
        case State::superseded: return "Superseded";
        default: return "Approved";
    }
}

std::string headline_of_end(State state) {
    switch (state) {
        case State::succeeded: return "Done";
        case State::failed: return "Failed";
        default: return "Outcome unknown";
    }
}

std::string headline(const Notice& notice) {
    switch (notice.event) {
        case Event::requested: return "Approval needed";
        case Event::reminded: return "Reminder: approval still needed";
        case Event::escalated: return "Escalated: no one has decided yet";
        case Event::decided: return headline_of_decision(notice.state);
        case Event::finished: return headline_of_end(notice.state);
        case Event::test: return "Test message";
        case Event::token_expiring:
            return notice.token && notice.token->own_key ? "This server's own key ends soon"
                                                         : "A token ends soon";
        default: break;
    }
    return notice.decision ? "Expired: approved, but not used in time" : "Expired: not decided in time";
}

std::vector<NoticeWords::Field> fields_of(const Notice& notice, const policy::Seals& seal) {
    const auto& approval = *notice.approval;
    std::vector<NoticeWords::Field> fields;
    const auto add = [&](const char* label, std::string_view value) {
        if (!value.empty()) fields.push_back({label, shown_within(seal, value, most_of_value)});
    };
    add("Request", policy::words_for(approval.call.tool, seal).title);
    add("Token", approval.facts.subject);
    add("Asked by", policy::asker_of(approval.call.caller));
    if (!policy::asks_for_decision(notice.event) && notice.decision) {
        if (!notice.decision->permission.empty()) {
            add("Approved by", "a standing permission of " + notice.decision->by);
        } else {
            add("Decided by", notice.decision->by + (notice.decision->froze ? ", who froze the caller" : ""));
            add("Their reason", notice.decision->reason);
        }
    }
    return fields;
}

std::vector<std::string> remarks_of(const policy::Approval& approval, const policy::Seals& seal) {
    std::vector<std::string> remarks;
    for (const auto& warning : approval.facts.warnings)
        if (remarks.size() < most_warnings)
            remarks.push_back("Warning: " + shown_within(seal, warning, most_of_sentence));
    if (!approval.terms().because.empty())
        remarks.push_back("Asked because " + shown_within(seal, approval.terms().because, most_of_sentence));
    return remarks;
}

std::string claimed_of(const policy::Approval& approval, const policy::Seals& seal) {
    const auto& client = approval.call.caller.client;
    if (client.empty()) return {};
    return "Claimed by the caller (not verified): client " +
           policy::between_quotes(shown_within(seal, client, most_of_value));
}

std::string footer_of(const Notice& notice) {
    auto text = "Digest " + policy::short_digest(notice.approval->digest());
    if (policy::asks_for_decision(notice.event))
        text += " · decide before " + policy::format_time_for_people(notice.approval->expires) +
                " · at least " + std::string(policy::to_string(notice.approval->terms().min_assurance));
    return text;
}

NoticeWords words_of_test(const Notice& notice, const policy::Seals& seal) {
    const auto name = shown_within(seal, notice.channel, most_of_value);
    return {.headline = headline(notice),
            .summary = "Test message of tfy-pat-mcp",
            .fields = {{"Channel", name}},
            .effect = "This is a test. No one asked for anything, and there is nothing to decide.",
            .footer = "Sent by: tfy-pat-mcp approvals notify test " + name};
}

std::string days_in_words(int days) { return days == 1 ? "1 day" : std::to_string(days) + " days"; }

NoticeWords words_of_end(const Notice& notice, const policy::Seals& seal) {
    const auto& end = *notice.token;
    NoticeWords words{.headline = headline(notice)};
    const auto name = shown_within(seal, end.name, most_of_value);
    if (!name.empty()) words.fields.push_back({"Token", name});
    words.fields.push_back({"Ends on", policy::format_time_for_people(end.expires)});
    words.summary = (end.own_key ? std::string("This server's own key") : "Token " + name) + " ends within " +
                    days_in_words(end.days);
    words.effect = end.own_key
                       ? "After that this server can no longer reach TrueFoundry. Make a new key and replace "
                         "the old one."
                       : "After that everything that uses it stops working. Rotate it, or let it end.";
    words.footer = "Told 30, 7 and 1 days before the end";
    return words;
}

}  // namespace

std::string shown_within(const policy::Seals& seal, std::string_view text, std::size_t most) {
    const auto sealed = seal.seal_text(text);
    for (auto limit = most; limit > 0; limit /= 2)
        if (auto safe = policy::shown(sealed, limit); safe.size() <= most) return safe;
    return {};
}

NoticeWords words_of(const Notice& notice, const policy::Seals& seal) {
    if (notice.token) return words_of_end(notice, seal);
    if (!notice.approval) return words_of_test(notice, seal);
    const auto& approval = *notice.approval;
    NoticeWords words{.headline = headline(notice),
                      .fields = fields_of(notice, seal),
                      .effect = shown_within(seal, approval.facts.effect, most_of_sentence),
                      .remarks = remarks_of(approval, seal),
                      .claimed = claimed_of(approval, seal),
                      .footer = footer_of(notice)};
    words.summary =
        words.headline + ": " + policy::words_for(approval.call.tool, seal).title +
        (approval.facts.subject.empty() ? std::string{}
                                        : " " + shown_within(seal, approval.facts.subject, most_of_value));
    return words;
}

}  // namespace tfy::notice
