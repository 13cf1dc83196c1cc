#include "server/http_client/mail_transfer.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "policy/secret.hpp"

namespace tfy::http_client {
namespace {

constexpr std::size_t most_words = 8192;  // who shows them seals them whole, then cuts
constexpr int taken = 250, farewell = 221, least_refusal = 400;
constexpr std::chrono::seconds longest_for_one_reply{10};
// RFC 5321 allows ten minutes, for which other mail would wait, too.
constexpr std::chrono::seconds longest_for_last_reply{60};

Error not_sent(const char* cause, const std::string& sentence) {
    return {Errc::upstream, sentence + " No mail was sent.", {{"cause", cause}}};
}

Error cannot_build_mail(const std::string& why) {
    return not_sent("mail_unusable", "The mail could not be built: " + why + ".");
}

std::string in_angles(const std::string& address) { return "<" + address + ">"; }

}  // namespace

MailTransfer::~MailTransfer() {
    end();
    curl().slist_free_all(recipients_);
}

Result<std::unique_ptr<Transfer>> MailTransfer::prepare(const MailServer& server, Mail mail,
                                                        Stopping stopping) {
    std::unique_ptr<MailTransfer> transfer(new MailTransfer(server, std::move(mail), std::move(stopping)));
    if (!transfer->add_recipients()) return cannot_build_mail("an address is not valid");
    if (transfer->handle() == nullptr) return cannot_build_mail("there is no memory for it");
    if (!transfer->set_options()) return cannot_build_mail("an option is not there in this libcurl");
    return std::unique_ptr<Transfer>(std::move(transfer));
}

bool MailTransfer::add_recipients() {
    const auto is_address = [](const std::string& text) {
        return !text.empty() && is_one_line(text) && text.find_first_of("<> ") == std::string::npos;
    };
    if (!is_address(mail_.from) || mail_.to.empty() || !std::ranges::all_of(mail_.to, is_address))
        return false;
    for (const auto& address : mail_.to) {
        auto* longer = curl().slist_append(recipients_, in_angles(address).c_str());
        if (longer == nullptr) return false;
        recipients_ = longer;
    }
    return true;
}

bool MailTransfer::set_options() {
    set(CURLOPT_URL, server_.url.c_str());
    set(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    set(CURLOPT_PROXY, "");
    set(CURLOPT_USE_SSL, static_cast<long>(server_.starttls ? CURLUSESSL_ALL : CURLUSESSL_NONE));
    set(CURLOPT_MAIL_FROM, in_angles(mail_.from).c_str());
    set(CURLOPT_MAIL_RCPT, recipients_);
    set(CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1L);
    set(CURLOPT_UPLOAD, 1L);
    set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(mail_.text.size()));
    set(CURLOPT_READFUNCTION, &MailTransfer::on_read);
    set(CURLOPT_READDATA, static_cast<void*>(this));
    set(CURLOPT_HEADERFUNCTION, &MailTransfer::on_reply);
    set(CURLOPT_HEADERDATA, static_cast<void*>(this));
    set(CURLOPT_VERBOSE, 1L);
    set(CURLOPT_DEBUGFUNCTION, &MailTransfer::on_words);
    set(CURLOPT_DEBUGDATA, static_cast<void*>(this));
    set(CURLOPT_NOPROGRESS, 0L);
    set(CURLOPT_XFERINFOFUNCTION, &MailTransfer::on_progress);
    set(CURLOPT_XFERINFODATA, static_cast<void*>(this));
    // A connection of its own that ends with the mail: a server that is slow to say farewell holds up other
    // mail for so long, and nothing else.
    set(CURLOPT_FRESH_CONNECT, 1L);
    set(CURLOPT_FORBID_REUSE, 1L);
    wait_for_reply(longest_for_one_reply);
    set_common(server_.ca_file, server_.connect_timeout, mail_.timeout);
    return set_credentials() && is_set();
}

void MailTransfer::wait_for_reply(std::chrono::seconds longest) {
    set(CURLOPT_SERVER_RESPONSE_TIMEOUT, static_cast<long>(longest.count()));
}

// curl keeps a copy, in memory that is wiped.
bool MailTransfer::set_credentials() {
    if (server_.user.empty()) return true;
    auto password = server_.password ? server_.password() : std::string{};
    set(CURLOPT_USERNAME, server_.user.c_str());
    set(CURLOPT_PASSWORD, password.c_str());
    policy::wipe(password);
    return true;
}

std::size_t MailTransfer::on_read(char* into, std::size_t size, std::size_t count, void* self) {
    auto& transfer = *static_cast<MailTransfer*>(self);
    const auto bytes = std::min(size * count, transfer.mail_.text.size() - transfer.given_);
    std::memcpy(into, transfer.mail_.text.data() + transfer.given_, bytes);
    transfer.given_ += bytes;
    if (transfer.is_given()) transfer.wait_for_reply(longest_for_last_reply);
    return bytes;
}

std::size_t MailTransfer::on_reply(char* bytes, std::size_t size, std::size_t count, void* self) {
    static_cast<MailTransfer*>(self)->hear({bytes, size * count});
    return size * count;
}

// Only curl knows when it names which recipient: in their order, one by one. What else it says may hold the
// password.
int MailTransfer::on_words(CURL*, curl_infotype type, char* bytes, std::size_t size, void* self) {
    if (type == CURLINFO_HEADER_OUT) static_cast<MailTransfer*>(self)->note_command({bytes, size});
    return 0;
}

void MailTransfer::note_command(std::string_view command) {
    naming_ = command.starts_with("RCPT TO:");
    if (naming_) ++named_;
}

// curl waits for the last reply, and for the farewell, without returning to the thread.
int MailTransfer::on_progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return static_cast<MailTransfer*>(self)->stopping_() ? 1 : 0;
}

// "250-more follows", "250 the last line".
void MailTransfer::hear(std::string_view line) {
    int code = 0;
    const auto read = std::from_chars(line.data(), line.data() + std::min<std::size_t>(line.size(), 3), code);
    if (read.ec != std::errc{} || code < 200 || code == farewell) return;
    if (line.size() > 3 && line[3] == '-') return;
    line.remove_prefix(std::min<std::size_t>(line.size(), 4));
    while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) line.remove_suffix(1);
    code_ = code;
    words_ = line.substr(0, most_words);
    if (naming_ && code >= least_refusal && named_ <= mail_.to.size())
        refused_.push_back({mail_.to[named_ - 1], code, words_});
    if (is_given()) wait_for_reply(longest_for_one_reply);  // the farewell
}

Result<WebResponse> MailTransfer::outcome(CURLcode code) {
    if (code == CURLE_OK) return WebResponse{.status = taken, .body = words_, .refused = refused_};
    if (code_ >= least_refusal && code != CURLE_USE_SSL_FAILED)
        return WebResponse{.status = code_, .body = words_};
    return explain(code);
}

Error MailTransfer::explain(CURLcode code) const {
    const auto& host = server_.host;
    if (given_ > 0 && is_given())
        return {Errc::ambiguous,
                host + " did not say whether it took the mail. It may have arrived.",
                {{"cause", "no_answer"}}};
    switch (code) {
        case CURLE_COULDNT_RESOLVE_HOST:
            return not_sent(
                "name_not_found",
                "The name " + host + " was not found. Check the channel's 'url' and the network.");
        case CURLE_COULDNT_CONNECT:
            return not_sent("connection_refused",
                            host + " refused the connection. Check host and port in the channel's 'url'.");
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_ISSUER_ERROR:
            return not_sent("tls_refused",
                            "The certificate of " + host +
                                " is not trusted. If an authority of your own signed it, give its file with "
                                "--ca-file; otherwise check the name in the channel's 'url'.");
        case CURLE_USE_SSL_FAILED:
            return not_sent("no_starttls",
                            host +
                                " does not offer STARTTLS. Check the port (587 is usual), or use smtps:// "
                                "(465) in the channel's 'url'.");
        case CURLE_SSL_CONNECT_ERROR:
        case CURLE_SSL_CIPHER:
            return not_sent(
                "tls_refused",
                "A secure connection to " + host +
                    " could not be made. smtps:// is for port 465, smtp:// for STARTTLS on port 587.");
        case CURLE_SSL_CACERT_BADFILE:
            return not_sent("ca_file_unreadable", "The CA file cannot be read. Check its path.");
        case CURLE_LOGIN_DENIED:
            return not_sent("sign_in_refused",
                            host + " refused the sign-in. Check 'user' and the password's file.");
        case CURLE_OPERATION_TIMEDOUT:
            return not_sent("timeout",
                            host + " did not answer in time. Check that a mail server listens there.");
        default:
            return not_sent("cut_off",
                            "The connection to " + host +
                                " was cut, or what it said was not SMTP. Check host and port in the "
                                "channel's 'url'.");
    }
}

Error MailTransfer::aborted() const {
    if (given_ < mail_.text.size())
        return not_sent("given_up", "The mail to " + server_.host + " was given up.");
    return explain(CURLE_ABORTED_BY_CALLBACK);
}

}  // namespace tfy::http_client
