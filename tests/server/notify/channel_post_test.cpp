// Webhooks over the network: what leaves, what counts as an answer, and who waits for whom.
#include "server/notify/channel_post.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <fstream>

#include "server/config/config.hpp"
#include "server/http_client/transfer_thread.hpp"
#include "tests/fakes/loop_thread.hpp"
#include "tests/fakes/notified.hpp"
#include "tests/fakes/raw_socket.hpp"
#include "tests/fakes/redactor.hpp"

namespace tfy::channel_post_test {

using namespace std::chrono_literals;
using fakes::TempFolder;
using notify::ChannelPost;
using tests::RawListener;

namespace {

const auto redactor = redaction::RedactorForTests::make();

notice::Message message() {
    return {"evt_1", "apr_1", redactor.seal_text("Approval needed"), redactor.seal(Json{{"a", 1}})};
}

struct Network {
    RawListener receiver;
    tests::LoopThread loop;
    std::shared_ptr<http_client::TransferThread> thread = http_client::start_transfers();

    ChannelPost post(const RawListener& to) {
        auto target = fakes::webhook();
        target.url.origin = "http://127.0.0.1:" + std::to_string(to.port());
        auto client = http_client::make_client(
            thread,
            {.base_url = target.url.origin, .connect_timeout = 5s, .body_limit = 1000, .ignore_body = true});
        return {std::move(target), notify::Carrier{.web = std::move(client)}};
    }
    auto begin(ChannelPost& post) { return loop.begin(post.send(message(), fakes::noon)); }
    /// The status that came of these bytes, and what had been sent for them.
    std::pair<int, std::string> exchange(const std::string& answer) {
        auto out = post(receiver);
        auto sent = begin(out);
        auto peer = receiver.accept();
        const auto request = peer.read_message();
        peer.send(answer);
        peer.close();
        const auto got = tests::await(std::move(sent));
        return {got ? got->status : 0, request};
    }
};

void write(const std::filesystem::path& file, const std::string& text, mode_t mode = 0600) {
    std::ofstream(file) << text;
    ::chmod(file.c_str(), mode);
}

}  // namespace

TEST_CASE("the body leaves as it was sealed, signed, without the API key, and is answered by a status") {
    Network network;
    const auto [status, request] = network.exchange("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    CHECK(status == 200);
    CHECK(request.starts_with("POST /in HTTP/1.1\r\n"));
    CHECK(request.ends_with("\r\n\r\n{\"a\":1}"));
    CHECK(request.find("webhook-id: evt_1\r\n") != std::string::npos);
    CHECK(request.find("webhook-signature: v1,") != std::string::npos);
    CHECK(request.find("Content-Type: application/json\r\n") != std::string::npos);
    CHECK(request.find("uthorization") == std::string::npos);
}

TEST_CASE("an answer is its status: its body is not kept, however long, and a redirect is not followed") {
    struct Row {
        const char* name;
        std::string answer;
        int status;
    };
    const Row rows[] = {
        {"a long body", "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + std::string(5000, 'x'), 200},
        {"a body that breaks off", "HTTP/1.1 204 OK\r\nContent-Length: 500\r\n\r\nx", 204},
        {"a redirect", "HTTP/1.1 307 Go\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", 307},
        {"a head that breaks off", "HTTP/1.1 200 OK\r\nContent-Le", 0},
        {"nothing", "", 0},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        Network network;
        CHECK(network.exchange(row.answer).first == row.status);
        CHECK_FALSE(network.receiver.has_caller());
    }
}

TEST_CASE("a receiver that does not answer keeps no other waiting, and is given up when the server stops") {
    Network network;
    RawListener dead;
    auto slow = network.post(dead);
    auto waiting = network.begin(slow);
    auto held = dead.accept();
    held.read_message();
    CHECK(network.exchange("HTTP/1.1 204 OK\r\n\r\n").first == 204);
    network.thread->stop();
    const auto given_up = tests::await(std::move(waiting));
    REQUIRE_FALSE(given_up.has_value());
    CHECK(given_up.error().code == Errc::ambiguous);
    const auto too_late = tests::await(network.begin(slow));
    CHECK(too_late.error().code == Errc::upstream);
}

TEST_CASE("a webhook's files are read where nobody else may, and errors name the line and the file only") {
    const TempFolder folder;
    const auto secret = (folder / "secret").string();
    const auto url = (folder / "url").string();
    const std::string key = "0123456789abcdef0123456789abcdef";
    const policy::Channel json{.url = "https://hooks.example.com/a", .secret_file = secret, .line = 7};
    const policy::Channel slack{.url_file = url, .format = policy::Channel::Format::slack, .line = 9};
    write(secret, key + "\n");
    write(url, "https://hooks.example.com/s3cr3t\n");
    const auto both = notify::open_channels({json, slack});
    REQUIRE(both.has_value());
    CHECK((*both)[0].key);
    CHECK_FALSE((*both)[1].key);
    CHECK((*both)[1].url.target == "/s3cr3t");
    CHECK((*both)[0].id != (*both)[1].id);
    CHECK((*both)[1].id.find("s3cr3t") == std::string::npos);

    const auto refusal = [](const policy::Channel& webhook) {
        const auto opened = notify::open_channels({webhook});
        return opened ? std::string{} : opened.error().message;
    };
    write(secret, key, 0640);
    CHECK(refusal(json).find("line 7") != std::string::npos);
    CHECK(refusal(json).find("chmod 600 on") != std::string::npos);
    write(secret, "tooshort", 0600);
    CHECK(refusal(json).find("24 bytes") != std::string::npos);
    CHECK(refusal(json).find("tooshort") == std::string::npos);
    write(secret, std::string(5000, 'x'));
    CHECK(refusal(json).find("4096") != std::string::npos);
    write(url, "http://hooks.example.com/s3cr3t");
    CHECK(refusal(slack).find("must start with https://") != std::string::npos);
    CHECK(refusal(slack).find("s3cr3t") == std::string::npos);
    policy::Channel mail{.name = "mail",
                         .url = "smtp://127.0.0.1:2525",
                         .format = policy::Channel::Format::email,
                         .secret_file = secret,
                         .user = "tfy",
                         .line = 11};
    write(secret, "pass word\n");
    const auto opened = notify::open_channel(mail);
    REQUIRE(opened.has_value());
    CHECK(opened->id.starts_with("notify.mail."));
    const auto id_with = [&mail](auto change) {
        auto other = mail;
        change(other);
        return notify::open_channel(other).value().id;
    };
    CHECK(id_with([](auto& other) { other.events = {policy::Channel::Event::decided}; }) == opened->id);
    CHECK(id_with([](auto& other) { other.url = "smtp://127.0.0.1:2526"; }) != opened->id);
    CHECK(id_with([](auto& other) { other.to = {"eve@example.com"}; }) != opened->id);
    CHECK(id_with([](auto& other) { other.name = "post"; }) != opened->id);
    CHECK(opened->key->size() == 9);
    CHECK(opened->url.origin == "smtp://127.0.0.1:2525");
    write(secret, "two\nlines");
    CHECK(refusal(mail).find("The channel mail of line 11 cannot be used") != std::string::npos);
    CHECK(refusal(mail).find("a password on one line") != std::string::npos);
    mail.format = policy::Channel::Format::pagerduty;
    mail.url = "https://events.pagerduty.com/v2/enqueue";
    write(secret, "not-a-routing-key");
    CHECK(refusal(mail).find("32 letters and digits") != std::string::npos);
    CHECK(refusal(mail).find("not-a-routing") == std::string::npos);
    std::filesystem::remove(url);
    CHECK(refusal(slack).find(url + " cannot be read") != std::string::npos);
    write(url, "https://hooks.example.com/a");
    write(secret, key);
    CHECK(notify::open_channels({json, slack}).error().message.find("same address") != std::string::npos);
}

TEST_CASE("a public address is one that links can begin with") {
    CHECK(config::read_public_url("")->empty());
    CHECK(*config::read_public_url("https://tfy.example.com/") == "https://tfy.example.com");
    CHECK(*config::read_public_url("http://10.0.0.1:8080/pats/") == "http://10.0.0.1:8080/pats");
    for (const auto* wrong :
         {"tfy.example.com", "ftp://example.com", "https://example.com/?a", "javascript:1",
          "https://user@example.com", "https://exa mple.com", "https://example.com/#a"}) {
        CAPTURE(wrong);
        CHECK_FALSE(config::read_public_url(wrong).has_value());
    }
}

}  // namespace tfy::channel_post_test
