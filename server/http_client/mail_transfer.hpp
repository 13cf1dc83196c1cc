// One mail on its way to its server.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "server/http_client/mail_client.hpp"
#include "server/http_client/transfer.hpp"

namespace tfy::http_client {

class MailTransfer final : public Transfer {
public:
    using Stopping = std::function<bool()>;

    /// Errc::upstream if the mail cannot be built; nothing was sent then. `server` must outlive it. It is
    /// aborted within about a second once `stopping`.
    static Result<std::unique_ptr<Transfer>> prepare(const MailServer& server, Mail mail, Stopping stopping);
    ~MailTransfer() override;
    MailTransfer(const MailTransfer&) = delete;
    MailTransfer& operator=(const MailTransfer&) = delete;

    Result<WebResponse> outcome(CURLcode code) override;
    Error aborted() const override;

private:
    MailTransfer(const MailServer& server, Mail mail, Stopping stopping)
        : server_(server), mail_(std::move(mail)), stopping_(std::move(stopping)) {}
    bool add_recipients();
    bool set_options();
    bool set_credentials();
    void wait_for_reply(std::chrono::seconds longest);
    Error explain(CURLcode code) const;
    void hear(std::string_view line);
    void note_command(std::string_view command);
    bool is_given() const { return given_ == mail_.text.size(); }
    static std::size_t on_read(char* into, std::size_t size, std::size_t count, void* self);
    static std::size_t on_reply(char* bytes, std::size_t size, std::size_t count, void* self);
    static int on_words(CURL* easy, curl_infotype type, char* bytes, std::size_t size, void* self);
    static int on_progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t);

    const MailServer& server_;
    Mail mail_;
    Stopping stopping_;
    std::size_t given_ = 0;  // bytes of the text that curl took
    curl_slist* recipients_ = nullptr;
    std::size_t named_ = 0;   // recipients that the server was told of
    bool naming_ = false;     // the last command was of one of them
    int code_ = 0;            // of the last reply but the farewell
    std::string words_ = {};  // of the last reply
    std::vector<RefusedRecipient> refused_ = {};
};

}  // namespace tfy::http_client
