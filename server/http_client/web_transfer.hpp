// One request over HTTP: set up, filled while it runs, and read when it is over.
#pragma once

#include <memory>
#include <string>

#include "server/http_client/transfer.hpp"
#include "server/http_client/transfer_error.hpp"

namespace tfy::http_client {

/// What all transfers to one server have in common. Read by the transfer thread only.
struct OriginServer {
    ServerOptions options;
    std::string scheme;
    std::string host;  // for messages
    bool loopback = false;
};

class WebTransfer final : public Transfer {
public:
    /// Takes the header line that holds a secret (empty: none) and wipes it. Errc::upstream if the request
    /// cannot be built; nothing was sent then.
    static Result<std::unique_ptr<Transfer>> prepare(const OriginServer& origin, WebRequest request,
                                                     std::string secret_header);
    ~WebTransfer() override;
    WebTransfer(const WebTransfer&) = delete;
    WebTransfer& operator=(const WebTransfer&) = delete;

    Result<WebResponse> outcome(CURLcode code) override;
    Error aborted() const override;

private:
    WebTransfer(const OriginServer& origin, WebRequest request);
    bool add_headers(std::string secret_header);
    bool add_header(std::string line);
    bool set_options();
    std::string header(const char* name) const;
    bool maybe_sent() const;
    FailedTransfer failed(CURLcode code) const;
    std::size_t announced() const;
    std::size_t take(std::string_view bytes);
    static std::size_t on_bytes(char* bytes, std::size_t size, std::size_t count, void* self);
    static int on_words(CURL* easy, curl_infotype type, char* bytes, std::size_t size, void* self);
    static std::size_t on_header(char* bytes, std::size_t size, std::size_t count, void* self);

    const OriginServer& origin_;
    WebRequest request_;
    WebResponse response_;
    std::string url_;
    std::size_t ignored_ = 0;  // bytes of the body that were not kept
    bool over_limit_ = false;
    std::string proxy_ = {};      // the variable that names the proxy in use
    bool head_complete_ = false;  // curl takes a head that breaks off for a whole one
    curl_slist* headers_ = nullptr;
};

}  // namespace tfy::http_client
