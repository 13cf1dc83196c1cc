// Binding, accepting, counting, draining. What happens on a connection is connection.cpp's.
#include "server/transport/listener.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <set>

#include "server/transport/as_result.hpp"
#include "server/transport/connection.hpp"

namespace tfy::transport {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::chrono::milliseconds after_failed_accept{100};  // out of descriptors: some will be free again
constexpr std::chrono::milliseconds for_cancelled_handlers{500};
constexpr std::size_t turned_away_at_once =
    64;  // connections over the cap that are told so; more are just closed

Error cannot_listen(const ListenerOptions& options, const std::string& why, bool in_use) {
    return {Errc::refused,
            "Cannot listen on " + options.address + " port " + std::to_string(options.port) + ": " + why +
                ". Nothing was started. Stop the program that uses it, or listen on another address.",
            {{"in_use", in_use}}};
}

}  // namespace

struct Listener::Impl : std::enable_shared_from_this<Impl> {
    Impl(asio::io_context& loop, ListenerOptions options, HttpHandler handler)
        : acceptor(loop), emptied(loop), rules{std::move(options), {}, std::move(handler)} {}

    Result<void> open_acceptor() {
        const auto& options = rules.options;
        error_code failure;
        const auto address = asio::ip::make_address(options.address, failure);
        if (failure) return cannot_listen(options, "that is no IP address", false);
        const tcp::endpoint endpoint(address, options.port);
        if (acceptor.open(endpoint.protocol(), failure); !failure)
            acceptor.set_option(tcp::acceptor::reuse_address(true), failure);
        if (!failure) acceptor.bind(endpoint, failure);
        if (!failure) acceptor.listen(asio::socket_base::max_listen_connections, failure);
        if (!failure) port = acceptor.local_endpoint(failure).port();
        if (failure) return cannot_listen(options, failure.message(), failure == asio::error::address_in_use);
        rules.allowed = {.port = port,
                         .hosts = options.hosts,
                         .origins = options.origins,
                         .wants_length = options.wants_length};
        return {};
    }

    static Async<void> accept(std::shared_ptr<Impl> self) {
        while (self->acceptor.is_open()) {
            auto [failure, socket] = co_await self->acceptor.async_accept(as_result);
            if (!failure) {
                self->take(std::move(socket));
                continue;
            }
            if (!self->acceptor.is_open()) break;
            asio::steady_timer pause(self->acceptor.get_executor(), after_failed_accept);
            co_await pause.async_wait(as_result);
        }
    }

    void take(tcp::socket socket) {
        const auto cap = rules.options.connections;
        if (connections.size() >= cap + turned_away_at_once) return;
        const bool welcome = connections.size() < cap;
        const auto connection = make_connection(std::move(socket), rules);
        connections.insert(connection);
        asio::co_spawn(acceptor.get_executor(), run(shared_from_this(), connection, welcome), asio::detached);
    }

    static Async<void> run(std::shared_ptr<Impl> self, std::shared_ptr<Connection> connection, bool welcome) {
        try {
            if (welcome)
                co_await connection->serve();
            else
                co_await connection->turn_away();
        } catch (const std::exception&) {  // out of memory: this connection ends, the others go on
            connection->cut();
        }
        self->connections.erase(connection);
        if (self->connections.empty()) self->emptied.cancel();
    }

    Async<void> wait_until_empty(std::chrono::milliseconds limit) {
        emptied.expires_after(limit);
        while (!connections.empty()) {
            const auto [woken] = co_await emptied.async_wait(as_result);
            if (!woken) co_return;
        }
    }

    void stop_accepting() {
        error_code ignored;
        acceptor.close(ignored);
    }

    void cut() {
        for (const auto& connection : connections) connection->cut();
    }

    tcp::acceptor acceptor;
    asio::steady_timer emptied;  // cancelled when the last connection ends
    ConnectionRules rules;
    std::uint16_t port = 0;
    std::set<std::shared_ptr<Connection>> connections;
};

Result<std::unique_ptr<Listener>> Listener::bind(asio::io_context& loop, ListenerOptions options,
                                                 HttpHandler handler) {
    auto impl = std::make_shared<Impl>(loop, std::move(options), std::move(handler));
    if (const auto opened = impl->open_acceptor(); !opened) return opened.error();
    return std::unique_ptr<Listener>(new Listener(std::move(impl)));
}

Listener::Listener(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

Listener::~Listener() {
    impl_->stop_accepting();
    impl_->cut();
}

std::uint16_t Listener::port() const { return impl_->port; }

void Listener::start() {
    asio::co_spawn(impl_->acceptor.get_executor(), Impl::accept(impl_), asio::detached);
}

Async<void> Listener::drain(std::chrono::milliseconds limit) {
    const auto impl = impl_;
    impl->stop_accepting();
    for (const auto& connection : impl->connections) connection->drain();
    co_await impl->wait_until_empty(limit);
    impl->cut();
    co_await impl->wait_until_empty(for_cancelled_handlers);
}

}  // namespace tfy::transport
