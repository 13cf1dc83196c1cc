// An answer that a test can look at, instead of a connection.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "server/transport/http.hpp"

namespace tfy::fakes {

class CapturedAnswer final : public transport::Responder {
public:
    Async<Result<void>> reply(transport::HttpResponse reply) override {
        reply_ = std::move(reply);
        co_return Result<void>{};
    }
    Async<Result<void>> event(redaction::Redacted data, std::string id) override {
        events.emplace_back(data.text());
        ids.push_back(std::move(id));
        if (events.size() >= peer_leaves_after) co_return Error{Errc::closed, "the peer is gone"};
        co_return Result<void>{};
    }
    Async<Result<void>> hint(std::string id, std::optional<std::chrono::milliseconds> retry) override {
        hints.emplace_back(std::move(id), retry);
        co_return Result<void>{};
    }
    Async<Result<void>> start_events(transport::Headers extra) override {
        started_ = true;
        events_headers = std::move(extra);
        co_return Result<void>{};
    }
    Async<Result<void>> end_events() override {
        ended = true;
        co_return Result<void>{};
    }
    bool streaming() const override { return (started_ || !events.empty()) && !ended; }

    int status() const { return reply_ ? reply_->status : 0; }
    std::string text() const {
        return reply_ && reply_->body ? std::string(reply_->body->text()) : std::string{};
    }
    Json json() const { return Json::parse(text(), nullptr, false); }
    /// The value of a header; empty if it was not sent.
    std::string header(std::string_view name) const {
        const auto& all = reply_ ? reply_->headers : events_headers;
        const auto found = std::ranges::find(all, name, &transport::Headers::value_type::first);
        return found == all.end() ? std::string{} : found->second;
    }
    std::string content_type() const { return reply_ ? reply_->content_type : std::string{}; }

    std::vector<std::string> events;
    transport::Headers events_headers;  // beside the transport's own
    std::vector<std::string> ids;       // of the events
    std::vector<std::pair<std::string, std::optional<std::chrono::milliseconds>>> hints;
    std::size_t peer_leaves_after = 1000;
    bool ended = false;

private:
    std::optional<transport::HttpResponse> reply_;
    bool started_ = false;
};

}  // namespace tfy::fakes
