#include "server/http_client/document_client.hpp"

#include <algorithm>
#include <charconv>

#include "policy/time.hpp"
#include "server/http_client/public_address.hpp"
#include "server/http_client/transfer_thread.hpp"
#include "server/system/descriptors.hpp"

namespace tfy::http_client {
namespace {

constexpr std::size_t most_of_head = std::size_t{16} * 1024;

constexpr auto unreadable = "its server's answer cannot be read";

Error not_fetched(std::string why) { return {Errc::upstream, std::move(why)}; }

/// "max-age=600" of a Cache-Control header; nothing where it is not there or no number.
std::optional<std::chrono::seconds> max_age_in(std::string_view header) {
    constexpr std::string_view name = "max-age=";
    while (!header.empty()) {
        auto directive = header.substr(0, header.find(','));
        header.remove_prefix(std::min(header.size(), directive.size() + 1));
        directive.remove_prefix(std::min(directive.find_first_not_of(" \t"), directive.size()));
        if (!directive.starts_with(name)) continue;
        std::uint32_t seconds = 0;
        const auto* const first = directive.data() + name.size();
        const auto* const last = directive.data() + directive.size();
        if (std::from_chars(first, last, seconds).ec != std::errc{}) return std::nullopt;
        return std::chrono::seconds{seconds};
    }
    return std::nullopt;
}

class DocumentTransfer final : public Transfer {
public:
    /// `document` is filled before outcome() is told.
    static Result<std::unique_ptr<Transfer>> prepare(const DocumentOptions& options,
                                                     const std::string& address, Document& document) {
        std::unique_ptr<DocumentTransfer> transfer(new DocumentTransfer(options, document));
        if (transfer->handle() == nullptr || !transfer->set_options(address))
            return not_fetched("it cannot be asked for with this libcurl");
        return std::unique_ptr<Transfer>(std::move(transfer));
    }
    ~DocumentTransfer() override {
        end();
        curl().slist_free_all(headers_);
        curl().slist_free_all(names_);
    }
    DocumentTransfer(const DocumentTransfer&) = delete;
    DocumentTransfer& operator=(const DocumentTransfer&) = delete;

    Result<WebResponse> outcome(CURLcode code) override {
        if (code != CURLE_OK) return not_fetched(reason(code));
        if (!header("content-encoding").empty()) return not_fetched("it is compressed");
        long status = 0;
        curl().easy_getinfo(handle(), CURLINFO_RESPONSE_CODE, &status);
        if (!head_complete_ || status < 200) return not_fetched(unreadable);
        document_.status = static_cast<int>(status);
        document_.content_type = header("content-type");
        document_.max_age = max_age_in(header("cache-control"));
        return WebResponse{.status = document_.status};
    }
    Error aborted() const override { return not_fetched("it was given up before an answer came"); }

private:
    DocumentTransfer(const DocumentOptions& options, Document& document)
        : options_(options), document_(document) {}

    bool set_options(const std::string& address) {
        headers_ = curl().slist_append(nullptr, "Accept: application/json");
        for (const auto& name : options_.names) names_ = curl().slist_append(names_, name.c_str());
        if (headers_ == nullptr) return false;
        set(CURLOPT_URL, address.c_str());
        set(CURLOPT_PATH_AS_IS, 1L);
        set(CURLOPT_PROTOCOLS_STR, "https");
        set(CURLOPT_FOLLOWLOCATION, 0L);
        set(CURLOPT_PROXY, "");
        set(CURLOPT_HEADEROPT, static_cast<long>(CURLHEADER_SEPARATE));
        set(CURLOPT_HTTPHEADER, headers_);
        if (names_ != nullptr) set(CURLOPT_RESOLVE, names_);
        set(CURLOPT_USERAGENT, "tfy-pat-mcp/" TFY_VERSION);
        set(CURLOPT_FRESH_CONNECT, 1L);
        set(CURLOPT_FORBID_REUSE, 1L);
        set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
        set(CURLOPT_HTTP_CONTENT_DECODING, 0L);
        set(CURLOPT_HTTP_TRANSFER_DECODING, 1L);
        set_common(options_.ca_file, options_.timeout, options_.timeout);
        set(CURLOPT_OPENSOCKETFUNCTION, &DocumentTransfer::on_connect);
        set(CURLOPT_OPENSOCKETDATA, static_cast<void*>(this));
        set(CURLOPT_WRITEFUNCTION, &DocumentTransfer::on_bytes);
        set(CURLOPT_WRITEDATA, static_cast<void*>(this));
        set(CURLOPT_HEADERFUNCTION, &DocumentTransfer::on_header);
        set(CURLOPT_HEADERDATA, static_cast<void*>(this));
        return is_set();
    }

    std::string header(const char* name) const {
        curl_header* found = nullptr;
        if (curl().easy_header(handle(), name, 0, CURLH_HEADER, -1, &found) != CURLHE_OK) return {};
        return found->value;
    }

    std::string reason(CURLcode code) const {
        if (too_long_) return "it is longer than " + std::to_string(options_.body_limit) + " bytes";
        if (head_ > most_of_head) return "its answer has too many headers";
        switch (code) {
            case CURLE_COULDNT_RESOLVE_HOST: return "its name was not found";
            case CURLE_COULDNT_CONNECT:
                return forbidden_ ? "its name leads to an address that is not of the public internet"
                                  : "its server refused the connection";
            case CURLE_OPERATION_TIMEDOUT:
                return "its server did not answer within " +
                       policy::format_duration(std::chrono::ceil<std::chrono::seconds>(options_.timeout));
            case CURLE_PEER_FAILED_VERIFICATION:
            case CURLE_SSL_ISSUER_ERROR: return "the certificate of its server is not trusted";
            case CURLE_SSL_CONNECT_ERROR:
            case CURLE_SSL_CIPHER: return "no secure connection to its server came about";
            default: return unreadable;
        }
    }

    static curl_socket_t on_connect(void* self, curlsocktype purpose, curl_sockaddr* to) {
        auto& transfer = *static_cast<DocumentTransfer*>(self);
        const auto& may = transfer.options_.may_connect;
        const bool good =
            purpose == CURLSOCKTYPE_IPCXN && (may ? may(to->addr) : is_public_address(to->addr));
        if (good) return system::make_socket(to->family, to->socktype, to->protocol);
        transfer.forbidden_ = true;
        return CURL_SOCKET_BAD;
    }

    static std::size_t on_bytes(char* bytes, std::size_t size, std::size_t count, void* self) {
        auto& transfer = *static_cast<DocumentTransfer*>(self);
        auto& body = transfer.document_.body;
        transfer.too_long_ = size * count > transfer.options_.body_limit - body.size();
        if (transfer.too_long_) return 0;
        body.append(bytes, size * count);
        return size * count;
    }

    static std::size_t on_header(char* bytes, std::size_t size, std::size_t count, void* self) {
        auto& transfer = *static_cast<DocumentTransfer*>(self);
        const std::string_view line(bytes, size * count);
        if (line.starts_with("HTTP/")) transfer.head_complete_ = false;
        if (line == "\r\n" || line == "\n") transfer.head_complete_ = true;
        transfer.head_ += line.size();
        return transfer.head_ > most_of_head ? 0 : line.size();
    }

    const DocumentOptions& options_;
    Document& document_;
    curl_slist* headers_ = nullptr;
    curl_slist* names_ = nullptr;
    std::size_t head_ = 0;
    bool head_complete_ = false;  // curl takes a head that breaks off for a whole one
    bool forbidden_ = false;
    bool too_long_ = false;
};

class CurlDocumentClient final : public DocumentClient {
public:
    CurlDocumentClient(std::shared_ptr<TransferThread> thread, DocumentOptions options)
        : thread_(std::move(thread)), options_(std::make_shared<const DocumentOptions>(std::move(options))) {}

    Async<Result<Document>> get(std::string address) override {
        // The transfer refers to these; the function lives as long as it.
        const auto document = std::make_shared<Document>();
        TransferThread::Prepare prepare = [options = options_, address = std::move(address), document] {
            return DocumentTransfer::prepare(*options, address, *document);
        };
        auto carrying = carry(thread_, std::move(prepare));
        const auto over = co_await std::move(carrying);
        if (!over) co_return over.error();
        co_return std::move(*document);
    }

private:
    std::shared_ptr<TransferThread> thread_;
    std::shared_ptr<const DocumentOptions> options_;
};

}  // namespace

std::unique_ptr<DocumentClient> make_document_client(std::shared_ptr<TransferThread> thread,
                                                     DocumentOptions options) {
    return std::make_unique<CurlDocumentClient>(std::move(thread), std::move(options));
}

}  // namespace tfy::http_client
