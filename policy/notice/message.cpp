// A notice in the form of its channel, sealed as a whole once more.
#include "policy/notice/words.hpp"

namespace tfy::notice {
namespace {

Json json_for(const Notice& notice, policy::Channel::Format format, const policy::Seals& seal) {
    switch (format) {
        case policy::Channel::Format::slack: return slack_body(notice, seal);
        case policy::Channel::Format::teams: return teams_body(notice, seal);
        case policy::Channel::Format::pagerduty: return pagerduty_body(notice, seal);
        default: return json_body(notice, seal);
    }
}

}  // namespace

Message message_of(const Notice& notice, policy::Channel::Format format,
                   const redaction::Redactor& redactor) {
    const bool mail = format == policy::Channel::Format::email;
    return {.id = notice.id,
            .thread = notice.approval ? notice.approval->id : notice.id,
            .subject = redactor.seal_text(words_of(notice, redactor).summary),
            .body = mail ? redactor.seal_text(mail_body(notice, redactor))
                         : redactor.seal(json_for(notice, format, redactor))};
}

}  // namespace tfy::notice
