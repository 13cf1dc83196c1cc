// A listener on a loop of its own, and raw sockets to it.
#pragma once

#include "server/sealing/sealer.hpp"
#include "server/transport/listener.hpp"
#include "tests/fakes/loop_thread.hpp"
#include "tests/fakes/raw_socket.hpp"

namespace tfy::tests {

class Served {
public:
    explicit Served(transport::HttpHandler handler, transport::ListenerOptions options = {})
        : listener_(std::move(
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
    RawSocket connect() const { return RawSocket::connect(listener_->port()); }
    /// One request on a connection of its own: the whole answer, up to the end of the connection.
    std::string ask(std::string_view bytes) const {
        auto socket = connect();
        socket.send(bytes);
        return socket.read_to_end();
    }

private:
    LoopThread loop_;
    std::unique_ptr<transport::Listener> listener_;
};

/// Answers with what was asked: {"method","path","query","body"}.
inline Async<void> echo(transport::HttpRequest request, transport::Responder& answer) {
    const Json seen = {
        {"method", request.method}, {"path", request.path}, {"query", request.query}, {"body", request.body}};
    transport::HttpResponse reply{.content_type = "application/json",
                                  .body = sealing::Sealer(redaction::FingerprintKey{}, {}).seal(seen)};
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
