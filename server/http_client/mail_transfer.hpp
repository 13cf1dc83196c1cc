// One mail on its way to its server.
#pragma once

#include <memory>
#include <string>

#include "server/http_client/mail_client.hpp"
#include "server/http_client/transfer.hpp"

namespace tfy::http_client {

class MailTransfer final : public Transfer {
public:
    /// Errc::upstream if the mail cannot be built; nothing was sent then. `server` must outlive it.
    static Result<std::unique_ptr<Transfer>> prepare(const MailServer& server, Mail mail);
    ~MailTransfer() override;
    MailTransfer(const MailTransfer&) = delete;
    MailTransfer& operator=(const MailTransfer&) = delete;

    Result<WebResponse> outcome(CURLcode code) override;
    Error aborted() const override;

private:
    MailTransfer(const MailServer& server, Mail mail) : server_(server), mail_(std::move(mail)) {}
    bool add_recipients();
    bool set_options();
    bool set_credentials();
    Error explain(CURLcode code) const;
    void hear(std::string_view line);
    static std::size_t on_read(char* into, std::size_t size, std::size_t count, void* self);
    static std::size_t on_reply(char* bytes, std::size_t size, std::size_t count, void* self);

    const MailServer& server_;
    Mail mail_;
    std::size_t given_ = 0;  // bytes of the text that curl took
    curl_slist* recipients_ = nullptr;
    int code_ = 0;              // of the last reply but the farewell
    std::string words_ = {};    // of the last reply
    std::string refused_ = {};  // the first reply that refused something
};

}  // namespace tfy::http_client
