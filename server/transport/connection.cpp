// Heads are read by guard, bodies by Body.
#include "server/transport/connection.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>

#include "server/transport/answer.hpp"
#include "server/transport/as_result.hpp"
#include "server/transport/body.hpp"
#include "server/transport/peer.hpp"

namespace tfy::transport {
namespace {

namespace asio = boost::asio;
using guard::Rejection;

/// For so long a handler runs by itself: to watch its peer meanwhile costs more than most of them.
constexpr std::chrono::milliseconds soon{10};

bool has_bare_line_feed(std::string_view text) {
    for (auto at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1))
        if (at == 0 || text[at - 1] != '\r') return true;
    return false;
}

class HttpConnection final : public Connection {
public:
    HttpConnection(asio::ip::tcp::socket socket, const ConnectionRules& rules)
        : peer_(std::make_shared<Peer>(std::move(socket), rules.options.tls ? rules.options.tls() : nullptr)),
          rules_(rules),
          limits_(rules.options),
          read_(*peer_, limits_.header_limit + chunk_room),
          handler_ends_(peer_->socket().get_executor()) {}

    Async<void> serve() override {
        auto patience = limits_.header_deadline;
        if (peer_->wants_greeting()) patience = co_await greet();
        while (!draining_ && patience.count() > 0) {
            const bool came = co_await first_byte(patience);
            if (!came) break;
            const bool again = co_await one_request();
            awaits_peer_ = true;
            if (!again) break;
            patience = limits_.idle;
        }
        peer_->close();
    }

    Async<void> turn_away(Rejection why) override {
        if (peer_->wants_greeting())
            if (const auto left = co_await greet(); left.count() == 0) co_return peer_->close();
        tell(why, {});
        co_await refuse(std::move(why));
        peer_->close();
    }

    void drain() override {
        draining_ = true;
        if (answer_ != nullptr) answer_->say_close();
        if (awaits_peer_) peer_->close();
    }

    void cut() override { peer_->close(); }

private:
    /// Shakes hands: what is left of the first request's time then, or nothing if there will be none.
    Async<std::chrono::milliseconds> greet() {
        const auto end = std::chrono::steady_clock::now() + limits_.header_deadline;
        peer_->allow(limits_.header_deadline);
        const auto greeting = co_await peer_->greet();
        peer_->release();
        if (greeting == TlsChannel::Greeting::plain) {
            Rejection plain{
                400, "This address is served over TLS only. Nothing was done. Write https:// before it."};
            tell(plain, {});
            co_await refuse(std::move(plain));
        }
        const auto left =
            std::chrono::floor<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
        constexpr std::chrono::milliseconds none{0};
        co_return greeting == TlsChannel::Greeting::good ? std::max(left, none) : none;
    }

    Async<bool> first_byte(std::chrono::milliseconds patience) {
        if (read_.size() > 0) co_return true;
        peer_->allow(patience);
        const bool came = co_await read_.read_more();
        peer_->release();
        co_return came;
    }

    void tell(Rejection& refusal, const guard::Head& asked) const {
        if (!limits_.refused) return;
        for (auto& header : limits_.refused(asked.method, asked.target, refusal.status))
            refusal.headers.push_back(std::move(header));
    }

    /// Always ends the connection: false.
    Async<bool> refuse(Rejection refusal) {
        SocketAnswer answer(*peer_, {.keep_alive = false, .patience = limits_.body_deadline});
        const bool sent = (co_await answer.reply(refusal.reply())).has_value();
        if (sent) co_await peer_->linger();
        co_return false;
    }

    Async<bool> one_request() {
        auto head = co_await read_head();
        awaits_peer_ = false;
        if (head.refusal) {
            tell(*head.refusal, {});
            co_return co_await refuse(std::move(*head.refusal));
        }
        if (!head.got) co_return false;
        const auto text = read_.text().substr(0, *head.got);
        auto admitted = guard::admit(text, rules_.allowed);
        if (auto* refusal = std::get_if<Rejection>(&admitted)) {
            const auto read = guard::read_head(text);
            const auto* asked = std::get_if<guard::Head>(&read);
            tell(*refusal, asked == nullptr ? guard::Head{} : *asked);
            co_return co_await refuse(std::move(*refusal));
        }
        auto& request = std::get<guard::Admitted>(admitted);
        auto admission = ask_hook(request);
        if (auto* later = std::get_if<Async<Verdict>>(&admission)) {
            auto verdict = co_await std::move(*later);
            std::visit([&](auto& known) { admission = std::move(known); }, verdict);
        }
        if (auto* refusal = std::get_if<Rejection>(&admission)) {
            tell(*refusal, request.head);
            co_return co_await refuse(std::move(*refusal));
        }
        Body coming{*peer_, read_, limits_, *head.got, request.framing, limit_of(request), !draining_};
        awaits_peer_ = true;
        auto body = co_await coming.whole();
        awaits_peer_ = false;
        if (body.refusal) {
            tell(*body.refusal, request.head);
            co_return co_await refuse(std::move(*body.refusal));
        }
        if (!body.got || !peer_->socket().is_open()) co_return false;
        co_return co_await handle(std::move(request), std::get<KnownCaller>(std::move(admission)),
                                  std::move(*body.got));
    }

    Admission ask_hook(const guard::Admitted& request) {
        if (!limits_.arrived) return KnownCaller{};
        return limits_.arrived({.method = request.head.method,
                                .path = request.target.path,
                                .headers = request.head.headers,
                                .remote = peer_->remote(),
                                .account = [this] {
                                    if (!account_.asked) account_ = read_account();
                                    return account_;
                                }});
    }

    system::PeerAccount read_account() {
        constexpr system::PeerAccount gone{.asked = true};
        boost::system::error_code failure;
        const auto theirs = peer_->socket().remote_endpoint(failure);
        if (failure) return gone;
        const auto ours = peer_->socket().local_endpoint(failure);
        return failure ? gone : system::account_of_peer(theirs, ours);
    }

    /// The size of the head, which then is at the front of the buffer.
    Async<ReadStep<std::size_t>> read_head() {
        peer_->allow(limits_.header_deadline);
        ReadStep<std::size_t> step;
        for (;;) {
            if (read_.text().starts_with("\r\n"))
                read_.consume(2);  // some clients end a body with an empty line
            step = find_head();
            if (step.got || step.refusal) break;
            const bool came = co_await read_.read_more();
            if (came) continue;
            if (peer_->timed_out()) step.refusal = Rejection{408, "The request head took too long."};
            break;
        }
        peer_->release();
        co_return step;
    }

    ReadStep<std::size_t> find_head() const {
        const auto text = read_.text();
        const auto end = text.find("\r\n\r\n");
        if (std::min(end, text.size()) >= limits_.header_limit)
            return {.refusal = Rejection{431, "The request head is too large."}};
        if (end != std::string_view::npos) return {.got = end + 4};
        if (has_bare_line_feed(text))
            return {.refusal = Rejection{400, "Lines of a request head end in CR LF."}};
        return {};
    }

    std::size_t limit_of(const guard::Admitted& request) const {
        if (!limits_.body_limit_at) return limits_.body_limit;
        return std::min(limits_.body_limit_at(request.head.method, request.target.path), limits_.body_limit);
    }

    Async<bool> handle(guard::Admitted admitted, KnownCaller caller, std::string body) {
        auto held = std::move(caller.held);
        HttpRequest request{.method = std::move(admitted.head.method),
                            .path = std::move(admitted.target.path),
                            .query = std::move(admitted.target.query),
                            .target = std::move(admitted.head.target),
                            .headers = std::move(admitted.head.headers),
                            .body = std::move(body),
                            .remote = peer_->remote(),
                            .caller = std::move(caller)};
        SocketAnswer answer(*peer_, {.body = request.method != "HEAD",
                                     .chunked = admitted.head.minor_version == 1,
                                     .keep_alive = admitted.framing.keep_alive && !draining_,
                                     .comment_interval = limits_.keep_alive_comment,
                                     .patience = limits_.body_deadline});
        answer_ = &answer;
        co_await run_watched(request, answer, std::move(held));
        answer_ = nullptr;
        read_.wipe_used();
        if (!answer.started() && !gone_) {
            auto why = ended_.value_or(Rejection{500, "The server failed to answer. This is a bug in it."});
            if (ended_) tell(why, {});
            auto refusal = why.reply();
            co_await answer.reply(std::move(refusal));
        }
        co_return answer.complete() && !answer.says_close() && !gone_;
    }

    /// Most handlers answer soon. One that waits for something is stopped when its peer is gone, or when its
    /// caller is served no longer.
    Async<void> run_watched(HttpRequest& request, SocketAnswer& answer, std::string held) {
        using namespace asio::experimental::awaitable_operators;
        handled_ = false;
        ended_.reset();
        // The completion handler keeps the signal: its slot is looked at until the very end.
        const auto stop = std::make_shared<asio::cancellation_signal>();
        asio::co_spawn(peer_->socket().get_executor(), run_handler(request, answer),
                       asio::bind_cancellation_slot(stop->slot(), [stop](const std::exception_ptr&) {}));
        const auto watched = handled_ ? nullptr : watch_caller(std::move(held));
        if (!handled_ && !answer.ends()) co_await until_handled(asio::steady_timer::clock_type::now() + soon);
        if (!handled_ && !answer.ends()) {
            co_await (until_handled_or_ended() || watch() || answer.keep_stream_alive());
            if (!handled_) stop->emit(asio::cancellation_type::terminal);
        }
        while (!handled_) co_await until_handled();
    }

    std::shared_ptr<void> watch_caller(std::string held) {
        if (held.empty() || !limits_.ends) return nullptr;
        return limits_.ends(std::move(held), [this](Rejection why) {
            ended_ = std::move(why);
            handler_ends_.cancel();
        });
    }

    Async<void> run_handler(HttpRequest& request, SocketAnswer& answer) {
        try {
            co_await rules_.handler(request, answer);
        } catch (...) {  // a bug, or the end of a cancelled handler: one request pays for it, with a 500 or
                         // the end of its stream
        }
        handled_ = true;
        handler_ends_.cancel();
    }

    Async<void> until_handled(asio::steady_timer::time_point end = asio::steady_timer::time_point::max()) {
        handler_ends_.expires_at(end);
        if (!handled_) co_await handler_ends_.async_wait(as_result);
    }

    Async<void> until_handled_or_ended() {
        if (!ended_) co_await until_handled();
    }

    /// Resumes when the peer has gone. What it sends meanwhile is kept for the next request. One that sends
    /// no more, or so much ahead that no more is read, may still read: it is gone when the connection breaks.
    Async<void> watch() {
        bool reads_on = true;
        while (reads_on && read_.size() < limits_.header_limit) reads_on = co_await read_.read_more();
        if (peer_->ended()) answer_->probe();
        if (reads_on || peer_->ended()) co_await peer_->until_broken();
        const auto cancelled = (co_await asio::this_coro::cancellation_state).cancelled();
        gone_ = cancelled == asio::cancellation_type::none;
    }

    std::shared_ptr<Peer> peer_;
    const ConnectionRules& rules_;
    const ListenerOptions& limits_;
    ReadBuffer read_;
    system::PeerAccount account_ = {};  // once it was asked for
    SocketAnswer* answer_ = nullptr;    // while a handler runs
    asio::steady_timer handler_ends_;   // cancelled when it does, and when its caller is served no longer
    bool handled_ = false;
    std::optional<Rejection> ended_ = {};  // what a caller is told that is served no longer
    bool awaits_peer_ = true;              // for a request, or for the rest of one
    bool draining_ = false;
    bool gone_ = false;
};

}  // namespace

std::shared_ptr<Connection> make_connection(asio::ip::tcp::socket socket, const ConnectionRules& rules) {
    return std::make_shared<HttpConnection>(std::move(socket), rules);
}

}  // namespace tfy::transport
