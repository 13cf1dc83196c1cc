// Whose fault it is if nothing came of a request through a proxy.
#include <doctest/doctest.h>

#include <cstdlib>

#include "server/http_client/http_client.hpp"
#include "tests/fakes/loop_thread.hpp"
#include "tests/fakes/raw_socket.hpp"

namespace tfy::http_client::proxy_test {
namespace {

using namespace std::chrono_literals;
using tests::RawListener;

/// Variables of the environment, for as long as it lives.
class Variables {
public:
    using Pairs = std::vector<std::pair<std::string, std::string>>;
    explicit Variables(Pairs all) : all_(std::move(all)) {
        for (const auto& [name, value] : all_) ::setenv(name.c_str(), value.c_str(), 1);
    }
    ~Variables() {
        for (const auto& [name, value] : all_) ::unsetenv(name.c_str());
    }
    Variables(const Variables&) = delete;
    Variables& operator=(const Variables&) = delete;

private:
    Pairs all_;
};

Error ask(const std::string& method) {
    tests::LoopThread loop;
    const auto client = make_client(start_transfers(), {.base_url = "https://tenant.invalid"},
                                    [] { return std::string("Authorization: Bearer tfy-key"); });
    const auto answer = loop.run(client->send({.method = method, .target = "/x", .timeout = 5s}));
    REQUIRE(answer.has_error());
    return answer.error();
}

std::string at(std::uint16_t port) { return "http://user:proxy-secret@127.0.0.1:" + std::to_string(port); }

}  // namespace

TEST_CASE("a proxy that cannot be reached is to blame, by the variable that names it, and nothing was sent") {
    std::uint16_t closed = 0;
    {
        const RawListener gone;
        closed = gone.port();
    }
    for (const std::string method : {"GET", "POST"})
        for (const std::string name : {"https_proxy", "HTTPS_PROXY", "ALL_PROXY"}) {
            CAPTURE(method);
            const Variables set(Variables::Pairs{{name, at(closed)}});
            const auto error = ask(method);
            CHECK(error.code == Errc::upstream);
            CHECK(error.data.at("cause") == "proxy_refused");
            CHECK(error.message == "The proxy that " + name +
                                       " names refused the connection, so tenant.invalid was not reached. "
                                       "Check " +
                                       name + " and the proxy. Nothing was sent.");
        }
    const Variables set(Variables::Pairs{{"https_proxy", "http://no-such-proxy.invalid:1"}});
    CHECK(ask("GET").message ==
          "The name of the proxy in https_proxy was not found. Check it, and the network. Nothing was sent.");
}

TEST_CASE("a proxy that hangs up before there is a tunnel is to blame, and nothing has arrived") {
    for (const std::string method : {"GET", "POST"}) {
        CAPTURE(method);
        RawListener proxy;
        auto script = std::async(std::launch::async, [&] { proxy.accept().read_message(); });
        const Variables set(Variables::Pairs{{"https_proxy", at(proxy.port())}});
        const auto error = ask(method);
        tests::await(std::move(script));
        CHECK(error.code == Errc::upstream);
        CHECK(error.message ==
              "The proxy that https_proxy names gave no connection to tenant.invalid. Check https_proxy and "
              "the proxy. Nothing was sent.");
    }
}

TEST_CASE("behind a tunnel the server is to blame, and a proxy that does not count is not named") {
    RawListener proxy;
    auto script = std::async(std::launch::async, [&] {
        auto tunnel = proxy.accept();
        tunnel.read_message();
        tunnel.send("HTTP/1.1 200 Connected\r\n\r\n");
        tunnel.read_exactly(1);
    });
    {
        const Variables set(Variables::Pairs{{"https_proxy", at(proxy.port())}});
        const auto error = ask("POST");
        tests::await(std::move(script));
        CHECK(error.message.starts_with("No secure connection to tenant.invalid came about."));
    }
    const Variables set(Variables::Pairs{{"https_proxy", at(proxy.port())}, {"no_proxy", "tenant.invalid"}});
    CHECK(ask("GET").message ==
          "The name tenant.invalid was not found. Check TFY_BASE_URL and the network. Nothing was sent.");
}

}  // namespace tfy::http_client::proxy_test
