// Binding, accepting, counting, draining. What happens on a connection is connection.cpp's.
#include "server/transport/listener.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <list>
#include <map>
#include <optional>
#include <set>

#include "server/system/descriptors.hpp"
#include "server/transport/as_result.hpp"
#include "server/transport/client_address.hpp"
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

constexpr int tries_for_a_free_port = 16;

std::string what_to_do(const error_code& failure) {
    namespace errc = boost::system::errc;
    if (failure == asio::error::address_in_use)
        return "Stop the program that uses it, or listen on another address.";
    if (failure == errc::too_many_files_open || failure == errc::too_many_files_open_in_system)
        return std::string(system::allow_more_files) + ".";
    if (failure == asio::error::access_denied)
        return "Listen on a port above 1023, or let this user use lower ones.";
    return "Listen on another address, for example 127.0.0.1:8780.";
}

Error cannot_listen(const std::string& address, std::uint16_t port, const std::string& why,
                    const error_code& failure) {
    return {Errc::refused,
            "Cannot listen on " + address + " port " + std::to_string(port) + ": " + why +
                ". Nothing was started. " + what_to_do(failure),
            {{"in_use", failure == asio::error::address_in_use}, {"address", address}}};
}

Error other_loopback_taken(const std::string& address, std::uint16_t port) {
    return {Errc::refused,
            "Another program listens on " + address + " port " + std::to_string(port) +
                ". Browsers that open localhost may go there, and it could take over the approvals page's "
                "sessions. Nothing was started. Stop that program, or use another port.",
            {{"in_use", true}, {"address", address}}};
}

/// Where this machine has no such address, no program can listen there.
bool has_no_such_address(const error_code& failure) {
    return failure == asio::error::address_family_not_supported ||
           failure == boost::system::errc::address_not_available;
}

/// What is "localhost" to a browser beside `address`, where that is so. An address of IPv6 alone, "::", takes
/// those of IPv4 along.
std::vector<const char*> others_of_localhost(const std::string& address) {
    if (address == "0.0.0.0") return {"::1"};
    if (!is_loopback_address(address)) return {};
    std::vector<const char*> others{"127.0.0.1", "::1"};
    std::erase_if(others, [&](const char* other) { return is_one_of(other, {address}); });
    return others;
}

guard::Rejection full() {
    return {503, "Too many connections are open. Try again in a moment.", {{"retry-after", "1"}}};
}

guard::Rejection too_many_of_one() {
    return {429,
            "Too many connections are open from this address. Nothing was done. Close some of them, or try "
            "again in a moment.",
            {{"retry-after", "1"}}};
}

Result<error_code> listen_at(tcp::acceptor& acceptor, const std::string& text, std::uint16_t port) {
    error_code failure;
    const auto address = asio::ip::make_address(text, failure);
    if (failure) return cannot_listen(text, port, "that is no IP address", failure);
    const tcp::endpoint endpoint(address, port);
    if (acceptor.open(endpoint.protocol(), failure); !failure)
        acceptor.set_option(tcp::acceptor::reuse_address(true), failure);
    if (!failure) acceptor.bind(endpoint, failure);
    if (!failure) acceptor.listen(asio::socket_base::max_listen_connections, failure);
    return failure;
}

}  // namespace

struct Listener::Impl : std::enable_shared_from_this<Impl> {
    Impl(asio::io_context& loop, ListenerOptions options, HttpHandler handler)
        : emptied(loop), rules{std::move(options), {}, std::move(handler)} {}

    Result<void> open() {
        auto opened = open_once();
        const auto taken = [&] { return !opened && opened.error().data.value("in_use", false); };
        for (int left = tries_for_a_free_port; rules.options.port == 0 && taken() && left > 0; --left)
            opened = open_once();
        return opened;
    }

    Result<void> open_once() {
        const auto& options = rules.options;
        acceptors.clear();
        if (auto first = open_acceptor(options.address, options.port); !first) return first;
        port = acceptors.front().local_endpoint().port();
        if (options.whole_localhost)
            for (const auto* other : others_of_localhost(options.address))
                if (auto taken = open_other_loopback(other); !taken) return taken;
        rules.allowed = {.port = port,
                         .hosts = options.hosts,
                         .origins = options.origins,
                         .tls = options.tls != nullptr,
                         .wants_length = options.wants_length,
                         .takes_names = options.takes_names};
        return {};
    }

    Result<void> open_acceptor(const std::string& address, std::uint16_t at) {
        const auto failure = listen_at(acceptors.emplace_back(emptied.get_executor()), address, at);
        if (!failure) return failure.error();
        if (*failure) return cannot_listen(address, at, failure->message(), *failure);
        return {};
    }

    Result<void> open_other_loopback(const std::string& address) {
        const auto failure = listen_at(acceptors.emplace_back(emptied.get_executor()), address, port);
        if (!failure) return failure.error();
        if (has_no_such_address(*failure))
            acceptors.pop_back();
        else if (*failure == asio::error::address_in_use)
            return other_loopback_taken(address, port);
        else if (*failure)
            return cannot_listen(address, port, failure->message(), *failure);
        return {};
    }

    static Async<void> accept(std::shared_ptr<Impl> self, tcp::acceptor& acceptor) {
        while (acceptor.is_open()) {
            auto [failure, socket] = co_await acceptor.async_accept(as_result);
            if (!failure) {
                self->take(std::move(socket));
                continue;
            }
            if (!acceptor.is_open()) break;
            asio::steady_timer pause(acceptor.get_executor(), after_failed_accept);
            co_await pause.async_wait(as_result);
        }
    }

    void take(tcp::socket socket) {
        const auto network = counted_network_of(socket);
        std::optional<guard::Rejection> refusal;
        if (connections.size() - turned_away >= rules.options.connections)
            refusal = full();
        else if (const auto found = of_networks.find(network);
                 !network.empty() && found != of_networks.end() &&
                 found->second >= rules.options.connections_of_one)
            refusal = too_many_of_one();
        if (refusal && turned_away >= turned_away_at_once) return;
        ++(refusal ? turned_away : of_networks[network]);
        const auto connection = make_connection(std::move(socket), rules);
        connections.insert(connection);
        asio::co_spawn(emptied.get_executor(),
                       run(shared_from_this(), connection, network, std::move(refusal)), asio::detached);
    }

    /// Empty if it is not counted.
    std::string counted_network_of(const tcp::socket& socket) const {
        if (!rules.options.counted) return {};
        error_code gone;
        const auto remote = socket.remote_endpoint(gone).address().to_string();
        return gone || !rules.options.counted(remote) ? std::string{} : client_network(remote, {}, {});
    }

    void forget(const std::string& network) {
        const auto found = of_networks.find(network);
        if (found != of_networks.end() && --found->second == 0) of_networks.erase(found);
    }

    static Async<void> run(std::shared_ptr<Impl> self, std::shared_ptr<Connection> connection,
                           std::string network, std::optional<guard::Rejection> refusal) {
        const bool refused = refusal.has_value();
        try {
            if (!refused)
                co_await connection->serve();
            else
                co_await connection->turn_away(std::move(*refusal));
        } catch (const std::exception&) {  // out of memory: this connection ends, the others go on
            connection->cut();
        }
        if (refused)
            --self->turned_away;
        else
            self->forget(network);
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
        for (auto& acceptor : acceptors) acceptor.close(ignored);
    }

    void cut() {
        for (const auto& connection : connections) connection->cut();
    }

    std::list<tcp::acceptor> acceptors;
    asio::steady_timer emptied;  // cancelled when the last connection ends
    ConnectionRules rules;
    std::uint16_t port = 0;
    std::set<std::shared_ptr<Connection>> connections;
    std::size_t turned_away = 0;                     // of them
    std::map<std::string, std::size_t> of_networks;  // those that are served; "": not counted
};

std::string localhost_origin(std::uint16_t port, bool tls) {
    return (tls ? "https://localhost:" : "http://localhost:") + std::to_string(port);
}

Result<std::unique_ptr<Listener>> Listener::bind(asio::io_context& loop, ListenerOptions options,
                                                 HttpHandler handler) {
    auto impl = std::make_shared<Impl>(loop, std::move(options), std::move(handler));
    if (const auto opened = impl->open(); !opened) return opened.error();
    return std::unique_ptr<Listener>(new Listener(std::move(impl)));
}

Listener::Listener(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

Listener::~Listener() {
    impl_->stop_accepting();
    impl_->cut();
}

std::uint16_t Listener::port() const { return impl_->port; }

void Listener::start() {
    for (auto& acceptor : impl_->acceptors)
        asio::co_spawn(acceptor.get_executor(), Impl::accept(impl_, acceptor), asio::detached);
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
