// Options, headers and the answer of one transfer.
#include "server/http_client/web_transfer.hpp"

#include <sodium.h>

#include <algorithm>
#include <cstring>

#include "policy/secret.hpp"
#include "server/http_client/response_times.hpp"

namespace tfy::http_client {

namespace {

bool is_read_only(const WebRequest& request) { return request.method == "GET"; }
bool has_body(const WebRequest& request) { return request.method == "POST" || !request.body.empty(); }

Error cannot_build(const std::string& why) {
    return {Errc::upstream, "The request could not be built: " + why + ". Nothing was sent."};
}

void wipe_and_free(curl_slist* list) {
    for (auto* node = list; node != nullptr; node = node->next)
        sodium_memzero(node->data, std::strlen(node->data));
    curl().slist_free_all(list);
}

}  // namespace

WebTransfer::WebTransfer(const OriginServer& origin, WebRequest request)
    : origin_(origin), request_(std::move(request)), url_(origin.options.base_url + request_.target) {}

WebTransfer::~WebTransfer() {
    end();
    wipe_and_free(headers_);
    policy::wipe(response_.body);
    policy::wipe(request_.body);
}

Result<std::unique_ptr<Transfer>> WebTransfer::prepare(const OriginServer& origin, WebRequest request,
                                                       std::string secret_header) {
    std::unique_ptr<WebTransfer> transfer(new WebTransfer(origin, std::move(request)));
    if (!transfer->add_headers(std::move(secret_header)))
        return cannot_build(
            "the API key or another header contains a line break or another control character");
    const auto& target = transfer->request_.target;
    if (!target.starts_with('/') || !is_one_line(target)) return cannot_build("its path is not one");
    if (transfer->handle() == nullptr) return cannot_build("there is no memory for it");
    if (!transfer->set_options()) return cannot_build("an option is not there in this libcurl");
    return std::unique_ptr<Transfer>(std::move(transfer));
}

bool WebTransfer::add_header(std::string line) {
    const bool fits = is_one_line(line);
    curl_slist* longer = fits ? curl().slist_append(headers_, line.c_str()) : nullptr;
    policy::wipe(line);
    if (longer != nullptr) headers_ = longer;
    return longer != nullptr;
}

bool WebTransfer::add_headers(std::string secret_header) {
    if (!secret_header.empty() && !add_header(std::move(secret_header))) return false;
    if (!add_header("Accept: application/json")) return false;
    for (const auto& [name, value] : request_.headers)
        if (!add_header(name + ": " + value)) return false;
    return !has_body(request_) ||
           (add_header("Content-Type: " + request_.body_type) && add_header("Expect:"));
}

bool WebTransfer::set_options() {
    const auto& options = origin_.options;

    set(CURLOPT_URL, url_.c_str());
    set(CURLOPT_PATH_AS_IS, 1L);
    set(CURLOPT_PROTOCOLS_STR, origin_.scheme.c_str());
    set(CURLOPT_FOLLOWLOCATION, 0L);
    if (origin_.loopback) set(CURLOPT_PROXY, "");
    set(CURLOPT_HEADEROPT, static_cast<long>(CURLHEADER_SEPARATE));
    set(CURLOPT_HTTPHEADER, headers_);
    set(CURLOPT_USERAGENT, "tfy-pat-mcp/" TFY_VERSION);
    set(CURLOPT_CUSTOMREQUEST, request_.method.c_str());
    if (has_body(request_)) {
        set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
        set(CURLOPT_POSTFIELDS, request_.body.c_str());
    }
    // curl sends a request again by itself when a connection that it re-used turns out to be dead, or an
    // HTTP/2 server refuses its stream, whatever the method. What changes something must go out once, so it
    // gets a connection of its own, and HTTP/1.1 on it.
    if (!is_read_only(request_)) set(CURLOPT_FRESH_CONNECT, 1L);
    set(CURLOPT_HTTP_VERSION,
        static_cast<long>(is_read_only(request_) ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1));
    set_common(options.ca_file, options.connect_timeout, request_.timeout);
    set(CURLOPT_WRITEFUNCTION, &WebTransfer::on_bytes);
    set(CURLOPT_WRITEDATA, static_cast<void*>(this));
    set(CURLOPT_HEADERFUNCTION, &WebTransfer::on_header);
    set(CURLOPT_HEADERDATA, static_cast<void*>(this));
    set(CURLOPT_VERBOSE, 1L);
    set(CURLOPT_DEBUGFUNCTION, &WebTransfer::on_words);
    set(CURLOPT_DEBUGDATA, static_cast<void*>(this));
    return is_set();
}

std::size_t WebTransfer::on_bytes(char* bytes, std::size_t size, std::size_t count, void* self) {
    return static_cast<WebTransfer*>(self)->take({bytes, size * count});
}

std::size_t WebTransfer::on_header(char* bytes, std::size_t size, std::size_t count, void* self) {
    const std::string_view line(bytes, size * count);
    auto& complete = static_cast<WebTransfer*>(self)->head_complete_;
    if (line.starts_with("HTTP/")) complete = false;
    if (line == "\r\n" || line == "\n") complete = true;
    return line.size();
}

// Only curl knows whether one of the proxy variables counts for this server, and says it nowhere else. What
// follows the variable's name may hold a password.
int WebTransfer::on_words(CURL*, curl_infotype type, char* bytes, std::size_t size, void* self) {
    constexpr std::string_view uses = "Uses proxy env variable ";
    if (type != CURLINFO_TEXT) return 0;
    std::string_view text(bytes, size);
    if (!text.starts_with(uses)) return 0;
    text.remove_prefix(uses.size());
    const auto name = text.substr(0, text.find(' '));
    if (name != "no_proxy" && name != "NO_PROXY") static_cast<WebTransfer*>(self)->proxy_ = name;
    return 0;
}

/// How long the body says that it will be; 0 if it does not say.
std::size_t WebTransfer::announced() const {
    curl_off_t length = 0;
    curl().easy_getinfo(handle(), CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    return length < 0 ? 0 : std::min(static_cast<std::size_t>(length), origin_.options.body_limit);
}

/// Grows the body, once where its length is known, without leaving parts of it in freed memory: it may hold a
/// token.
std::size_t WebTransfer::take(std::string_view bytes) {
    auto& body = response_.body;
    const auto size = body.size() + bytes.size();
    if (origin_.options.ignore_body) {
        ignored_ += bytes.size();
        return ignored_ > origin_.options.body_limit ? 0 : bytes.size();
    }
    if (size > origin_.options.body_limit) {
        over_limit_ = true;
        return 0;
    }
    if (size > body.capacity()) {
        std::string larger;
        larger.reserve(std::max({size, 2 * body.capacity(), announced()}));
        larger.append(body);
        policy::wipe(body);
        body = std::move(larger);
    }
    body.append(bytes);
    return bytes.size();
}

std::string WebTransfer::header(const char* name) const {
    curl_header* found = nullptr;
    if (curl().easy_header(handle(), name, 0, CURLH_HEADER, -1, &found) != CURLHE_OK) return {};
    return found->value;
}

Result<WebResponse> WebTransfer::outcome(CURLcode code) {
    long status = 0;
    curl().easy_getinfo(handle(), CURLINFO_RESPONSE_CODE, &status);
    if (origin_.options.ignore_body && head_complete_) code = CURLE_OK;
    if (code == CURLE_OK && (!head_complete_ || status < 200)) code = CURLE_PARTIAL_FILE;
    if (code != CURLE_OK) return explain(failed(code));
    response_.status = static_cast<int>(status);
    response_.content_type = header("content-type");
    response_.request_id = header("x-request-id");
    const auto now = std::chrono::floor<policy::Duration>(std::chrono::system_clock::now());
    response_.retry_after = read_retry_after(header("retry-after"), now);
    response_.date = read_date(header("date"));
    return std::move(response_);
}

FailedTransfer WebTransfer::failed(CURLcode code) const {
    long proxy_status = 0;
    curl().easy_getinfo(handle(), CURLINFO_HTTP_CONNECTCODE, &proxy_status);
    return {.code = code,
            .host = origin_.host,
            .maybe_sent = maybe_sent(),
            .over_limit = over_limit_,
            .proxy = proxy_,
            .proxy_status = proxy_status,
            .body_limit = origin_.options.body_limit,
            .setting = origin_.options.setting};
}

Error WebTransfer::aborted() const {
    if (!maybe_sent())
        return {Errc::upstream, "The request to " + origin_.host + " was given up before anything was sent."};
    return {Errc::ambiguous,
            "The request to " + origin_.host + " was given up before its answer came. It may have arrived."};
}

bool WebTransfer::maybe_sent() const {
    long bytes = 0;
    curl_off_t transfer_began = 0;
    curl_off_t handshake_done = 0;
    curl().easy_getinfo(handle(), CURLINFO_REQUEST_SIZE, &bytes);
    curl().easy_getinfo(handle(), CURLINFO_PRETRANSFER_TIME_T, &transfer_began);
    curl().easy_getinfo(handle(), CURLINFO_APPCONNECT_TIME_T, &handshake_done);
    long connections = 0;
    curl().easy_getinfo(handle(), CURLINFO_NUM_CONNECTS, &connections);
    // What was said to a proxy counts as bytes, too; but without TLS nothing goes through it. A connection
    // that is used again, which what changes something never does, had its handshake earlier.
    const bool is_new = !is_read_only(request_) || connections > 0;
    if (is_new && origin_.scheme == "https" && handshake_done == 0) return false;
    return bytes > 0 || transfer_began > 0;
}

}  // namespace tfy::http_client
