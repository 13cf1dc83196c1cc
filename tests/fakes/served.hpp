// A listener on a loop of its own, and raw sockets to it.
#pragma once

#include <cstdlib>

#include "server/sealing/sealer.hpp"
#include "server/tls/certificate.hpp"
#include "server/transport/listener.hpp"
#include "tests/fakes/loop_thread.hpp"
#include "tests/fakes/permits.hpp"
#include "tests/fakes/raw_socket.hpp"
#include "tests/fakes/tls_client.hpp"

namespace tfy::tests {

/// Whether all that is served is served over TLS: one more run of the tests of a plain port (units.cmake).
inline bool all_over_tls() { return std::getenv("TFY_SERVED_OVER_TLS") != nullptr; }

class Served {
public:
    explicit Served(transport::HttpHandler handler, transport::ListenerOptions options = {})
        : over_tls_(give_tls(options)),
          listener_(std::move(
              *transport::Listener::bind(loop_.context(), std::move(options), std::move(handler)))) {
        listener_->start();
    }
    Served(const Served&) = delete;
    Served& operator=(const Served&) = delete;
    ~Served() {
        if (listener_) loop_.drop(std::move(listener_));
    }

    LoopThread& loop() { return loop_; }
    transport::Listener& listener() { return *listener_; }
    std::uint16_t port() const { return listener_->port(); }
    RawSocket connect() const {
        auto socket = RawSocket::connect(listener_->port());
        if (over_tls_) socket.wrap(std::make_unique<TlsClient>(socket.fd()));
        return socket;
    }
    /// One request on a connection of its own: the whole answer, up to the end of the connection.
    std::string ask(std::string_view bytes) const {
        auto socket = connect();
        socket.send(bytes);
        return socket.read_to_end();
    }

private:
    static bool give_tls(transport::ListenerOptions& options) {
        if (all_over_tls() && !options.tls) {
            const auto made = make_certificate();
            const auto own =
                std::make_shared<tls::Certificate>(*tls::Certificate::read(made.chain, made.key));
            options.tls = [own] { return own->session(); };
        }
        return options.tls != nullptr;
    }

    bool over_tls_;
    LoopThread loop_;
    std::unique_ptr<transport::Listener> listener_;
};

/// Answers with what was asked: {"method","path","query","body"}.
inline Async<void> echo(transport::HttpRequest request, transport::Responder& answer) {
    const Json seen = {
        {"method", request.method}, {"path", request.path}, {"query", request.query}, {"body", request.body}};
    transport::HttpResponse reply{
        .content_type = "application/json",
        .body = sealing::Sealer(redaction::FingerprintKeyForTests::make(), {}).seal(seen)};
    co_await answer.reply(std::move(reply));
}

inline std::string get(const std::string& target, const std::string& headers = "") {
    return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n";
}
inline std::string post(const std::string& body, const std::string& headers = "") {
    return "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n" + headers + "\r\n" + body;
}
inline std::string chunked_post(const std::string& chunks) {
    return "POST /mcp HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nConnection: "
           "close\r\n\r\n" +
           chunks;
}

}  // namespace tfy::tests
