// curl's codes as sentences. Its own texts are not passed on: they may quote addresses and answers.
#include "server/http_client/transfer_error.hpp"

#include <optional>

namespace tfy::http_client {
namespace {

struct Reason {
    const char* cause;  // for programs, as `cause` in the error's data
    std::string sentence;
};

/// What went wrong on the way to a proxy, or at it; nullopt for codes that say nothing about that.
std::optional<Reason> at_proxy(const FailedTransfer& failed) {
    const auto& host = failed.host;
    const auto its = "The proxy that " + failed.proxy + " names ";
    const auto check = ". Check " + failed.proxy + " and the proxy.";
    const auto refused = [&](const std::string& what) { return Reason{"proxy_refused", its + what + check}; };
    switch (failed.code) {
        case CURLE_COULDNT_RESOLVE_PROXY:
            return Reason{"proxy_refused", "The name of the proxy in " + failed.proxy +
                                               " was not found. Check it, and the network."};
        case CURLE_COULDNT_CONNECT: return refused("refused the connection, so " + host + " was not reached");
        case CURLE_OPERATION_TIMEDOUT: return refused("brought no connection to " + host + " about in time");
        case CURLE_PROXY:
        case CURLE_GOT_NOTHING:
        case CURLE_SEND_ERROR:
        case CURLE_RECV_ERROR: return refused("gave no connection to " + host);
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_ISSUER_ERROR:
            if (failed.proxy_status == 0)
                return Reason{"tls_refused", its + "has a certificate that is not trusted" + check};
            return Reason{"tls_refused",
                          "The certificate that came for " + host + " through the proxy that " +
                              failed.proxy +
                              " names is not trusted. If the proxy shows one of its own, give its authority "
                              "with --ca-file; else check " +
                              failed.setting + " and this machine's clock."};
        case CURLE_SSL_CONNECT_ERROR:
        case CURLE_SSL_CIPHER:
        case CURLE_USE_SSL_FAILED:
            if (failed.proxy_status == 0) return refused("made no secure connection");
            return std::nullopt;
        default: return std::nullopt;
    }
}

/// What went wrong before the request could leave; nullopt for codes that say nothing about that.
std::optional<Reason> before_sending(const FailedTransfer& failed) {
    const auto& host = failed.host;
    if (!failed.proxy.empty())
        if (auto why = at_proxy(failed)) return why;
    switch (failed.code) {
        case CURLE_COULDNT_RESOLVE_HOST:
            return Reason{"name_not_found", "The name " + host + " was not found. Check " + failed.setting +
                                                " and the network."};
        case CURLE_COULDNT_CONNECT:
            return Reason{"connection_refused",
                          host + " refused the connection. Check " + failed.setting + " and the network."};
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_ISSUER_ERROR:
            return Reason{"tls_refused", "The certificate of " + host + " is not trusted. Check " +
                                             failed.setting + ", this machine's clock and the CA file."};
        case CURLE_SSL_CONNECT_ERROR:
        case CURLE_SSL_CIPHER:
        case CURLE_USE_SSL_FAILED:
            return Reason{"tls_refused", "No secure connection to " + host + " came about. Check that " +
                                             failed.setting + " leads to an https server."};
        case CURLE_SSL_CACERT_BADFILE:
            return Reason{"ca_file_unreadable", "The CA file cannot be read. Check its path."};
        case CURLE_URL_MALFORMAT:
        case CURLE_UNSUPPORTED_PROTOCOL:
            return Reason{"base_url_unusable",
                          "The address of " + host + " cannot be used. Check " + failed.setting + "."};
        case CURLE_OPERATION_TIMEDOUT:
            return Reason{"connect_timeout", host +
                                                 " cannot be reached: no connection came about in time. "
                                                 "Check " +
                                                 failed.setting + " and the network."};
        default: return std::nullopt;
    }
}

std::string what_came(const FailedTransfer& failed) {
    const auto& host = failed.host;
    if (failed.over_limit)
        return "The answer of " + host + " is larger than " + std::to_string(failed.body_limit >> 20U) +
               " MiB and was not read.";
    switch (failed.code) {
        case CURLE_OPERATION_TIMEDOUT: return host + " did not answer in time.";
        case CURLE_GOT_NOTHING: return host + " closed the connection without an answer.";
        case CURLE_SEND_ERROR:
        case CURLE_RECV_ERROR: return "The connection to " + host + " was cut.";
        case CURLE_PARTIAL_FILE: return "The answer of " + host + " was cut off.";
        case CURLE_WEIRD_SERVER_REPLY:
        case CURLE_UNSUPPORTED_PROTOCOL: return "The answer of " + host + " is not HTTP.";
        default: return "The answer of " + host + " could not be read.";
    }
}

}  // namespace

Error explain(const FailedTransfer& failed) {
    constexpr auto nothing_sent = " Nothing was sent.";
    const auto not_sent = [](const Reason& why) {
        return Error{Errc::upstream, why.sentence + nothing_sent, {{"cause", why.cause}}};
    };
    if (failed.proxy_status != 0 && failed.proxy_status / 100 != 2)
        return not_sent(
            {"proxy_refused", "The proxy" + (failed.proxy.empty() ? "" : " that " + failed.proxy + " names") +
                                  " refused the connection to " + failed.host + " (" +
                                  std::to_string(failed.proxy_status) + "). Check " +
                                  (failed.proxy.empty() ? "HTTPS_PROXY" : failed.proxy) + " and the proxy."});
    if (!failed.maybe_sent)
        if (const auto why = before_sending(failed)) return not_sent(*why);
    return {Errc::ambiguous, what_came(failed) + " The request may have arrived."};
}

}  // namespace tfy::http_client
