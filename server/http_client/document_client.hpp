// Fetching small public documents from addresses that others named.
#pragma once

#include <sys/socket.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tools/async.hpp"

namespace tfy::http_client {

class TransferThread;

struct Document {
    int status = 0;
    std::string content_type = {};
    std::optional<std::chrono::seconds> max_age = {};  // as its Cache-Control says
    std::string body = {};
};

class DocumentClient {
public:
    virtual ~DocumentClient() = default;

    /// One GET of an https address. Any status is an answer. Errc::upstream where there was none, or one that
    /// is not taken: too long, compressed, too late. The message begins with "its" or "it": what failed, no
    /// word of the peer's.
    virtual Async<Result<Document>> get(std::string address) = 0;
};

struct DocumentOptions {
    std::string ca_file = {};                  // beside the system's
    std::chrono::milliseconds timeout{5'000};  // from looking up the name to the last byte
    std::size_t body_limit = std::size_t{5} * 1024;
    /// Asked of each address at the moment when it is about to be connected to, so that a name that is looked
    /// up once more leads nowhere else. nullptr: is_public_address().
    std::function<bool(const sockaddr&)> may_connect = {};
    /// For tests: "host:port:address", used in place of looking names up.
    std::vector<std::string> names = {};
};

/// https only, no redirects, no proxy, no cookies, no credentials, no compression, a connection for each.
std::unique_ptr<DocumentClient> make_document_client(std::shared_ptr<TransferThread> thread,
                                                     DocumentOptions options);

}  // namespace tfy::http_client
