#include "server/notify/channel_post.hpp"

#include "policy/notice/mime.hpp"
#include "policy/notice/signature.hpp"
#include "server/http_client/transfer_thread.hpp"

namespace tfy::notify {
namespace {

using policy::Channel;

constexpr std::size_t most_of_answer = 64 * 1024;
constexpr std::chrono::seconds longest_post{15}, longest_connect{5};

}  // namespace

Carrier Network::connect(const ChannelTarget& target) {
    if (target.wanted.format == Channel::Format::email) {
        if (!mail_) mail_ = http_client::start_transfers();
        http_client::MailServer server{.url = target.url.origin,
                                       .host = target.url.host,
                                       .starttls = target.wanted.starttls,
                                       .user = target.wanted.user,
                                       .password = {},
                                       .ca_file = ca_file_,
                                       .connect_timeout = longest_connect};
        if (target.key) server.password = [key = target.key] { return std::string(key->reveal()); };
        return {.mail = http_client::make_mail_client(mail_, std::move(server))};
    }
    if (!web_) web_ = http_client::start_transfers();
    return {
        .web = http_client::make_client(
            web_, {.base_url = target.url.origin,
                   .ca_file = ca_file_,
                   .connect_timeout = longest_connect,
                   .body_limit = most_of_answer,
                   .setting = target.wanted.url.empty() ? "the address in 'url_file'" : "the channel's 'url'",
                   .ignore_body = true})};
}

void Network::close() {
    if (web_) web_->stop();
    if (mail_) mail_->stop();
}

Async<Result<http_client::WebResponse>> ChannelPost::send(notice::Message message, policy::Time now) {
    if (target_.wanted.format == Channel::Format::email) co_return co_await mail(message, now);
    co_return co_await post(message, now);
}

Async<Result<http_client::WebResponse>> ChannelPost::post(const notice::Message& message, policy::Time now) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
    const bool pagerduty = target_.wanted.format == Channel::Format::pagerduty;
    http_client::WebRequest request{
        .method = "POST", .target = target_.url.target, .body = {}, .timeout = longest_post};
    request.body = pagerduty ? with_routing_key(message.body) : std::string(message.body.text());
    if (!pagerduty)
        request.headers = {{"webhook-id", message.id}, {"webhook-timestamp", std::to_string(seconds)}};
    if (!pagerduty && target_.key)
        request.headers.emplace_back("webhook-signature",
                                     notice::sign(*target_.key, message.id, seconds, message.body));
    co_return co_await carrier_.web->send(std::move(request));
}

Async<Result<http_client::WebResponse>> ChannelPost::mail(const notice::Message& message, policy::Time now) {
    const auto& wanted = target_.wanted;
    http_client::Mail mail{.from = wanted.from, .to = wanted.to, .text = {}};
    mail.text = notice::mail_text({.from = wanted.from, .to = wanted.to, .at = now}, message);
    co_return co_await carrier_.mail->send(std::move(mail));
}

// The sealed object stays as it is, and the key, of letters and digits, becomes its first member.
std::string ChannelPost::with_routing_key(const redaction::Redacted& body) const {
    return "{\"routing_key\":\"" + std::string(target_.key->reveal()) + "\"," +
           std::string(body.text().substr(1));
}

}  // namespace tfy::notify
