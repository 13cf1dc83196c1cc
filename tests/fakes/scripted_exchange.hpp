// A control plane that follows a script, request by request. What is not in the script fails the test.
#pragma once

#include <doctest/doctest.h>

#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "tools/truefoundry/exchange.hpp"

namespace tfy::fakes {

class ScriptedExchange final : public truefoundry::Exchange {
public:
    /// The next request must be `line` ("GET /api/…"); it gets this answer, or this failure.
    ScriptedExchange& expect(std::string line, Result<truefoundry::ApiResponse> answer) {
        script_.push_back({std::move(line), std::move(answer)});
        return *this;
    }
    ScriptedExchange& expect(std::string line, int status, std::string body) {
        return expect(std::move(line), truefoundry::ApiResponse{.status = status,
                                                                .content_type = "application/json",
                                                                .request_id = "req-1",
                                                                .body = std::move(body)});
    }

    /// Whatever is asked after the script's end gets what this says.
    ScriptedExchange& then(std::function<Result<truefoundry::ApiResponse>(const std::string& line)> answers) {
        after_ = std::move(answers);
        return *this;
    }

    Async<Result<truefoundry::ApiResponse>> send(truefoundry::ApiRequest request) override {
        const auto line = request.method + " " + request.target;
        sent.push_back(line);
        bodies.push_back(request.body);
        headers.push_back(request.headers);
        if (on_send) on_send(request);
        if (script_.empty() && after_) co_return after_(line);
        if (script_.empty()) {
            FAIL_CHECK("not in the script: " << line);
            co_return Error{Errc::internal, "not in the script: " + line};
        }
        auto step = std::move(script_.front());
        script_.pop_front();
        CHECK(line == step.line);
        co_return std::move(step.answer);
    }

    bool finished() const { return script_.empty(); }
    std::size_t count(const std::string& method) const {
        std::size_t number = 0;
        for (const auto& line : sent) number += line.starts_with(method + " ") ? 1U : 0U;
        return number;
    }

    std::function<void(const truefoundry::ApiRequest&)> on_send;
    std::vector<std::string> sent;
    std::vector<std::string> bodies;
    std::vector<std::vector<std::pair<std::string, std::string>>> headers;

private:
    struct Step {
        std::string line;
        Result<truefoundry::ApiResponse> answer;
    };
    std::deque<Step> script_;
    std::function<Result<truefoundry::ApiResponse>(const std::string&)> after_;
};

}  // namespace tfy::fakes
