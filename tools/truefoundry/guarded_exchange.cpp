#include "tools/truefoundry/guarded_exchange.hpp"

#include <boost/asio/this_coro.hpp>

#include "tools/truefoundry/breaker.hpp"
#include "tools/truefoundry/wire.hpp"

namespace tfy::truefoundry {
namespace {

namespace asio = boost::asio;
using Answer = Result<ApiResponse>;

Error refusal(const Breaker::Refusal& refused, policy::Time today) {
    const auto next =
        refused.next_in == Breaker::Duration{0}
            ? std::string("A try is under way: ask again in a moment.")
            : "The next try is at " +
                  policy::format_time(std::chrono::ceil<std::chrono::seconds>(today + refused.next_in)) +
                  ", in " +
                  policy::format_duration(std::chrono::ceil<std::chrono::seconds>(refused.next_in)) + ".";
    return {Errc::upstream, "TrueFoundry has not been answering for " +
                                policy::format_duration(refused.silent_for) + ". Nothing was sent. " + next +
                                " (The last try: " + refused.last + ")"};
}

/// Why this is no answer of TrueFoundry's; empty if it is one. What was not done, the words around it say.
std::string silence(const Answer& answer) {
    if (!answer) return answer.error().message.substr(0, answer.error().message.find(" Nothing was "));
    const auto status = answer->status;
    const bool from_proxy = status == 502 || status == 503 || status == 504;
    return from_proxy ? "it answered " + std::to_string(status) + "." : std::string{};
}

/// A pass, and the duty to say how it went.
class Trial {
public:
    Trial(Breaker& breaker, Breaker::Pass pass) : breaker_(breaker), pass_(pass) {}
    Trial(const Trial&) = delete;
    Trial& operator=(const Trial&) = delete;
    ~Trial() {
        if (!told_) breaker_.left(pass_);
    }
    void tell(const Answer& answer, Timing::Instant now) {
        told_ = true;
        auto why = silence(answer);
        if (why.empty())
            breaker_.answered();
        else
            breaker_.silent(pass_, now, std::move(why));
    }

private:
    Breaker& breaker_;
    Breaker::Pass pass_;
    bool told_ = false;
};

class GuardedExchange final : public Exchange {
public:
    GuardedExchange(std::unique_ptr<Exchange> exchange, Timing pace)
        : exchange_(std::move(exchange)), pace_(std::move(pace)) {}

    Async<Answer> send(ApiRequest request) override {
        const bool is_probe = request.method == "GET" || breaker_.closed();
        return is_probe ? ask(std::move(request)) : probe_first(std::move(request));
    }

private:
    Async<Answer> probe_first(ApiRequest request) {
        ApiRequest look{.method = "GET", .target = wire::list_target(0, 1, ""), .timeout = request.timeout};
        const auto seen = co_await ask(std::move(look));
        if (!breaker_.closed()) co_return not_sent(seen);
        co_return co_await ask(std::move(request));
    }

    static Error not_sent(const Answer& look) {
        if (!look && look.error().code == Errc::upstream) return look.error();
        return {Errc::upstream, "TrueFoundry does not answer: " + silence(look) +
                                    " A read was tried first, so the change was not sent. Nothing was done."};
    }

    Async<Answer> ask(ApiRequest request) {
        const auto admitted = breaker_.admit(pace_.now());
        if (const auto* refused = std::get_if<Breaker::Refusal>(&admitted))
            co_return refusal(*refused, pace_.today());
        Trial trial(breaker_, std::get<Breaker::Pass>(admitted));
        auto answer = co_await exchange_->send(std::move(request));
        const auto state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() == asio::cancellation_type::none) trial.tell(answer, pace_.now());
        co_return answer;
    }

    std::unique_ptr<Exchange> exchange_;
    Timing pace_;
    Breaker breaker_;
};

}  // namespace

std::unique_ptr<Exchange> guard(std::unique_ptr<Exchange> exchange, Timing pace) {
    return std::make_unique<GuardedExchange>(std::move(exchange), std::move(pace));
}

}  // namespace tfy::truefoundry
