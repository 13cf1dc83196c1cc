// A mail as it goes over the wire (RFC 5322, RFC 2045, RFC 2047): a head of our own words and plain UTF-8
// text.
#pragma once

#include <string>
#include <vector>

#include "policy/notice/notice.hpp"

namespace tfy::notice {

struct MailHead {
    std::string from;             // addresses as policy::is_mail_address() takes them
    std::vector<std::string> to;  //
    policy::Time at = {};
};

/// Each line ends with CRLF and has 78 characters at most. Subject and body are encoded, so nothing in them
/// can begin a line of the head. A notice that is sent again has the same Message-ID, and mails of one
/// request refer to the same thread.
std::string mail_text(const MailHead& head, const Message& message);

/// "Approval needed: …" as it is where it is short ASCII; otherwise as encoded words, of which none cuts a
/// character in two.
std::string encoded_subject(const redaction::Redacted& subject);

/// "Mon, 23 Nov 2026 12:00:00 +0000".
std::string mail_date(policy::Time time);

}  // namespace tfy::notice
