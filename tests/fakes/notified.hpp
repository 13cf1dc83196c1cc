// A house that tells channels, and receivers that keep what they are told.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <deque>
#include <map>
#include <stdexcept>
#include <utility>

#include "protocol/parse.hpp"
#include "server/notify/notifier.hpp"
#include "tests/fakes/calls.hpp"

namespace tfy::fakes {

/// Answers as a test says, then 204; keeps every request.
struct Receiver {
    std::deque<Result<http_client::WebResponse>> answers = {};
    std::vector<http_client::WebRequest> got = {};
    bool throws = false;                            // the next time
    std::function<Async<void>()> thinks = nullptr;  // before each answer

    Receiver& does_not_say() {
        answers.push_back(Error{Errc::ambiguous, "It did not say whether it took that."});
        return *this;
    }
    Receiver& answer(int status, std::optional<std::chrono::seconds> retry_after = {}) {
        answers.push_back(http_client::WebResponse{.status = status, .retry_after = retry_after});
        return *this;
    }
    std::string header(std::size_t number, const std::string& name) const {
        for (const auto& [key, value] : got.at(number).headers)
            if (key == name) return value;
        return {};
    }
    Json body(std::size_t number) const { return protocol::parse(got.at(number).body).value(); }
};

/// Takes mail as receivers take requests: each is kept as a request with its text as the body.
class ReceiverMailbox final : public http_client::MailClient {
public:
    explicit ReceiverMailbox(Receiver& receiver) : receiver_(receiver) {}
    Async<Result<http_client::WebResponse>> send(http_client::Mail mail) override {
        http_client::WebRequest kept{.method = "MAIL", .target = mail.from, .body = std::move(mail.text)};
        for (const auto& to : mail.to) kept.headers.emplace_back("to", to);
        receiver_.got.push_back(std::move(kept));
        if (receiver_.thinks) co_await receiver_.thinks();
        if (receiver_.answers.empty()) co_return http_client::WebResponse{.status = 250};
        auto answer = std::move(receiver_.answers.front());
        receiver_.answers.pop_front();
        co_return answer;
    }

private:
    Receiver& receiver_;
};

class ReceiverClient final : public http_client::HttpClient {
public:
    explicit ReceiverClient(Receiver& receiver) : receiver_(receiver) {}
    Async<Result<http_client::WebResponse>> send(http_client::WebRequest request) override {
        receiver_.got.push_back(std::move(request));
        if (receiver_.thinks) co_await receiver_.thinks();
        if (std::exchange(receiver_.throws, false)) throw std::runtime_error("a bug");
        if (receiver_.answers.empty()) co_return http_client::WebResponse{.status = 204};
        auto answer = std::move(receiver_.answers.front());
        receiver_.answers.pop_front();
        co_return answer;
    }

private:
    Receiver& receiver_;
};

inline notify::ChannelTarget webhook(const std::string& host = "hooks.example.com",
                                     std::vector<policy::Channel::Event> events = {
                                         policy::Channel::Event::requested}) {
    policy::Channel wanted{.url = "https://" + host + "/in", .events = std::move(events)};
    return {.id = "wh_" + host,
            .wanted = std::move(wanted),
            .url = {"https://" + host, "/in", host},
            .key = std::make_shared<const policy::Secret>(std::string("0123456789abcdef0123456789abcdef"))};
}

/// [notify.NAME] of a type that has its own transport or body.
inline notify::ChannelTarget channel(const std::string& name, policy::Channel::Format format,
                                     std::vector<policy::Channel::Event> events = {
                                         policy::Channel::Event::requested}) {
    const auto host = name + ".example.com";
    policy::Channel wanted{.name = name,
                           .url = "https://" + host,
                           .format = format,
                           .from = "tfy@example.com",
                           .to = {"ann@example.com", "bob@example.com"},
                           .events = std::move(events)};
    return {.id = "notify." + name,
            .wanted = std::move(wanted),
            .url = {"https://" + host, "/v2/enqueue", host},
            .key = std::make_shared<const policy::Secret>(std::string("0123456789abcdef0123456789abcdef"))};
}

struct Notified : Calls {
    explicit Notified(const std::filesystem::path& file = ":memory:", std::string name = "test")
        : Calls(policy::Assurance::client, file), instance(std::move(name)) {}
    ~Notified() {
        notifier().close();
        desk.drain();
    }

    notify::Notifier& notifier() {
        if (!notifier_)
            notifier_.emplace(
                notify::Notifier::Rooms{loop, store, desk, page, redaction, clock, log},
                notify::Notifier::Settings{
                    .instance = instance,
                    .alive = [this](const std::string& id) { return others_alive.contains(id); },
                    .patience = patience,
                    .connect =
                        [this](const notify::ChannelTarget& target) {
                            auto& receiver = receivers[target.url.host];
                            return notify::Carrier{std::make_unique<ReceiverClient>(receiver),
                                                   std::make_unique<ReceiverMailbox>(receiver)};
                        }});
        return *notifier_;
    }
    void start(std::vector<notify::ChannelTarget> targets) {
        REQUIRE(run(notifier().start(std::move(targets))).has_value());
    }
    /// As the next start of the process: what was known in memory is gone.
    void start_anew(std::vector<notify::ChannelTarget> targets) {
        notifier().replace({});
        passes();
        notifier_.reset();
        start(std::move(targets));
    }

    Receiver& receiver(const std::string& host = "hooks.example.com") { return receivers[host]; }
    void told(std::size_t times, const std::string& host = "hooks.example.com") {
        until([&] { return receiver(host).got.size() >= times; });
        passes();
        CHECK(receiver(host).got.size() == times);
    }
    /// Every webhook has looked again since, and what was due was sent: timers of one loop go off in order,
    /// and so does what is asked of the store, a few times for each look.
    void passes() {
        for (int look = 0; look < 3; ++look) {
            run(tick(2 * patience));
            for (int question = 0; question < 12; ++question) run(desk.find("none"));
        }
    }
    /// A pending request of its own for each token.
    std::string request(const std::string& token) {
        const auto made = approval("apr_" + token, token, "stdio:alice", clock.now());
        const auto record = entry("requested", made.id, {{"state", "pending"}}, clock.now());
        run(store.run([made, record](storage::Ledger& ledger) {
            return ledger.open_request(made, {1000, 1000}, record);
        })).value();
        return made.id;
    }

    std::string instance;
    std::set<std::string> others_alive;
    std::map<std::string, Receiver> receivers;

private:
    static constexpr std::chrono::milliseconds patience{5};

    static Async<bool> tick(std::chrono::milliseconds after) {
        boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, after);
        co_await timer.async_wait(boost::asio::use_awaitable);
        co_return true;
    }

    std::optional<notify::Notifier> notifier_;
};

}  // namespace tfy::fakes
