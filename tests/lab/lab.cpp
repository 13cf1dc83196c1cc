#include "tests/lab/lab.hpp"

#include "policy/secret.hpp"
#include "server/transport/answer.hpp"
#include "server/transport/as_result.hpp"
#include "server/transport/wire.hpp"
#include "tools/sandbox/answers.hpp"
#include "tools/sandbox/mint.hpp"

namespace tfy::lab {
namespace {

namespace asio = boost::asio;

constexpr std::string_view faults_path = "/__sandbox/faults";
constexpr std::chrono::seconds patience{30};

// The peer sees a reset, not an end: RST rather than FIN.
void reset(transport::Peer& peer) {
    boost::system::error_code ignored;
    peer.socket().set_option(asio::socket_base::linger(true, 0), ignored);
    peer.close();
}

}  // namespace

Lab::Lab(std::vector<sandbox::Account> accounts, const Clock& clock, const sealing::Sealer& redaction,
         std::ostream& log, std::ostream& errors)
    : clock_(clock),
      redaction_(redaction),
      plane_(clock, std::move(accounts)),
      routes_(plane_.plane(), redaction, clock, log, errors) {}

Async<void> Lab::serve(transport::HttpRequest& request, transport::Responder& answer) {
    if (request.path == faults_path) {
        auto told = script(request);
        co_await answer.reply(std::move(told));
        co_return;
    }
    Plan plan;
    auto made = routes_.handle(request, [&](Json& line) {
        plan = script_.next(request.method, request.path, request.query);
        line["faults"] = plan.applied;
        return work(request, plan, line);
    });
    if (plan.delay.count() > 0) co_await wait(plan.delay);
    const bool whole =
        std::holds_alternative<std::monostate>(plan.spoiled) || std::holds_alternative<Instead>(plan.spoiled);
    if (whole) {
        co_await answer.reply(std::move(made));
        co_return;
    }
    auto& peer = dynamic_cast<transport::SocketAnswer&>(answer).peer();
    co_await spoil(plan, std::move(made), request.method != "HEAD", peer);
}

void Lab::end_delays() {
    ending_ = true;
    for (auto* timer : waiting_) timer->cancel();
}

transport::HttpResponse Lab::work(const transport::HttpRequest& request, const Plan& plan, Json& line) {
    sandbox::SandboxResponse made{.request_id = sandbox::random_request_id(),
                                  .date = sandbox::http_date(clock_.now() + plan.circumstances.skew)};
    if (plan.works())
        made = plane_.handle(request.method, request.target, cli::SandboxRoutes::bearer_of(request),
                             request.body, plan.circumstances);
    const auto* instead = std::get_if<Instead>(&plan.spoiled);
    if (instead != nullptr) {
        made.status = instead->status;
        made.content_type = instead->content_type;
        policy::wipe(made.body);
        made.body.clear();
    }
    auto reply = routes_.reply(std::move(made), line);
    if (instead != nullptr) {
        reply.body = redaction_.seal_text(instead->body);
        if (!instead->retry_after.empty()) reply.headers.emplace_back("retry-after", instead->retry_after);
    }
    if (std::holds_alternative<Reset>(plan.spoiled)) line["status"] = nullptr;
    return reply;
}

/// Half a body, a body byte by byte, or a reset; the connection ends.
Async<void> Lab::spoil(const Plan& plan, transport::HttpResponse made, bool with_body,
                       transport::Peer& peer) {
    if (std::holds_alternative<Reset>(plan.spoiled)) {
        reset(peer);
        co_return;
    }
    const auto body = made.body && with_body ? made.body->text() : std::string_view{};
    auto bytes = transport::wire::reply_head(made, true);
    const auto* drip = std::get_if<Drip>(&plan.spoiled);
    if (drip == nullptr) bytes.append(body.substr(0, body.size() / 2));
    bool written = co_await peer.write(std::move(bytes), patience);
    for (std::size_t i = 0; drip != nullptr && written && i < body.size(); ++i) {
        co_await wait(drip->each);
        std::string one(1, body[i]);
        written = co_await peer.write(std::move(one), patience);
    }
    peer.close();
}

/// Ends early when the lab ends.
Async<void> Lab::wait(milliseconds time) {
    if (ending_) co_return;
    asio::steady_timer timer(co_await asio::this_coro::executor, time);
    waiting_.insert(&timer);
    co_await timer.async_wait(transport::as_result);
    waiting_.erase(&timer);
}

transport::HttpResponse Lab::script(const transport::HttpRequest& request) {
    const auto said = [this](int status, const Json& body) {
        return transport::HttpResponse{.status = status,
                                       .content_type = "application/json",
                                       .body = redaction_.seal(body),
                                       .headers = {{"date", sandbox::http_date(clock_.now())}}};
    };
    if (request.method == "GET") return said(200, script_.left());
    if (request.method == "DELETE") return said(200, {{"cleared", script_.clear()}});
    if (request.method != "POST") return said(405, {{"error", "POST, GET or DELETE."}});
    auto faults = read_faults(request.body);
    if (!faults) return said(400, {{"error", faults.error().message}});
    const auto count = faults->size();
    if (const auto added = script_.add(std::move(*faults)); !added)
        return said(400, {{"error", added.error().message}});
    return said(201, {{"added", count}});
}

}  // namespace tfy::lab
