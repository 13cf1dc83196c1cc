// One channel's way out: sealed text, as a signed POST, as an event of PagerDuty, or as a mail.
#pragma once

#include "policy/notice/notice.hpp"
#include "server/http_client/http_client.hpp"
#include "server/http_client/mail_client.hpp"
#include "server/notify/channel_target.hpp"

namespace tfy::notify {

/// What carries a channel's messages: the first for all but mail, the second for mail.
struct Carrier {
    std::unique_ptr<http_client::HttpClient> web = {};
    std::unique_ptr<http_client::MailClient> mail = {};
};

/// Over the network. Each kind has its thread: a mail server that is slow holds up other mail only.
class Network {
public:
    explicit Network(std::string ca_file) : ca_file_(std::move(ca_file)) {}
    Carrier connect(const ChannelTarget& target);
    /// Ends the threads that wait.
    void close();

private:
    std::string ca_file_;
    std::shared_ptr<http_client::TransferThread> web_;  // once it was needed
    std::shared_ptr<http_client::TransferThread> mail_;
};

class ChannelPost {
public:
    ChannelPost(ChannelTarget target, Carrier carrier)
        : target_(std::move(target)), carrier_(std::move(carrier)) {}

    /// Waits for the answer, 15 s at the most, of a mail server 90 s. Any status is an answer; errors as
    /// HttpClient::send and MailClient::send have them.
    Async<Result<http_client::WebResponse>> send(notice::Message message, policy::Time now);

    const ChannelTarget& target() const { return target_; }

private:
    Async<Result<http_client::WebResponse>> post(const notice::Message& message, policy::Time now);
    Async<Result<http_client::WebResponse>> mail(const notice::Message& message, policy::Time now);
    std::string with_routing_key(const redaction::Redacted& body) const;

    ChannelTarget target_;
    Carrier carrier_;
};

/// It was taken: 2xx, or SMTP's 250.
inline bool is_taken(const http_client::WebResponse& answer) { return answer.status / 100 == 2; }

}  // namespace tfy::notify
