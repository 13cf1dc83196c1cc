#include "server/reveals/reveal_socket.hpp"

#include <fcntl.h>
#include <sodium.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "policy/visible.hpp"
#include "server/people/terminal_channel.hpp"
#include "server/reveals/local_socket.hpp"
#include "server/storage/state_dir.hpp"
#include "server/system/peer_account.hpp"

namespace tfy::reveals {
namespace {

namespace asio = boost::asio;
using namespace asio::experimental::awaitable_operators;

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
constexpr std::chrono::seconds patience{5};
constexpr std::chrono::milliseconds after_failed_accept{100};

using Bytes = std::array<char, longest_reveal_wish>;

struct WipedBytes {
    Bytes bytes{};
    WipedBytes() = default;
    WipedBytes(const WipedBytes&) = delete;
    WipedBytes& operator=(const WipedBytes&) = delete;
    ~WipedBytes() { sodium_memzero(bytes.data(), bytes.size()); }
};

/// The command keeps its side open until it has its answer.
bool has_left(int socket) {
    char byte = 0;
    return ::recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

Json in_words(const Error& error) {
    return {{"error", {{"code", protocol::name(error.code)}, {"message", error.message}}}};
}

}  // namespace

RevealSocket::RevealSocket(Uses uses, std::filesystem::path state_dir, const std::string& instance)
    : uses_(uses),
      state_dir_(std::move(state_dir)),
      file_(reveal_socket_of(state_dir_, instance)),
      acceptor_(uses.loop) {}

RevealSocket::~RevealSocket() { close(); }

void RevealSocket::start() {
    if (state_dir_.empty()) return;
    remove_stale();
    auto socket = reveals::listen_at(file_);
    boost::system::error_code failure;
    if (socket) {
        // The acceptor closes what it is given, and the file that gave it closes its own.
        const int own = ::fcntl(socket->get(), F_DUPFD_CLOEXEC, 0);
        acceptor_.assign(asio::local::stream_protocol(), own, failure);
    }
    if (!socket || failure) {
        uses_.log.warn("values cannot be shown in a terminal",
                       {{"why", socket ? failure.message() : socket.error().message}});
        return;
    }
    asio::co_spawn(uses_.loop, serve(), asio::detached);
}

void RevealSocket::close() {
    if (acceptor_.is_open()) {
        boost::system::error_code ignored;
        acceptor_.close(ignored);
        ::unlink(file_.c_str());
    }
}

void RevealSocket::remove_stale() const {
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(state_dir_ / "instances", ignored)) {
        const auto& path = entry.path();
        if (path.extension() == ".sock" && !storage::alive(state_dir_, path.stem().string()))
            ::unlink(path.c_str());
    }
}

Async<void> RevealSocket::serve() {
    while (acceptor_.is_open()) {
        auto [failure, socket] = co_await acceptor_.async_accept(as_result);
        if (!failure) {
            if (system::is_of_own_account(socket.native_handle())) co_await answer(socket);
            continue;
        }
        if (!acceptor_.is_open()) co_return;
        asio::steady_timer pause(uses_.loop, after_failed_accept);
        co_await pause.async_wait(as_result);
    }
}

Async<void> RevealSocket::answer(Socket& socket) {
    auto wish = co_await read_in_time(socket);
    Result<redaction::Reveal> claimed = wish ? Error{} : wish.error();
    if (wish) claimed = co_await claim(socket, std::move(*wish));
    if (!claimed) {
        auto refusal = uses_.redaction.seal(in_words(claimed.error()));
        co_await send(socket, std::move(refusal));
        co_return;
    }
    const Json message = {{"value", claimed->placeholder()}};
    auto sealed = uses_.redaction.now()->seal_reveal(message, std::move(*claimed));
    const bool sent = co_await send(socket, std::move(sealed));
    if (!sent)
        uses_.log.warn("a value was claimed for a terminal that was gone before it arrived: it is lost");
}

Async<Result<RevealWish>> RevealSocket::read_in_time(Socket& socket) {
    asio::steady_timer late(uses_.loop, patience);
    auto first = co_await (read(socket) || late.async_wait(asio::use_awaitable));
    if (auto* wish = std::get_if<0>(&first)) co_return std::move(*wish);
    co_return Error{Errc::closed, "The question did not come in time. Nothing was shown."};
}

Async<Result<RevealWish>> RevealSocket::read(Socket& socket) {
    WipedBytes buffer;
    std::size_t size = 0;
    while (size < buffer.bytes.size()) {
        const auto room = asio::buffer(buffer.bytes.data() + size, buffer.bytes.size() - size);
        const auto [failure, count] = co_await socket.async_read_some(room, as_result);
        size += count;
        const std::string_view so_far(buffer.bytes.data(), size);
        const bool whole = std::ranges::count(so_far, '\n') >= lines_of_reveal_wish;
        if (whole || failure) co_return read_reveal_wish(so_far);
    }
    co_return Error{Errc::too_large, "This is too long to be a passphrase. Nothing was shown."};
}

Async<Result<policy::Human>> RevealSocket::identify(std::string person, policy::Secret passphrase) {
    auto knowing =
        people::TerminalChannel::known(uses_.passphrases, std::move(person), std::move(passphrase));
    auto known = co_await std::move(knowing);
    if (known || known.error().code != Errc::denied) co_return known;
    uses_.log.warn("a wrong passphrase was typed for a value");
    co_return Error{Errc::denied, "Wrong name or passphrase. The value was not shown: it still waits."};
}

Async<Result<redaction::Reveal>> RevealSocket::claim(Socket& socket, RevealWish wish) {
    auto person = co_await identify(std::move(wish.person), std::move(wish.passphrase));
    if (!person) co_return person.error();
    if (auto why = not_theirs(wish.reveal_id, *person)) co_return *std::move(why);
    if (has_left(socket.native_handle()))
        co_return Error{Errc::closed, "The terminal was closed. Nothing was shown."};
    co_return co_await uses_.reveals.claim_for(std::move(wish.reveal_id), *person);
}

std::optional<Error> RevealSocket::not_theirs(const std::string& reveal_id,
                                              const policy::Human& person) const {
    for (const auto& value : uses_.reveals.waiting()) {
        if (value.reveal_id != reveal_id || value.recipients.may_see(person.name())) continue;
        return Error{Errc::refused,
                     "Only the people who approved this token may see its value, and only if its "
                     "rule names the page in 'reveal': " +
                         policy::shown(uses_.redaction, person.name(), 100) +
                         " may not. The value was not shown: it still waits."};
    }
    return std::nullopt;
}

Async<bool> RevealSocket::send(Socket& socket, redaction::Redacted message) {
    asio::steady_timer late(uses_.loop, patience);
    const auto text = message.text();
    const auto bytes = asio::buffer(text.data(), text.size());
    auto first =
        co_await (asio::async_write(socket, bytes, as_result) || late.async_wait(asio::use_awaitable));
    const auto* written = std::get_if<0>(&first);
    co_return written != nullptr && !std::get<0>(*written);
}

}  // namespace tfy::reveals
