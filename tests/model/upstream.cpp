#include "tests/model/upstream.hpp"

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "tests/model/names.hpp"

namespace tfy::model {
namespace {

namespace asio = boost::asio;
using truefoundry::ApiRequest;
using truefoundry::ApiResponse;

std::string trace_of(const ApiRequest& request) {
    for (const auto& [name, value] : request.headers)
        if (name == "traceparent") return value;
    return {};
}

ApiResponse refusal(int status) {
    return {.status = status,
            .content_type = "application/json",
            .request_id = "req-1",
            .body = R"({"statusCode":)" + std::to_string(status) + R"(,"message":"planned"})"};
}

}  // namespace

struct Upstream::Flight {
    ApiRequest request;
    std::string instance;
    Fault fault = Fault::none;
    policy::Time lands = {};
    Change* change = nullptr;
    asio::steady_timer* bell = nullptr;  // of whoever waits; none: gone
    std::optional<Result<ApiResponse>> answer = {};
};

class Upstream::Line final : public truefoundry::Exchange {
public:
    Line(Upstream& upstream, std::string base, std::string server)
        : base_url(std::move(base)), instance(std::move(server)), upstream_(upstream) {}

    Async<Result<ApiResponse>> send(ApiRequest request) override {
        const auto flight = upstream_.take_off(std::move(request), *this);
        asio::steady_timer bell(co_await asio::this_coro::executor, asio::steady_timer::time_point::max());
        flight->bell = &bell;
        const std::unique_ptr<Flight, void (*)(Flight*)> leave(flight.get(),
                                                               [](Flight* each) { each->bell = nullptr; });
        while (!flight->answer) {
            boost::system::error_code woken;
            co_await bell.async_wait(asio::redirect_error(asio::use_awaitable, woken));
        }
        co_return std::move(*flight->answer);
    }

    const std::string base_url;
    const std::string instance;

private:
    Upstream& upstream_;
};

Upstream::Upstream(const VirtualTime& time)
    : time_(time), plane_(sandbox::make_memory_shelf(), time.clock()) {
    for (const auto* name : {"ci-old", "app-old"})
        plane_.handle("POST", collection, sandbox::sandbox_key, Json{{"name", name}}.dump());
    learn_ids();
}

std::unique_ptr<truefoundry::Exchange> Upstream::line(std::string base_url, std::string instance) {
    return std::make_unique<Line>(*this, std::move(base_url), std::move(instance));
}

std::shared_ptr<Upstream::Flight> Upstream::take_off(ApiRequest request, const Line& from) {
    auto flight = std::make_shared<Flight>();
    flight->instance = from.instance;
    const bool changes = request.method != "GET";
    auto& planned = changes ? faults_ : list_faults_;
    if (!planned.empty()) {
        flight->fault = planned.front();
        planned.pop_front();
        list_faults_taken_ += !changes;
    }
    flight->lands = time_.now() + std::chrono::seconds{flight->fault == Fault::slow ? 20 : 0};
    if (changes) {
        changes_.push_back({.method = request.method,
                            .target = request.target,
                            .body = request.body,
                            .trace = trace_of(request),
                            .base_url = from.base_url,
                            .instance = from.instance});
        flight->change = &changes_.back();
        on_leaving(*flight->change);
    }
    flight->request = std::move(request);
    flights_.push_back(flight);
    return flight;
}

bool Upstream::deliver() {
    const auto found =
        std::ranges::find_if(flights_, [&](const auto& each) { return each->lands <= time_.now(); });
    if (found == flights_.end()) return false;
    const auto flight = *found;
    flights_.erase(found);
    land(*flight);
    if (flight->bell != nullptr) flight->bell->cancel();
    return true;
}

void Upstream::land(Flight& flight) {
    const Error lost{Errc::ambiguous, "TrueFoundry's answer did not come in time."};
    switch (flight.fault) {
        case Fault::none:
        case Fault::slow: flight.answer = carry_out(flight); break;
        case Fault::lost_before: flight.answer = lost; break;
        case Fault::lost_after:
            carry_out(flight);
            flight.answer = lost;
            break;
        case Fault::refused:
            flight.answer = Error{Errc::upstream, "TrueFoundry cannot be reached. Nothing was done."};
            break;
        case Fault::http_500: flight.answer = refusal(500); break;
        case Fault::http_500_after:
            carry_out(flight);
            flight.answer = refusal(500);
            break;
        case Fault::http_404: flight.answer = refusal(404); break;
        case Fault::http_409: flight.answer = refusal(409); break;
        case Fault::garbage: {
            auto answer = carry_out(flight);
            answer.body = "<html>";
            flight.answer = std::move(answer);
        }
    }
}

ApiResponse Upstream::carry_out(Flight& flight) {
    auto& asked = flight.request;
    auto answer = plane_.handle(asked.method, asked.target, sandbox::sandbox_key, asked.body);
    const bool done = answer.status >= 200 && answer.status < 300;
    if (flight.change != nullptr && done) {
        if (asked.method == "POST")
            values_.push_back(Json::parse(answer.body).at("token").get<std::string>());
        learn_ids();
        if (asked.method == "POST") flight.change->token = ids_.back();
        flight.change->done = true;
        on_done(*flight.change);
    }
    return {.status = answer.status,
            .content_type = std::move(answer.content_type),
            .request_id = std::move(answer.request_id),
            .body = std::move(answer.body)};
}

void Upstream::cut_off(const std::string& instance, bool arrives) {
    for (const auto& flight : flights_)
        if (flight->instance == instance && flight->change != nullptr && arrives) land(*flight);
    std::erase_if(flights_, [&](const auto& each) { return each->instance == instance; });
}

void Upstream::remove(const std::string& token_id) {
    plane_.handle("DELETE", std::string(collection) + "/" + token_id, sandbox::sandbox_key, "");
}

void Upstream::heal() {
    faults_.clear();
    list_faults_.clear();
}

Json Upstream::listed() {
    const auto answer =
        plane_.handle("GET", std::string(collection) + "?limit=100&offset=0", sandbox::sandbox_key, "");
    return Json::parse(answer.body).at("data");
}

void Upstream::learn_ids() {
    for (const auto& each : listed()) {
        const auto id = each.at("id").get<std::string>();
        if (std::ranges::find(ids_, id) != ids_.end()) continue;
        ids_.push_back(id);
        tokens_.emplace_back(id, each.at("manifest").at("name").get<std::string>());
    }
}

bool Upstream::lists(const std::string& token_id) {
    return std::ranges::any_of(listed(), [&](const Json& each) { return each.at("id") == token_id; });
}

const std::vector<std::string>& Upstream::token_ids() { return ids_; }

std::string Upstream::name_of(const std::string& token_id) const {
    const auto found = std::ranges::find(tokens_, token_id, &std::pair<std::string, std::string>::first);
    return found == tokens_.end() ? std::string{} : found->second;
}

}  // namespace tfy::model
