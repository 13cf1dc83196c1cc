// Time that passes on purpose only: what is waited for takes none, and a request whose answer does not come
// takes a second of real time for all of its own. However slow the machine is, none of that is part of it.
#pragma once

#include <atomic>

#include "tools/truefoundry/exchange.hpp"
#include "tools/truefoundry/timing.hpp"

namespace tfy::soak {

class SoakTime {
public:
    truefoundry::Timing::Instant now() const {
        return truefoundry::Timing::Instant{std::chrono::milliseconds{passed_}};
    }
    truefoundry::Timing pace() {
        return {[this](std::chrono::milliseconds time) { return skip(time); }, [this] { return now(); },
                truefoundry::Timing::real().today};
    }

    void pass(std::chrono::milliseconds time) { passed_ += time.count(); }

private:
    Async<void> skip(std::chrono::milliseconds time) {
        pass(time);
        co_return;
    }

    std::atomic<std::int64_t> passed_ = 0;
};

/// The real exchange, for which every time-out is a second.
class Hurried final : public truefoundry::Exchange {
public:
    Hurried(SoakTime& time, std::unique_ptr<truefoundry::Exchange> exchange)
        : time_(time), exchange_(std::move(exchange)) {}
    Async<Result<truefoundry::ApiResponse>> send(truefoundry::ApiRequest request) override {
        using Clock = std::chrono::steady_clock;
        const auto whole = request.timeout;
        request.timeout = std::chrono::seconds{1};
        const auto over =
            Clock::now() + request.timeout - std::chrono::milliseconds{10};  // curl counts whole ones
        auto answer = co_await exchange_->send(std::move(request));
        if (!answer && Clock::now() >= over) time_.pass(whole);
        co_return answer;
    }

private:
    SoakTime& time_;
    std::unique_ptr<truefoundry::Exchange> exchange_;
};

}  // namespace tfy::soak
