// A port that is served over TLS: who shakes hands, who does not, and how connections end.
#include <doctest/doctest.h>

#include "tests/fakes/permits.hpp"
#include "tests/fakes/served.hpp"

namespace tfy::transport::tls_test {
namespace {

using tests::get;
using tests::make_certificate;
using tests::post;
using tests::RawSocket;
using tests::Served;
using tests::TlsClient;
using namespace std::chrono_literals;

struct Secure {
    explicit Secure(const tests::MadeCertificate& made)
        : own(std::make_shared<tls::Certificate>(*tls::Certificate::read(made.chain, made.key))) {}
    ListenerOptions options(ListenerOptions more = {}) const {
        more.tls = [own = own] { return own->session(); };
        return more;
    }
    std::shared_ptr<tls::Certificate> own;
};

/// A connection whose TLS the test looks into.
struct Client {
    explicit Client(const Served& served, int most = TLS1_3_VERSION)
        : socket(RawSocket::connect(served.port())) {
        auto made = std::make_unique<TlsClient>(socket.fd(), most);
        tls = made.get();
        socket.wrap(std::move(made));
    }
    RawSocket socket;
    TlsClient* tls = nullptr;
};

bool was_ok(const std::string& answer) { return answer.starts_with("HTTP/1.1 200 "); }

Async<void> stream_twice(HttpRequest, Responder& answer) {
    co_await answer.event(redaction::RedactedForTests::make("{\"n\":1}"));
    co_await answer.event(redaction::RedactedForTests::make("{\"n\":2}"));
    co_await answer.end_events();
}

}  // namespace

TEST_CASE("TLS 1.2 and 1.3 are served, with forward secrecy; older ones are refused") {
    Served served(tests::echo, Secure(make_certificate()).options());
    for (const auto& [version, name] : {std::pair{TLS1_2_VERSION, "TLSv1.2"}, {TLS1_3_VERSION, "TLSv1.3"}}) {
        Client client(served, version);
        CHECK(client.tls->version() == name);
        const auto* cipher = SSL_get_current_cipher(client.tls->raw());
        CHECK(SSL_CIPHER_is_aead(cipher) == 1);
        CHECK(SSL_CIPHER_get_kx_nid(cipher) != NID_kx_rsa);
        client.socket.send(post("{\"a\":1}"));
        CHECK(was_ok(client.socket.read_message()));
        CHECK(SSL_session_reused(client.tls->raw()) == 0);
    }
    for (const int version : {TLS1_1_VERSION, TLS1_VERSION})
        CHECK_THROWS_WITH(Client(served, version), "tlsv1 alert protocol version");
    const auto rsa = make_certificate("DNS:localhost", 3600, 2048);
    Served with_rsa(tests::echo, Secure(rsa).options());
    Client client(with_rsa);
    CHECK(client.tls->peer() == rsa.chain);
}

TEST_CASE("who comes without TLS is told so, and what they sent is not read") {
    std::vector<int> refused;
    std::size_t handled = 0;
    auto options =
        Secure(make_certificate())
            .options({.refused = [&](const std::string& method, const std::string& target, int status) {
                CHECK((method.empty() && target.empty()));
                refused.push_back(status);
                return Headers{};
            }});
    Served served(
        [&](HttpRequest, Responder&) -> Async<void> {
            ++handled;
            co_return;
        },
        std::move(options));
    auto socket = RawSocket::connect(served.port());
    socket.send(post("{\"a\":1}"));
    const auto answer = socket.read_to_end();
    CHECK(answer.starts_with("HTTP/1.1 400 "));
    CHECK(answer.find("Write https:// before it.") != std::string::npos);
    CHECK(answer.find("connection: close\r\n") != std::string::npos);
    CHECK(refused == std::vector{400});
    CHECK(handled == 0);
}

TEST_CASE("what is no TLS costs its connection, and others are served on") {
    Served served(tests::echo, Secure(make_certificate()).options());
    Client other(served);
    for (const std::string& garbage :
         {std::string(64, '\0'), std::string("\x16\x03\x01\xff\xff") + std::string(300, 'x'),
          std::string("\x16\x03\x01\x00\x04\x01\x00\xff\xff", 9),
          std::string("\x80\x2e\x01\x00\x02", 5) + "x",
          std::string("\x17\x03\x03\x00\x10", 5) + std::string(16, 'x'),
          std::string("get / HTTP/1.1\r\n\r\n")}) {
        auto socket = RawSocket::connect(served.port());
        socket.send(garbage);
        socket.end_sending();
        CHECK(socket.read_to_end().find("HTTP/1.1") == std::string::npos);
    }
    other.socket.send(get("/"));
    CHECK(was_ok(other.socket.read_message()));
    // In the middle of a connection, too.
    ::send(other.socket.fd(), "\x17\x03\x03\x00\x20_______________________________x", 37, MSG_NOSIGNAL);
    CHECK(other.socket.read_to_end().empty());
}

TEST_CASE("shaking hands and saying something have one deadline together") {
    Served served(tests::echo, Secure(make_certificate()).options({.header_deadline = 300ms}));
    const auto begun = std::chrono::steady_clock::now();
    auto silent = RawSocket::connect(served.port());
    auto half = RawSocket::connect(served.port());
    half.send(std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc", 9));
    auto shaken = Client(served);
    CHECK(silent.read_to_end().empty());
    CHECK(half.read_to_end().empty());
    CHECK(shaken.socket.read_to_end().empty());
    CHECK(std::chrono::steady_clock::now() - begun < 1500ms);
}

TEST_CASE("every end of a connection is said: what was read is all there is") {
    Served served(
        [](HttpRequest request, Responder& answer) -> Async<void> {
            if (request.method == "POST") co_return co_await stream_twice(std::move(request), answer);
            co_await tests::echo(std::move(request), answer);
        },
        Secure(make_certificate()).options({.idle = 100ms}));
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        for (const auto& [asked, status] :
             {std::pair{get("/", "Connection: close\r\n"), "200"}, std::pair{get("/"), "200"},
              std::pair{std::string("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n"), "403"},
              std::pair{std::string("POST / HTTP/1.1\r\nHost: localhost\r\n\r\n"), "411"}}) {
            CAPTURE(asked);
            Client client(served, version);
            client.socket.send(asked);
            CHECK(client.socket.read_to_end().starts_with(std::string("HTTP/1.1 ") + status));
            CHECK(client.tls->was_ended());
        }
    }
    Client idle(served);
    idle.socket.send(get("/"));
    CHECK(was_ok(idle.socket.read_message()));
    served.loop().run(served.listener().drain(1s));
    CHECK(idle.socket.read_to_end().empty());
    CHECK(idle.tls->was_ended());
}

TEST_CASE("new keys in the middle of a stream, and asking for new ones, change nothing") {
    Served served(stream_twice, Secure(make_certificate()).options());
    Client client(served);
    for (int i = 0; i < 3; ++i) {
        SSL_key_update(client.tls->raw(), SSL_KEY_UPDATE_REQUESTED);
        client.socket.send(post("{}"));
        CHECK(client.socket.read_until("0\r\n\r\n").find("{\"n\":2}") != std::string::npos);
    }
    Client older(served, TLS1_2_VERSION);
    older.socket.send(post("{}"));
    CHECK(older.socket.read_until("0\r\n\r\n").find("{\"n\":2}") != std::string::npos);
    SSL_renegotiate(older.tls->raw());
    CHECK(SSL_do_handshake(older.tls->raw()) != 1);  // refused
    ERR_clear_error();
}

TEST_CASE("a connection keeps the certificate that it began with; the next one gets the new one") {
    const auto first = make_certificate(), second = make_certificate();
    const auto own = std::make_shared<Secure>(first);
    ListenerOptions options;
    options.tls = [own] { return own->own->session(); };
    Served served(tests::echo, options);
    Client before(served);
    CHECK(before.tls->peer() == first.chain);
    *own = Secure(second);
    Client after(served);
    CHECK(after.tls->peer() == second.chain);
    before.socket.send(get("/"));
    CHECK(was_ok(before.socket.read_message()));
}

TEST_CASE("pages of the port's own origin are those of its own scheme") {
    const guard::Allowed over_tls{.port = 8780, .tls = true};
    CHECK(guard::is_allowed_origin("https://localhost:8780", over_tls));
    CHECK_FALSE(guard::is_allowed_origin("http://localhost:8780", over_tls));
    CHECK_FALSE(guard::is_allowed_origin("https://localhost:8780", {.port = 8780}));
}

}  // namespace tfy::transport::tls_test
