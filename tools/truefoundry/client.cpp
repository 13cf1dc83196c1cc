#include "tools/truefoundry/client.hpp"

#include <sodium.h>

#include <algorithm>

#include "tools/truefoundry/failure.hpp"
#include "tools/truefoundry/retry.hpp"
#include "tools/truefoundry/wire.hpp"

namespace tfy::truefoundry {
namespace {

using std::chrono::milliseconds;

// A try that could not even come to an answer is not begun.
constexpr milliseconds shortest_try{500};

Error no_answer(int tries) {
    const std::string times = tries == 1 ? "" : ", " + std::to_string(tries) + " times";
    return {Errc::upstream,
            "TrueFoundry gave no answer in time" + times + ". Nothing was done. Try again later."};
}

/// A proxy's page, or a promise to do it later.
Error not_confirmed(const ApiResponse& answer) {
    return {Errc::ambiguous, "What came back (status " + std::to_string(answer.status) +
                                 ") is not what TrueFoundry confirms a deletion with."};
}

}  // namespace

Client::Client(Exchange& exchange, const policy::Seals& seal, milliseconds max_time, Timing pace)
    : exchange_(exchange), seal_(seal), max_time_(max_time), pace_(std::move(pace)) {}

Client::Client(Exchange& exchange, const policy::Seals& seal, Wait wait)
    : Client(exchange, seal, default_max_time, Timing::of(std::move(wait))) {}

Client Client::of(const policy::Caller& caller) const {
    Client client = *this;
    client.trace_ = caller.trace;
    return client;
}

Client Client::held_by(std::shared_ptr<const void> owner) const {
    Client client = *this;
    client.owner_ = std::move(owner);
    return client;
}

Client Client::within(milliseconds max_time) const {
    Client client = *this;
    client.max_time_ = std::min(max_time, max_time_);
    client.walks_ = std::make_shared<SharedWalks>();
    return client;
}

ApiRequest Client::request(std::string method, std::string target) const {
    ApiRequest made{.method = std::move(method), .target = std::move(target), .timeout = max_time_};
    if (!trace_.parent.empty()) made.headers.emplace_back("traceparent", trace_.parent);
    if (!trace_.parent.empty() && !trace_.state.empty())
        made.headers.emplace_back("tracestate", trace_.state);
    return made;
}

Async<Result<ApiResponse>> Client::get(std::string target) {
    const auto end = pace_.now() + max_time_;
    for (int tried = 1;; ++tried) {
        auto asked = request("GET", target);
        asked.timeout = std::chrono::ceil<milliseconds>(end - pace_.now());
        auto answer = co_await exchange_.send(std::move(asked));
        if (!answer && answer.error().code != Errc::ambiguous) co_return answer.error();
        if (answer && is_success(answer->status)) co_return answer;

        std::optional<milliseconds> wait;
        if (tried < most_tries && (!answer || may_pass(answer->status))) {
            wait = pause(tried, randombytes_random(), answer ? answer->retry_after : std::nullopt);
        }
        if (!wait || pace_.now() + *wait + shortest_try > end) {
            if (!answer) co_return no_answer(tried);
            co_return failure(*answer, Asked::list, seal_);
        }
        co_await pace_.wait(*wait);
    }
}

Async<Result<policy::Secret>> Client::create(CreateRequest asked) {
    auto post = request("POST", wire::collection_target());
    post.body = wire::write_create(asked);
    auto answer = co_await exchange_.send(std::move(post));
    if (!answer) co_return answer.error();
    if (!is_success(answer->status)) {
        auto error = failure(*answer, Asked::create, seal_);
        policy::wipe(answer->body);
        co_return error;
    }
    auto value = wire::take_value(answer->body);
    if (!value) co_return with_request_id(value.error(), *answer);
    co_return std::move(*value);
}

Async<Result<void>> Client::remove(TokenId id) {
    auto asked = request("DELETE", wire::token_target(id));
    const auto answer = co_await exchange_.send(std::move(asked));
    if (!answer) co_return answer.error();
    if (!is_success(answer->status)) co_return failure(*answer, Asked::remove, seal_);
    if (!wire::confirms_deletion(*answer)) co_return with_request_id(not_confirmed(*answer), *answer);
    co_return Result<void>{};
}

// Asks the very route that the tools need: a key may well be good for other things and not for this.
Async<Result<void>> Client::probe() {
    const auto answer = co_await get(wire::list_target(0, 1, ""));
    if (!answer) co_return answer.error();
    const auto page = wire::read_page(answer->text());
    if (!page) co_return with_request_id(page.error(), *answer);
    listed_(page->tokens);
    listing_over_();
    co_return Result<void>{};
}

}  // namespace tfy::truefoundry
