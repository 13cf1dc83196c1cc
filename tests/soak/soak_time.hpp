// Time a hundred times as fast as it is: half a minute of waiting takes a moment, a time-out three tenths of
// a second; and what is waited for on purpose takes none at all.
#pragma once

#include <atomic>

#include "tools/truefoundry/exchange.hpp"
#include "tools/truefoundry/timing.hpp"

namespace tfy::soak {

class SoakTime {
public:
    static constexpr int speed = 100;

    truefoundry::Timing::Instant now() const {
        return truefoundry::Timing::Instant{(std::chrono::steady_clock::now() - start_) * speed} +
               std::chrono::milliseconds{skipped_};
    }
    truefoundry::Timing pace() {
        return {[this](std::chrono::milliseconds time) { return skip(time); }, [this] { return now(); },
                truefoundry::Timing::real().today};
    }

    void pass(std::chrono::milliseconds time) { skipped_ += time.count(); }

private:
    Async<void> skip(std::chrono::milliseconds time) {
        skipped_ += time.count();
        co_return;
    }

    const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
    std::atomic<std::int64_t> skipped_ = 0;
};

/// The real exchange, whose time-outs are as fast.
class Hurried final : public truefoundry::Exchange {
public:
    explicit Hurried(std::unique_ptr<truefoundry::Exchange> exchange) : exchange_(std::move(exchange)) {}
    Async<Result<truefoundry::ApiResponse>> send(truefoundry::ApiRequest request) override {
        request.timeout /= SoakTime::speed;
        auto answer = co_await exchange_->send(std::move(request));
        co_return answer;
    }

private:
    std::unique_ptr<truefoundry::Exchange> exchange_;
};

}  // namespace tfy::soak
