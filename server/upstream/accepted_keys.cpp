#include "server/upstream/accepted_keys.hpp"

namespace tfy::upstream {
namespace {

using truefoundry::ApiRequest;
using truefoundry::ApiResponse;

bool accepts(const Result<ApiResponse>& answer) {
    return answer && answer->status >= 200 && answer->status < 300;
}

class KeepingExchange final : public truefoundry::Exchange {
public:
    KeepingExchange(std::unique_ptr<truefoundry::Exchange> exchange, KeepsKeys uses,
                    std::shared_ptr<const OwnKey> key)
        : exchange_(std::move(exchange)), uses_(uses), key_(std::move(key)) {}

    /// A key that was replaced meanwhile is left to its own answers.
    Async<Result<ApiResponse>> send(ApiRequest request) override {
        const auto asked_with = key_->print(uses_.redaction.key());
        auto answer = co_await exchange_->send(std::move(request));
        const bool fresh = !asked_with.empty() && asked_with != kept_;
        if (fresh && accepts(answer) && asked_with == key_->print(uses_.redaction.key()))
            co_await keep(asked_with);
        co_return answer;
    }

private:
    Async<void> keep(std::string print) {
        auto prints = key_->prints(uses_.redaction.key());
        uses_.redaction.add(prints);
        auto work = [prints](storage::Ledger& ledger) { return ledger.add_fingerprints(prints); };
        const auto kept = co_await uses_.store.run(std::move(work));
        if (kept)
            kept_ = std::move(print);
        else
            uses_.log.error("the key could not be written down as known: the next process would not know it",
                            {{"why", kept.error().message}});
    }

    std::unique_ptr<truefoundry::Exchange> exchange_;
    KeepsKeys uses_;
    std::shared_ptr<const OwnKey> key_;
    std::string kept_;  // by OwnKey::print()
};

}  // namespace

std::unique_ptr<truefoundry::Exchange> keep_accepted_keys(std::unique_ptr<truefoundry::Exchange> exchange,
                                                          KeepsKeys uses, std::shared_ptr<const OwnKey> key) {
    return std::make_unique<KeepingExchange>(std::move(exchange), uses, std::move(key));
}

}  // namespace tfy::upstream
