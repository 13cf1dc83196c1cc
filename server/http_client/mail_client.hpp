// Mail to one server over SMTP, carried by the same thread as requests.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "server/http_client/http_client.hpp"

namespace tfy::http_client {

struct Mail {
    std::string from;             // addresses without names: "tfy@example.com"
    std::vector<std::string> to;  // one or more
    std::string text;             // head and body, each line ended by CRLF
    std::chrono::milliseconds timeout{90'000};
};

struct MailServer {
    std::string url;       // "smtp://mail.example.com:587", "smtps://mail.example.com:465"
    std::string host;      // for messages
    bool starttls = true;  // of smtp: TLS, or neither password nor mail is sent
    std::string user = {};
    std::function<std::string()> password = {};  // on the thread, for each mail; its text is wiped
    std::string ca_file = {};                    // beside the system's
    std::chrono::milliseconds connect_timeout{5'000};
};

class MailClient {
public:
    virtual ~MailClient() = default;

    /// A reply of the server is an answer: its code is the `status` (250: the mail was taken), its words are
    /// the `body`. Where only some of the recipients were refused, the mail goes to the others, and they are
    /// `refused`. Each reply is waited for ten seconds, the last one, for which servers look through the
    /// mail, a minute. Errors as of HttpClient::send: Errc::upstream if no mail was sent, Errc::ambiguous if
    /// it may have been taken.
    virtual Async<Result<WebResponse>> send(Mail mail) = 0;
};

std::unique_ptr<MailClient> make_mail_client(std::shared_ptr<TransferThread> thread, MailServer server);

}  // namespace tfy::http_client
