#include "server/http_client/mail_client.hpp"

#include "server/http_client/mail_transfer.hpp"
#include "server/http_client/transfer_thread.hpp"

namespace tfy::http_client {
namespace {

class CurlMailClient final : public MailClient {
public:
    CurlMailClient(std::shared_ptr<TransferThread> thread, MailServer server)
        : thread_(std::move(thread)), server_(std::make_shared<const MailServer>(std::move(server))) {}

    Async<Result<WebResponse>> send(Mail mail) override {
        auto asked = std::make_shared<Mail>(std::move(mail));
        // It is the thread that calls both, so it outlives them.
        TransferThread::Prepare prepare = [server = server_, asked, thread = thread_.get()] {
            return MailTransfer::prepare(*server, std::move(*asked), [thread] { return thread->stopping(); });
        };
        return carry(thread_, std::move(prepare));
    }

private:
    std::shared_ptr<TransferThread> thread_;
    std::shared_ptr<const MailServer> server_;
};

}  // namespace

std::unique_ptr<MailClient> make_mail_client(std::shared_ptr<TransferThread> thread, MailServer server) {
    return std::make_unique<CurlMailClient>(std::move(thread), std::move(server));
}

}  // namespace tfy::http_client
