#include "server/mcp/stdio_session.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "protocol/parse.hpp"

namespace tfy::mcp {
namespace {

namespace asio = boost::asio;

constexpr auto session_name = "stdio";
constexpr std::size_t most_in_flight = 1024;
constexpr auto changes_key = "changes";  // no request's key: those are JSON

}  // namespace

std::string client_name(const protocol::Implementation& client) {
    return client.version.empty() ? client.name : client.name + " " + client.version;
}

std::optional<protocol::RequestId> cancelled_request(const protocol::Notification& notification) {
    const auto named = notification.params.find("requestId");
    if (notification.method != "notifications/cancelled" || named == notification.params.end())
        return std::nullopt;
    auto id = protocol::RequestId::read(*named);
    if (!id) return std::nullopt;
    return std::move(*id);
}

StdioSession::StdioSession(asio::io_context& loop, transport::Transport& transport, Dispatch& dispatch,
                           PendingRequests& questions, policy::Caller caller, const observability::Log& log,
                           std::function<void()> at_end)
    : loop_(loop),
      transport_(transport),
      dispatch_(dispatch),
      pending_requests_(questions),
      caller_(std::move(caller)),
      log_(log),
      at_end_(std::move(at_end)),
      requests_(std::make_shared<Requests>(loop)) {}

Async<void> StdioSession::run() {
    while (!over_) {
        auto frame = co_await transport_.receive();
        if (!frame && frame.error().code == Errc::closed) break;
        auto value = frame ? protocol::parse(*frame) : Result<Json>(frame.error());
        if (value) {
            co_await accept_value(std::move(*value));
            continue;
        }
        auto unread = value.error();
        if (unread.code == Errc::too_large) unread.code = Errc::parse_error;  // it was not looked at
        co_await refuse({}, unread, null_for_no_id(), nullptr);
    }
    over_ = true;
    log_.debug("input ended", {{"waiting", requests_->in_flight.size()}});
    at_end_();
    co_await finish_in_flight();
}

// What is being answered is finished while the peer may still be reading; what takes longer than a moment is
// detached.
Async<void> StdioSession::finish_in_flight() {
    requests_->drained.expires_after(std::chrono::seconds{2});
    boost::system::error_code woken;
    if (!requests_->in_flight.empty())
        co_await requests_->drained.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    const auto waiting = requests_->in_flight;
    for (const auto& [id, request] : waiting) request->cancel.emit(asio::cancellation_type::terminal);
    requests_->drained.expires_at(asio::steady_timer::time_point::max());
    while (!requests_->in_flight.empty())
        co_await requests_->drained.async_wait(asio::redirect_error(asio::use_awaitable, woken));
}

// An answer to what has no readable id: JSON-RPC's null up to 2025-06-18, no id at all since.
bool StdioSession::null_for_no_id() const {
    return legacy_ && legacy_->version < protocol::Version::v2025_11_25;
}

Async<void> StdioSession::accept_value(Json value) {
    const bool batches = legacy_ && legacy_->version == protocol::Version::v2025_03_26;
    if (batches && value.is_array()) co_return co_await accept_batch(std::move(value));
    co_await accept(protocol::read_message(std::move(value)), nullptr);
}

Async<void> StdioSession::accept_batch(Json array) {
    auto messages = protocol::read_batch(std::move(array));
    if (!messages) co_return co_await refuse({}, messages.error(), null_for_no_id(), nullptr);
    const auto batch = std::make_shared<Batch>();
    ++batch->open;  // this loop: answers that are there at once must not go out alone
    for (auto& message : *messages) co_await accept(std::move(message), batch);
    co_await deliver(std::nullopt, batch);
}

Async<void> StdioSession::accept(protocol::Message message, SharedBatch batch) {
    if (auto* request = std::get_if<protocol::Request>(&message)) {
        if (batch) ++batch->open;
        co_return co_await accept_request(std::move(*request), batch);
    }
    if (auto* malformed = std::get_if<protocol::Malformed>(&message)) {
        if (batch) ++batch->open;
        co_return co_await refuse(malformed->id, malformed->error, null_for_no_id(), batch);
    }
    if (auto* notification = std::get_if<protocol::Notification>(&message))
        accept_notification(*notification);
    if (auto* response = std::get_if<protocol::Response>(&message))
        pending_requests_.answer(session_name, *response);
}

Async<void> StdioSession::refuse(const std::optional<protocol::RequestId>& id, const Error& error,
                                 bool legacy, SharedBatch batch) {
    auto sealed = dispatch_.refuse(id, error, legacy);
    co_await deliver(std::move(sealed.message), std::move(batch));
}

Async<void> StdioSession::deliver(std::optional<redaction::Redacted> message, SharedBatch batch) {
    if (batch) {
        if (message) batch->answers.push_back(std::move(*message));
        if (--batch->open > 0 || batch->answers.empty()) co_return;
        message = redaction::Redactor::batch(batch->answers);
    }
    if (!message) co_return;
    const auto sent = co_await transport_.send(std::move(*message));
    if (!sent && sent.error().code == Errc::closed) end_unanswerable(sent.error().message);
}

// A peer that no answer can reach has left: nothing more is begun for it.
void StdioSession::end_unanswerable(const std::string& why) {
    if (std::exchange(over_, true)) return;
    log_.warn("answers no longer reach the client: no more requests are taken, and the server stops",
              {{"why", why}});
    transport_.end_input();
}

void StdioSession::accept_notification(const protocol::Notification& notification) {
    const auto id = cancelled_request(notification);
    const auto found = id ? requests_->in_flight.find(id->key()) : requests_->in_flight.end();
    if (found == requests_->in_flight.end()) return;
    const auto request = found->second;
    request->cancelled = true;
    request->cancel.emit(asio::cancellation_type::terminal);
}

// Modern requests bring their context along; legacy ones rely on the handshake.
Result<protocol::ClientContext> StdioSession::context_of(const protocol::Request& request) const {
    if (protocol::has_modern_meta(request.params)) return protocol::read_modern_context(request);
    if (!legacy_)
        return Error{Errc::invalid_params,
                     "The request has no _meta with io.modelcontextprotocol/protocolVersion (2026-07-28), "
                     "and no initialize came before it "
                     "(2025-11-25 and older)."};
    auto context = *legacy_;
    auto token = protocol::read_progress_token(request.params);
    if (!token) return token.error();
    context.progress_token = std::move(*token);
    context.trace = protocol::TraceContext::read(request.params);
    return context;
}

Async<void> StdioSession::initialize(protocol::Request request) {
    if (const auto why = dispatch_.unrepeatable(request.id))
        co_return co_await refuse(std::nullopt, *why, true, nullptr);
    auto agreed = protocol::read_initialize(request.params);
    if (!agreed) co_return co_await refuse(request.id, agreed.error(), true, nullptr);
    protocol::ClientContext context;
    context.version = agreed->version;
    context.client = agreed->client;
    context.capabilities = agreed->capabilities;
    legacy_ = std::move(context);
    const auto result = protocol::write_initialize(*agreed, dispatch_.server());
    co_await deliver(dispatch_.seal(protocol::write_result(request.id, result)), nullptr);
    tell_changes();
}

Async<void> StdioSession::accept_request(protocol::Request request, SharedBatch batch) {
    const bool modern = protocol::has_modern_meta(request.params);
    if (!modern && request.method == "initialize") co_return co_await initialize(std::move(request));
    const bool early_ping = !modern && !legacy_ && request.method == "ping";
    auto context =
        early_ping ? Result<protocol::ClientContext>(protocol::ClientContext{}) : context_of(request);
    if (!context) co_return co_await refuse(request.id, context.error(), !modern, batch);
    if (requests_->in_flight.size() >= most_in_flight)
        co_await asio::post(asio::use_awaitable);  // answers that are ready leave first
    if (requests_->in_flight.size() >= most_in_flight) {
        // The refusal is waited for: a peer that does not read its answers is not listened to any more.
        const Error crowded{Errc::rate_limited,
                            "Too many requests are being answered. Nothing was done. Wait for one of them."};
        co_return co_await refuse(request.id, crowded, !modern, batch);
    }
    if (requests_->in_flight.contains(request.id.key())) {
        const Error taken{Errc::invalid_request, "A request with this id is still being answered."};
        co_return co_await refuse(request.id, taken, !modern, batch);
    }
    const auto mine = std::make_shared<InFlight>();
    auto key = request.id.key();
    begin(std::move(key), mine, serve(std::move(request), std::move(*context), mine, std::move(batch)));
}

void StdioSession::begin(std::string key, std::shared_ptr<InFlight> mine, Async<void> work) {
    requests_->in_flight.emplace(std::move(key), mine);
    // The completion handler keeps the signal: its slot is looked at until the very end.
    asio::co_spawn(loop_, std::move(work),
                   asio::bind_cancellation_slot(mine->cancel.slot(), [mine](const std::exception_ptr&) {}));
}

void StdioSession::Requests::leave(const std::string& key) {
    in_flight.erase(key);
    if (in_flight.empty()) drained.cancel();
}

Requester StdioSession::requester(protocol::ClientContext context) {
    const bool legacy = !protocol::is_modern(context.version);
    Requester requester{.context = std::move(context),
                        .caller = caller_,
                        .outbox = transport_,
                        .redaction = dispatch_.redaction(),
                        .questions = &pending_requests_,
                        .session = session_name,
                        .legacy = legacy ? &requests_->asked : nullptr};
    requester.caller.client = client_name(requester.context.client);
    return requester;
}

// A legacy client hears of changes unasked, for as long as it is there: one more request that is never
// answered.
void StdioSession::tell_changes() {
    if (!requests_->in_flight.contains(changes_key))
        begin(changes_key, std::make_shared<InFlight>(), tell_changes_until_end());
}

Async<void> StdioSession::tell_changes_until_end() {
    Subscriptions::Listener listener(dispatch_.subscriptions(), loop_.get_executor(), caller_,
                                     dispatch_.legacy_filter(requests_->asked));
    requests_->asked.listener = &listener;
    const auto requests = requests_;
    const std::unique_ptr<Requests, void (*)(Requests*)> end(requests.get(), [](Requests* all) {
        all->asked.listener = nullptr;
        all->leave(changes_key);
    });
    auto self = requester(*legacy_);
    co_await dispatch_.tell_changes(listener, self, std::nullopt);
}

Async<void> StdioSession::serve(protocol::Request request, protocol::ClientContext context,
                                std::shared_ptr<InFlight> mine, SharedBatch batch) {
    const auto key = request.id.key();
    const auto requests = requests_;
    const std::unique_ptr<const std::string, std::function<void(const std::string*)>> end(
        &key, [&requests](const std::string* id) { requests->leave(*id); });
    auto self = requester(std::move(context));
    auto answer = co_await answer_of(self, std::move(request), mine);
    co_await asio::this_coro::reset_cancellation_state();  // the others of a batch still have to go out
    co_await deliver(std::move(answer), std::move(batch));
}

Async<std::optional<redaction::Redacted>> StdioSession::answer_of(Requester& requester,
                                                                  protocol::Request request,
                                                                  std::shared_ptr<InFlight> mine) {
    const auto id = request.id;
    const bool legacy = !protocol::is_modern(requester.context.version);
    try {
        auto sealed = co_await dispatch_.answer(requester, std::move(request));
        if (mine->cancelled) co_return std::nullopt;
        co_return std::move(sealed.message);
    } catch (const boost::system::system_error& stopped) {
        if (mine->cancelled || stopped.code() == asio::error::operation_aborted) co_return std::nullopt;
        log_.error("a request failed", {{"what", stopped.what()}});
    } catch (const std::exception& bug) {
        log_.error("a request failed", {{"what", bug.what()}});
    }
    const Error failed{Errc::internal, "This request failed inside the server. See its log."};
    co_return dispatch_.refuse(id, failed, legacy).message;
}

}  // namespace tfy::mcp
