#include "server/cli/sandbox_connection.hpp"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <charconv>

#include "server/transport/peer.hpp"
#include "server/transport/wire.hpp"

namespace tfy::cli {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using std::chrono::milliseconds;
using transport::guard::Rejection;

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

class SandboxConnection final : public transport::Connection {
public:
    SandboxConnection(tcp::socket socket, const transport::ConnectionRules& rules, SandboxHandler& handler)
        : peer_(std::make_shared<transport::Peer>(std::move(socket))),
          rules_(rules),
          limits_(rules.options),
          handler_(handler),
          pause_(peer_->socket().get_executor()) {}

    Async<void> serve() override {
        auto patience = limits_.header_deadline;
        while (!draining_) {
            const bool again = co_await one_request(patience);
            busy_ = false;
            if (!again) break;
            patience = limits_.idle;
        }
        peer_->close();
    }

    Async<void> turn_away() override {
        Rejection full{503, "Too many connections are open. Try again in a moment.", {{"retry-after", "1"}}};
        co_await refuse(std::move(full));
        peer_->close();
    }

    void drain() override {
        draining_ = true;
        pause_.cancel();
        if (!busy_) peer_->close();
    }

    void cut() override {
        pause_.cancel();
        peer_->close();
    }

private:
    /// True when `bytes_` holds this much; false when the peer has gone or is too slow.
    Async<bool> have(std::size_t size, milliseconds limit) {
        peer_->allow(limit);
        while (bytes_.size() < size) {
            const bool came = co_await read_more();
            if (!came) break;
        }
        peer_->release();
        co_return bytes_.size() >= size;
    }

    Async<bool> read_more() {
        std::array<char, 4096> room{};
        const auto count = co_await peer_->read_some(room);
        bytes_.append(room.data(), count);
        co_return count > 0;
    }

    /// False where the connection ends.
    Async<bool> one_request(milliseconds patience) {
        const bool begun = co_await have(1, patience);
        if (!begun) co_return false;
        busy_ = true;
        peer_->allow(limits_.header_deadline);
        while (bytes_.find("\r\n\r\n") == std::string::npos && bytes_.size() < limits_.header_limit) {
            const bool came = co_await read_more();
            if (!came) break;
        }
        peer_->release();
        const auto end = bytes_.find("\r\n\r\n");
        if (end == std::string::npos) {
            Rejection unread{bytes_.size() < limits_.header_limit ? 408 : 431,
                             "There is no whole request head."};
            co_return co_await refuse(std::move(unread));
        }
        auto head = take(end + 4);
        co_return co_await with_head(std::move(head));
    }

    Async<bool> with_head(std::string head) {
        auto admitted = transport::guard::admit(head, rules_.allowed);
        auto* refusal = std::get_if<Rejection>(&admitted);
        if (refusal != nullptr && refusal->status == 411) {
            // Neither a length nor chunks is no body (RFC 9112, 6.3), also where there usually is one.
            head.insert(head.size() - 2, "content-length: 0\r\n");
            admitted = transport::guard::admit(head, rules_.allowed);
            refusal = std::get_if<Rejection>(&admitted);
        }
        if (refusal == nullptr) {
            auto good = std::move(std::get<transport::guard::Admitted>(admitted));
            co_return co_await with_body(std::move(good));
        }
        const auto read = transport::guard::read_head(head);
        const auto* known = std::get_if<transport::guard::Head>(&read);
        handler_.refused(known == nullptr ? "" : known->method, known == nullptr ? "" : known->target,
                         refusal->status);
        co_return co_await refuse(std::move(*refusal));
    }

    Async<bool> with_body(transport::guard::Admitted admitted) {
        const auto& framing = admitted.framing;
        if (framing.expects_continue && bytes_.empty())
            co_await peer_->write("HTTP/1.1 100 Continue\r\n\r\n", limits_.body_deadline);
        auto body = co_await read_body(framing);
        if (body.status != 0) {
            Rejection unfit{body.status,
                            "The body is larger than the sandbox takes, or its chunks cannot be read."};
            co_return co_await refuse(std::move(unfit));
        }
        if (!body.bytes) co_return false;
        const transport::HttpRequest request{.method = std::move(admitted.head.method),
                                             .path = std::move(admitted.target.path),
                                             .query = std::move(admitted.target.query),
                                             .headers = std::move(admitted.head.headers),
                                             .body = std::move(*body.bytes),
                                             .remote = peer_->remote()};
        auto delivery = handler_.handle(request, admitted.head.target);
        if (delivery.delay.count() > 0) co_await wait(delivery.delay);
        const bool body_wanted = request.method != "HEAD";
        const bool keep_alive = framing.keep_alive && !draining_;
        co_return co_await deliver(std::move(delivery), body_wanted, keep_alive);
    }

    /// Neither: the peer has gone.
    struct Body {
        std::optional<std::string> bytes = {};
        int status = 0;  // that it is refused with
    };

    Async<Body> read_body(transport::guard::Framing framing) {
        if (framing.chunked) co_return co_await read_chunks();
        if (framing.length > limits_.body_limit) co_return Body{.status = 413};
        const bool whole = co_await have(static_cast<std::size_t>(framing.length), limits_.body_deadline);
        if (!whole) co_return Body{};
        co_return Body{.bytes = take(static_cast<std::size_t>(framing.length))};
    }

    Async<Body> read_chunks() {
        std::string body;
        for (;;) {
            const auto line = co_await read_line();
            if (!line) co_return Body{};
            std::size_t size = 0;
            const auto read = std::from_chars(line->data(), line->data() + line->size(), size, 16);
            if (read.ec != std::errc{} || (*read.ptr != '\0' && *read.ptr != ';'))
                co_return Body{.status = 400};
            if (size > limits_.body_limit - body.size()) co_return Body{.status = 413};
            if (size == 0) break;
            const bool whole = co_await have(size + 2, limits_.body_deadline);
            if (!whole) co_return Body{};
            body += take(size);
            if (take(2) != "\r\n") co_return Body{.status = 400};
        }
        for (auto trailer = co_await read_line(); trailer; trailer = co_await read_line())
            if (trailer->empty()) co_return Body{.bytes = std::move(body)};
        co_return Body{};
    }

    /// Without its end; nullopt where none comes that is of a size to expect.
    Async<std::optional<std::string>> read_line() {
        peer_->allow(limits_.body_deadline);
        while (bytes_.find("\r\n") == std::string::npos && bytes_.size() < limits_.header_limit) {
            const bool came = co_await read_more();
            if (!came) break;
        }
        peer_->release();
        const auto end = bytes_.find("\r\n");
        if (end == std::string::npos) co_return std::nullopt;
        auto line = take(end);
        take(2);
        co_return line;
    }

    std::string take(std::size_t size) {
        auto taken = bytes_.substr(0, size);
        bytes_.erase(0, size);
        return taken;
    }

    Async<bool> deliver(Delivery delivery, bool body_wanted, bool keep_alive) {
        const auto manner = delivery.manner;
        if (manner == Delivery::Manner::reset) {
            reset();
            co_return false;
        }
        auto head =
            transport::wire::reply_head(delivery.reply, !keep_alive || manner == Delivery::Manner::half);
        const auto body =
            delivery.reply.body && body_wanted ? delivery.reply.body->text() : std::string_view{};
        if (manner == Delivery::Manner::drip) {
            const bool all = co_await drip(std::move(head), body, delivery.drip);
            co_return keep_alive&& all;
        }
        const bool half = manner == Delivery::Manner::half;
        head.append(body.substr(0, half ? body.size() / 2 : body.size()));
        const bool written = co_await peer_->write(std::move(head), limits_.body_deadline);
        if (half && written) co_await peer_->linger();
        co_return keep_alive&& written && !half;
    }

    Async<bool> drip(std::string head, std::string_view body, milliseconds each) {
        bool written = co_await peer_->write(std::move(head), limits_.body_deadline);
        for (const char byte : body) {
            if (!written) break;
            co_await wait(each);
            std::string one(1, byte);
            written = co_await peer_->write(std::move(one), limits_.body_deadline);
        }
        co_return written;
    }

    /// Ends early where the sandbox is told to end.
    Async<void> wait(milliseconds time) {
        pause_.expires_after(draining_ ? milliseconds{0} : time);
        co_await pause_.async_wait(as_result);
    }

    /// What the peer sees is a reset, not an end: RST rather than FIN.
    void reset() {
        boost::system::error_code ignored;
        peer_->socket().set_option(asio::socket_base::linger(true, 0), ignored);
        peer_->close();
    }

    /// Always ends the connection: false.
    Async<bool> refuse(Rejection refusal) {
        transport::HttpResponse reply{
            .status = refusal.status,
            .content_type = "application/json",
            .body = rules_.redaction.seal(Json{{"error", std::move(refusal.reason)}}),
            .headers = std::move(refusal.headers)};
        reply.headers.emplace_back("date", handler_.date());
        std::string bytes = transport::wire::reply_head(reply, true);
        bytes.append(reply.body->text());
        const bool sent = co_await peer_->write(std::move(bytes), limits_.body_deadline);
        if (sent) co_await peer_->linger();
        co_return false;
    }

    std::shared_ptr<transport::Peer> peer_;
    const transport::ConnectionRules& rules_;
    const transport::ListenerOptions& limits_;
    SandboxHandler& handler_;
    asio::steady_timer pause_;
    std::string bytes_;  // that came and are not read yet
    bool busy_ = false;
    bool draining_ = false;
};

}  // namespace

std::shared_ptr<transport::Connection> make_sandbox_connection(tcp::socket socket,
                                                               const transport::ConnectionRules& rules,
                                                               SandboxHandler& handler) {
    return std::make_shared<SandboxConnection>(std::move(socket), rules, handler);
}

}  // namespace tfy::cli
