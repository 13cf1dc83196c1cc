#include "server/session.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "protocol/parse.hpp"

namespace tfy::server {
namespace {

namespace asio = boost::asio;

constexpr auto session_name = "stdio";

}  // namespace

std::string client_name(const protocol::Implementation& client) {
    return client.version.empty() ? client.name : client.name + " " + client.version;
}

Session::Session(asio::io_context& loop, Transport& transport, Dispatch& dispatch, Questions& questions,
                 policy::Caller caller, const Log& log, std::function<void()> at_end)
    : loop_(loop),
      transport_(transport),
      dispatch_(dispatch),
      questions_(questions),
      caller_(std::move(caller)),
      log_(log),
      at_end_(std::move(at_end)),
      drained_(loop, asio::steady_timer::time_point::max()) {}

Async<void> Session::run() {
    for (;;) {
        auto frame = co_await transport_.receive();
        if (!frame && frame.error().code == Errc::closed) break;
        if (!frame) {
            co_await transport_.send(
                dispatch_.refuse({}, {Errc::parse_error, frame.error().message}, true).message);
            continue;
        }
        auto value = protocol::parse(*frame);
        if (value)
            co_await accept(protocol::read_message(std::move(*value)));
        else
            co_await transport_.send(
                dispatch_.refuse({}, {Errc::parse_error, value.error().message}, true).message);
    }
    log_.debug("input ended", {{"waiting", in_flight_.size()}});
    at_end_();
    co_await finish_in_flight();
}

// What is being answered is finished while the peer may still be reading; what takes longer than a moment is
// detached.
Async<void> Session::finish_in_flight() {
    drained_.expires_after(std::chrono::seconds{2});
    boost::system::error_code woken;
    if (!in_flight_.empty()) co_await drained_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    const auto waiting = in_flight_;
    for (const auto& [id, request] : waiting) request->cancel.emit(asio::cancellation_type::terminal);
    drained_.expires_at(asio::steady_timer::time_point::max());
    while (!in_flight_.empty())
        co_await drained_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
}

Async<void> Session::accept(protocol::Message message) {
    if (auto* request = std::get_if<protocol::Request>(&message))
        co_return co_await accept_request(std::move(*request));
    if (auto* malformed = std::get_if<protocol::Malformed>(&message)) {
        co_await transport_.send(dispatch_.refuse(malformed->id, malformed->error, !malformed->id).message);
        co_return;
    }
    if (auto* notification = std::get_if<protocol::Notification>(&message))
        accept_notification(*notification);
    if (auto* response = std::get_if<protocol::Response>(&message))
        questions_.answer(session_name, *response);
}

void Session::accept_notification(const protocol::Notification& notification) {
    if (notification.method != "notifications/cancelled") return;
    const auto named = notification.params.find("requestId");
    const auto id = named == notification.params.end() ? Result<protocol::RequestId>(Error{})
                                                       : protocol::RequestId::read(*named);
    const auto found = id ? in_flight_.find(id->key()) : in_flight_.end();
    if (found == in_flight_.end()) return;
    const auto request = found->second;
    request->cancelled = true;
    request->cancel.emit(asio::cancellation_type::terminal);
}

// Modern requests bring their context along; legacy ones rely on the handshake.
Result<protocol::ClientContext> Session::context_of(const protocol::Request& request) const {
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
    return context;
}

Async<void> Session::initialize(protocol::Request request) {
    auto agreed = protocol::read_initialize(request.params);
    if (!agreed) {
        co_await transport_.send(dispatch_.refuse(request.id, agreed.error(), true).message);
        co_return;
    }
    legacy_ = protocol::ClientContext{agreed->version, agreed->client, agreed->capabilities};
    const auto result = protocol::write_initialize(*agreed, dispatch_.server());
    co_await transport_.send(dispatch_.seal(protocol::write_result(request.id, result)));
}

Async<void> Session::accept_request(protocol::Request request) {
    const bool modern = protocol::has_modern_meta(request.params);
    if (!modern && request.method == "initialize") co_return co_await initialize(std::move(request));
    const bool early_ping = !modern && !legacy_ && request.method == "ping";
    auto context =
        early_ping ? Result<protocol::ClientContext>(protocol::ClientContext{}) : context_of(request);
    if (!context) {
        co_await transport_.send(dispatch_.refuse(request.id, context.error(), !modern).message);
        co_return;
    }
    const auto mine = std::make_shared<InFlight>();
    if (!in_flight_.emplace(request.id.key(), mine).second) {
        co_await transport_.send(
            dispatch_
                .refuse(request.id,
                        {Errc::invalid_request, "A request with this id is still being answered."}, !modern)
                .message);
        co_return;
    }
    // The completion handler keeps the signal: its slot is looked at until the very end.
    asio::co_spawn(loop_, serve(std::move(request), std::move(*context), mine),
                   asio::bind_cancellation_slot(mine->cancel.slot(), [mine](const std::exception_ptr&) {}));
}

Async<void> Session::serve(protocol::Request request, protocol::ClientContext context,
                           std::shared_ptr<InFlight> mine) {
    const auto key = request.id.key();
    const std::unique_ptr<const std::string, std::function<void(const std::string*)>> forget(
        &key, [this](const std::string* id) {
            in_flight_.erase(*id);
            if (in_flight_.empty()) drained_.cancel();
        });
    Requester requester{.context = std::move(context),
                        .caller = caller_,
                        .outbox = transport_,
                        .questions = &questions_,
                        .session = session_name};
    requester.caller.client = client_name(requester.context.client);
    const auto id = request.id;
    const bool legacy = !protocol::is_modern(requester.context.version);
    try {
        const auto sealed = co_await dispatch_.answer(requester, std::move(request));
        if (!mine->cancelled) co_await transport_.send(sealed.message);
        co_return;
    } catch (const boost::system::system_error& stopped) {
        if (mine->cancelled || stopped.code() == asio::error::operation_aborted) co_return;
        log_.error("a request failed", {{"what", stopped.what()}});
    } catch (const std::exception& bug) {
        log_.error("a request failed", {{"what", bug.what()}});
    }
    co_await transport_.send(
        dispatch_.refuse(id, {Errc::internal, "This request failed inside the server. See its log."}, legacy)
            .message);
}

}  // namespace tfy::server
