// One request as a curl easy handle: set up, filled while it runs, and read when it is over.
#pragma once

#include <curl/curl.h>

#include <memory>
#include <string>

#include "server/http_client/curl_exchange.hpp"
#include "server/http_client/transfer_error.hpp"

namespace tfy::http_client {

/// What all transfers to one control plane have in common. Read by the upstream thread only.
struct OriginServer {
    UpstreamOptions options;
    std::string scheme;
    std::string host;  // for messages
    bool loopback = false;
};

class Transfer {
public:
    /// Takes the Authorization line (empty: none) and wipes it. Errc::upstream where the request cannot be
    /// built; nothing was sent then.
    static Result<std::unique_ptr<Transfer>> prepare(const OriginServer& upstream,
                                                     truefoundry::ApiRequest request,
                                                     std::string authorization);
    ~Transfer();
    Transfer(const Transfer&) = delete;
    Transfer& operator=(const Transfer&) = delete;

    CURL* handle() const { return easy_.get(); }
    /// When curl says that it is over.
    Result<truefoundry::ApiResponse> outcome(CURLcode code);
    /// When we end it ourselves.
    Error aborted() const;

private:
    struct FreeEasy {
        void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
    };

    Transfer(const OriginServer& upstream, truefoundry::ApiRequest request);
    bool add_headers(std::string authorization);
    bool add_header(std::string line);
    bool set_options();
    std::string header(const char* name) const;
    bool maybe_sent() const;
    FailedTransfer failed(CURLcode code) const;
    std::size_t take(std::string_view bytes);
    static std::size_t on_bytes(char* bytes, std::size_t size, std::size_t count, void* self);
    static std::size_t on_header(char* bytes, std::size_t size, std::size_t count, void* self);

    const OriginServer& upstream_;
    truefoundry::ApiRequest request_;
    truefoundry::ApiResponse response_;
    std::string url_;
    std::size_t ignored_ = 0;  // bytes of the body that were not kept
    bool over_limit_ = false;
    bool head_complete_ = false;  // curl takes a head that breaks off for a whole one
    curl_slist* headers_ = nullptr;
    std::unique_ptr<CURL, FreeEasy> easy_;
};

}  // namespace tfy::http_client
