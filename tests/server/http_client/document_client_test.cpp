// A document is fetched from the public internet only, in one short answer, and nothing of ours goes along.
#include "server/http_client/document_client.hpp"

#include <doctest/doctest.h>

#include "server/http_client/http_client.hpp"
#include "server/http_client/public_address.hpp"
#include "tests/fakes/loop_thread.hpp"
#include "tests/fakes/state.hpp"
#include "tests/fakes/tls_server.hpp"
#include "tests/fakes/variable.hpp"

namespace tfy::document_client_test {
namespace {

using namespace std::chrono_literals;

std::string answer(const std::string& body,
                   const std::string& headers = "Content-Type: application/json\r\n") {
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + headers + "\r\n" +
           body;
}

bool is_public(const std::string& text) {
    sockaddr_storage storage{};
    if (auto* in = reinterpret_cast<sockaddr_in*>(&storage);
        ::inet_pton(AF_INET, text.c_str(), &in->sin_addr) == 1)
        storage.ss_family = AF_INET;
    else if (auto* in6 = reinterpret_cast<sockaddr_in6*>(&storage);
             ::inet_pton(AF_INET6, text.c_str(), &in6->sin6_addr) == 1)
        storage.ss_family = AF_INET6;
    else
        throw std::runtime_error("no address: " + text);
    return http_client::is_public_address(reinterpret_cast<const sockaddr&>(storage));
}

/// A server for doc.example, and clients to which that name leads there.
struct Fetching {
    fakes::TempFolder folder;
    tests::TlsServer server{"doc.example", folder / "ca.pem", answer("{}")};
    tests::LoopThread loop;
    std::shared_ptr<http_client::TransferThread> thread = http_client::start_transfers();

    std::string at(const std::string& rest, const std::string& host = "doc.example") const {
        return "https://" + host + ":" + std::to_string(server.port()) + rest;
    }
    http_client::DocumentOptions options() const {
        return {.ca_file = (folder / "ca.pem").string(),
                .timeout = 2s,
                .may_connect = [](const sockaddr&) { return true; },
                .names = {"doc.example:" + std::to_string(server.port()) + ":127.0.0.1"}};
    }
    Result<http_client::Document> get(const std::string& address, http_client::DocumentOptions with) {
        const auto client = http_client::make_document_client(thread, std::move(with));
        return loop.run(client->get(address));
    }
    Result<http_client::Document> get() { return get(at("/c.json"), options()); }
    std::string why() {
        const auto got = get();
        return got ? "" : got.error().message;
    }
};

}  // namespace

TEST_CASE("special addresses are not public") {
    for (const auto* address : {"0.0.0.0",
                                "0.1.2.3",
                                "10.0.0.1",
                                "100.64.0.1",
                                "100.127.255.255",
                                "127.0.0.1",
                                "127.255.255.254",
                                "169.254.169.254",
                                "172.16.0.1",
                                "172.31.255.255",
                                "192.0.0.8",
                                "192.0.2.1",
                                "192.88.99.1",
                                "192.168.0.1",
                                "198.18.0.1",
                                "198.19.255.255",
                                "198.51.100.7",
                                "203.0.113.9",
                                "224.0.0.1",
                                "239.1.2.3",
                                "240.0.0.1",
                                "255.255.255.255",
                                "::",
                                "::1",
                                "::ffff:8.8.8.8",
                                "::8.8.8.8",
                                "64:ff9b::808:808",
                                "64:ff9b:1::1",
                                "100::1",
                                "2001::1",
                                "2001:1::1",
                                "2001:1ff::1",
                                "2001:db8::1",
                                "2002:808:808::1",
                                "3fff::1",
                                "3fff:fff::1",
                                "2620:4f:8000::1",
                                "4000::1",
                                "5f00::1",
                                "fc00::1",
                                "fd00:ec2::254",
                                "fe80::1",
                                "fec0::1",
                                "ff02::1"}) {
        CAPTURE(address);
        CHECK_FALSE(is_public(address));
    }
    for (const auto* address : {"1.1.1.1",        "8.8.8.8",         "9.255.255.255", "11.0.0.1",
                                "100.63.255.255", "100.128.0.1",     "172.15.0.1",    "172.32.0.1",
                                "192.0.1.1",      "192.167.1.1",     "198.17.0.1",    "198.20.0.1",
                                "203.0.112.1",    "223.255.255.255", "2001:200::1",   "2001:4860:4860::8888",
                                "2600:1::1",      "2a00:1450::1",    "3ffe::1",       "3fff:1000::1"}) {
        CAPTURE(address);
        CHECK(is_public(address));
    }
}

TEST_CASE("a document comes as it is, and what goes out is bare") {
    Fetching fetching;
    fetching.server.answer_with(
        answer("{\"a\":1}",
               "Content-Type: application/json\r\nCache-Control: public, max-age=600\r\n"
               "Set-Cookie: a=b\r\n"));
    const auto got = fetching.get();
    REQUIRE(got.has_value());
    CHECK(got->status == 200);
    CHECK(got->content_type == "application/json");
    CHECK(got->max_age == 600s);
    CHECK(got->body == "{\"a\":1}");
    REQUIRE(fetching.get().has_value());
    CHECK(fetching.server.asked() ==
          "GET /c.json HTTP/1.1\r\nHost: doc.example:" + std::to_string(fetching.server.port()) +
              "\r\nUser-Agent: tfy-pat-mcp/" TFY_VERSION "\r\nAccept: application/json\r\n\r\n");
    CHECK(fetching.server.callers() == 2);  // a connection for each
}

TEST_CASE("no connection is made to what is not public, however it is spelled and whatever the proxy") {
    Fetching fetching;
    const auto by = "http://127.0.0.1:" + std::to_string(fetching.server.port());
    const fakes::Variable proxy("https_proxy", by.c_str());
    const fakes::Variable all("ALL_PROXY", by.c_str());
    auto options = fetching.options();
    options.may_connect = nullptr;
    for (const auto* host :
         {"doc.example", "127.0.0.1", "localhost", "127.1", "0x7f000001", "2130706433", "017700000001", "0",
          "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]"}) {
        CAPTURE(host);
        const auto got = fetching.get(fetching.at("/c.json", host), options);
        REQUIRE_FALSE(got.has_value());
        CHECK(got.error().message == "its name leads to an address that is not of the public internet");
    }
    CHECK(fetching.server.callers() == 0);
    options.may_connect = [](const sockaddr&) { return true; };
    CHECK(fetching.get(fetching.at("/c.json"), options).has_value());  // by no proxy
}

// A name that is looked up a second time leads nowhere else: the address is judged where it is used.
TEST_CASE("each address of a name is judged when it is connected to") {
    Fetching fetching;
    auto options = fetching.options();
    options.names = {"doc.example:" + std::to_string(fetching.server.port()) + ":127.0.0.2,127.0.0.1"};
    std::atomic<int> judged = 0;
    options.may_connect = [&judged](const sockaddr& address) {
        ++judged;
        return reinterpret_cast<const sockaddr_in&>(address).sin_addr.s_addr != htonl(INADDR_LOOPBACK + 1);
    };
    CHECK(fetching.get(fetching.at("/c.json"), options).has_value());
    CHECK(judged == 2);
}

TEST_CASE("a redirect is an answer, and is not followed") {
    Fetching fetching;
    fetching.server.answer_with("HTTP/1.1 302 Found\r\nLocation: " + fetching.at("/other") +
                                "\r\nContent-Length: 0\r\n\r\n");
    const auto got = fetching.get();
    REQUIRE(got.has_value());
    CHECK(got->status == 302);
    CHECK(fetching.server.callers() == 1);
}

TEST_CASE("only https is spoken") {
    Fetching fetching;
    for (const auto* scheme : {"http://", "ftp://", "file://", "gopher://", "dict://"})
        CHECK_FALSE(fetching.get(scheme + fetching.at("/c.json").substr(8), fetching.options()).has_value());
    CHECK(fetching.server.callers() == 0);
}

TEST_CASE("what is too long, compressed, silent, untrusted or no HTTP is not taken") {
    Fetching fetching;
    fetching.server.answer_with(answer(std::string(5120, 'x')));
    CHECK(fetching.why() == "");
    fetching.server.answer_with(answer(std::string(5121, 'x')));
    CHECK(fetching.why() == "it is longer than 5120 bytes");
    fetching.server.answer_with("HTTP/1.1 200 OK\r\n\r\n" + std::string(6000, 'x'));
    CHECK(fetching.why() == "it is longer than 5120 bytes");
    fetching.server.answer_with(answer("\x1f\x8b", "Content-Encoding: gzip\r\n"));
    CHECK(fetching.why() == "it is compressed");
    fetching.server.answer_with(answer("{}", "X-A: " + std::string(20'000, 'x') + "\r\n"));
    CHECK(fetching.why() == "its answer has too many headers");
    fetching.server.answer_with("hello\r\n\r\n");
    CHECK(fetching.why() == "its server's answer cannot be read");
    fetching.server.answer_with(answer("{}").substr(0, 20));
    CHECK(fetching.why() == "its server's answer cannot be read");
    fetching.server.answer_with("");
    CHECK(fetching.why() == "its server did not answer within 2 seconds");

    auto options = fetching.options();
    options.ca_file = {};
    const auto untrusted = fetching.get(fetching.at("/c.json"), options);
    CHECK(untrusted.error().message == "the certificate of its server is not trusted");
    options.names = {"doc.example:1:127.0.0.1"};
    CHECK(fetching.get("https://doc.example:1/c.json", options).error().message ==
          "its server refused the connection");
}

}  // namespace tfy::document_client_test
