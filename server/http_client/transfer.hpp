// One thing that curl carries to its end, a request or a mail, as an easy handle.
#pragma once

#include <memory>
#include <string>

#include "server/http_client/curl_library.hpp"
#include "server/http_client/http_client.hpp"

namespace tfy::http_client {

class Transfer {
public:
    virtual ~Transfer() = default;
    Transfer(const Transfer&) = delete;
    Transfer& operator=(const Transfer&) = delete;

    CURL* handle() const { return easy_.get(); }
    /// When curl says that it is over.
    virtual Result<WebResponse> outcome(CURLcode code) = 0;
    /// When we end it ourselves.
    virtual Error aborted() const = 0;

protected:
    Transfer() : easy_(curl().easy_init()) {}

    template <class Value>
    void set(CURLoption option, Value value) {
        good_ = curl().easy_setopt(easy_.get(), option, value) == CURLE_OK && good_;
    }
    /// What holds for all: TLS 1.2 and up and verified, no signals, no files of passwords.
    void set_common(const std::string& ca_file, std::chrono::milliseconds connect_timeout,
                    std::chrono::milliseconds timeout);
    /// There is a handle, and every option was taken.
    bool is_set() const { return easy_ && good_; }
    /// To be called by the destructor of a class with members that the handle points into.
    void end() { easy_.reset(); }

private:
    struct FreeEasy {
        void operator()(CURL* easy) const { curl().easy_cleanup(easy); }
    };
    std::unique_ptr<CURL, FreeEasy> easy_;
    bool good_ = true;
};

/// What could end a line early must not be in it.
bool is_one_line(std::string_view text);

}  // namespace tfy::http_client
