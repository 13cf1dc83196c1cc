#include "server/transport/streamable_http.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "protocol/headers.hpp"
#include "protocol/parse.hpp"
#include "server/session.hpp"

namespace tfy::server {
namespace {

namespace asio = boost::asio;
using namespace asio::experimental::awaitable_operators;
using protocol::RequestId;

constexpr auto session_purpose = "legacy session";
constexpr std::chrono::hours session_life{24};

/// The way back to one POST: server-sent events, where its sender takes them.
class PostOutbox final : public Outbox {
public:
    PostOutbox(HttpAnswer& answer, bool events) : answer_(answer), events_(events) {}

    Async<Result<void>> send(policy::Redacted message) override {
        if (!events_)
            co_return Result<void>{};  // a client that takes no stream misses progress, nothing else
        co_return co_await answer_.event(std::move(message));
    }
    Async<Result<void>> expect_wait() override {
        if (!events_ || answer_.streaming()) co_return Result<void>{};
        co_return co_await answer_.start_events();
    }
    bool events() const { return events_; }

private:
    HttpAnswer& answer_;
    bool events_;
};

bool accepts(const HttpRequest& request, std::string_view type) {
    const auto accept = request.header("accept");
    return !accept || accept->find(type) != std::string::npos || accept->find("*/*") != std::string::npos;
}

bool is_json(const HttpRequest& request) {
    const auto type = request.header("content-type").value_or("");
    const auto essence = type.substr(0, type.find(';'));
    return essence == "application/json" || essence == "application/json ";
}

/// A message is modern by its own `_meta`; failing that, by a version header that no legacy revision has.
bool is_modern_post(const HttpRequest& http, const Json& params) {
    if (protocol::has_modern_meta(params)) return true;
    const auto header = http.header("mcp-protocol-version");
    if (!header) return false;
    const auto version = protocol::read_version(*header);
    return !version || protocol::is_modern(*version);
}

int session_status(const Error& error) { return error.code == Errc::not_found ? 404 : 400; }

std::string lower(std::string_view name) {
    std::string result(name);
    for (auto& letter : result)
        letter = letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
    return result;
}

std::string body_version(const Json& params) {
    const auto& version = params.at("_meta").at("io.modelcontextprotocol/protocolVersion");
    return version.is_string() ? version.get<std::string>() : std::string{};
}

/// Of the tool that is called; null where the request calls none.
Json input_schema(const tools::Catalog& catalog, const protocol::Request& request) {
    const auto name = request.params.find("name");
    if (request.method != "tools/call" || name == request.params.end() || !name->is_string()) return nullptr;
    const auto* entry = catalog.find(name->get<std::string>());
    return entry != nullptr ? entry->definition.at("inputSchema") : Json(nullptr);
}

Async<void> rung(asio::steady_timer& bell) {
    boost::system::error_code woken;
    co_await bell.async_wait(asio::redirect_error(asio::use_awaitable, woken));
}

policy::Caller http_caller(const protocol::Implementation& client) {
    return {.principal = "http:loopback",
            .client = client_name(client),
            .default_assurance = policy::Assurance::signed_in};
}

}  // namespace

StreamableHttp::StreamableHttp(Dispatch& dispatch, Questions& questions, const Clock& clock,
                               policy::SealKey key)
    : dispatch_(dispatch), questions_(questions), clock_(clock), key_(key) {}

Async<void> StreamableHttp::handle(HttpRequest request, HttpAnswer& answer) {
    if (request.method == "POST") co_return co_await post(request, answer);
    if (request.method == "DELETE") co_return co_await end_session(request, answer);
    HttpReply reply{.status = 405, .headers = {{"allow", "POST, DELETE"}}};
    co_await answer.reply(std::move(reply));
}

Async<void> StreamableHttp::refuse(HttpAnswer& answer, int status, const std::optional<RequestId>& id,
                                   Error error, bool legacy) const {
    HttpReply reply{.status = status,
                    .content_type = "application/json",
                    .body = dispatch_.refuse(id, error, legacy).message};
    co_await answer.reply(std::move(reply));
}

Async<void> StreamableHttp::post(const HttpRequest& http, HttpAnswer& answer) {
    if (!is_json(http))
        co_return co_await refuse(answer, 415, {},
                                  {Errc::invalid_request, "Content-Type must be application/json."}, false);
    if (!accepts(http, "application/json"))
        co_return co_await refuse(
            answer, 406, {},
            {Errc::invalid_request, "Accept must list application/json and text/event-stream."}, false);
    auto value = protocol::parse(http.body);
    if (!value) co_return co_await refuse(answer, 400, {}, {Errc::parse_error, value.error().message}, false);
    auto message = protocol::read_message(std::move(*value));
    if (auto* malformed = std::get_if<protocol::Malformed>(&message))
        co_return co_await refuse(answer, 400, malformed->id, malformed->error, false);
    if (auto* request = std::get_if<protocol::Request>(&message))
        co_return co_await post_request(http, std::move(*request), answer);
    const auto* response = std::get_if<protocol::Response>(&message);
    const auto session = session_of(http);
    if (session && response != nullptr) questions_.answer(session->session, *response);
    const auto* notification = std::get_if<protocol::Notification>(&message);
    if (session && notification != nullptr) cancel(session->session, *notification);
    if (!session && session.error().code == Errc::not_found && http.header("mcp-session-id"))
        co_return co_await refuse(answer, 404, {}, session.error(), true);
    HttpReply reply{.status = 202};
    co_await answer.reply(std::move(reply));
}

Async<void> StreamableHttp::post_request(const HttpRequest& http, protocol::Request request,
                                         HttpAnswer& answer) {
    if (is_modern_post(http, request.params))
        co_return co_await post_modern(http, std::move(request), answer);
    if (request.method == "initialize") co_return co_await initialize(std::move(request), answer);
    co_await post_legacy(http, std::move(request), answer);
}

Async<void> StreamableHttp::post_modern(const HttpRequest& http, protocol::Request request,
                                        HttpAnswer& answer) {
    const auto header = [&http](std::string_view name) { return http.header(lower(name)); };
    auto context = protocol::read_modern_context(request);
    const auto mirrored =
        protocol::check_headers(header, request, input_schema(dispatch_.catalog(), request));
    // Where header and body name different versions that is the error, whether or not either is spoken here.
    const bool differ = protocol::has_modern_meta(request.params) &&
                        http.header("mcp-protocol-version") != body_version(request.params);
    std::optional<Error> error;
    if (!mirrored) error = mirrored.error();
    if (!context && !(differ && error)) error = context.error();
    if (error)
        co_return co_await refuse(answer, protocol::http_status(error->code), request.id, *error, false);
    PostOutbox outbox(answer, accepts(http, "text/event-stream"));
    Requester requester{.context = std::move(*context), .caller = {}, .outbox = outbox};
    requester.caller = http_caller(requester.context.client);
    co_await serve(requester, std::move(request), answer);
}

Async<void> StreamableHttp::post_legacy(const HttpRequest& http, protocol::Request request,
                                        HttpAnswer& answer) {
    auto legacy = session_of(http);
    if (!legacy)
        co_return co_await refuse(answer, session_status(legacy.error()), request.id, legacy.error(), true);
    auto token = protocol::read_progress_token(request.params);
    if (!token) co_return co_await refuse(answer, 200, request.id, token.error(), true);
    PostOutbox outbox(answer, accepts(http, "text/event-stream"));
    Requester requester{.context = std::move(legacy->context),
                        .caller = {},
                        .outbox = outbox,
                        .questions = outbox.events() ? &questions_ : nullptr,
                        .session = legacy->session};
    requester.caller = http_caller(requester.context.client);
    requester.context.progress_token = std::move(*token);
    asio::steady_timer cancelled(co_await asio::this_coro::executor, asio::steady_timer::time_point::max());
    const auto [mine, inserted] = in_flight_.emplace(legacy->session + " " + request.id.key(), &cancelled);
    if (!inserted)
        co_return co_await refuse(answer, 400, request.id,
                                  {Errc::invalid_request, "A request with this id is still being answered."},
                                  true);
    const std::unique_ptr<const std::string, std::function<void(const std::string*)>> forget(
        &mine->first, [this](const std::string* key) { in_flight_.erase(std::string(*key)); });
    const auto first = co_await (serve(requester, std::move(request), answer) || rung(cancelled));
    if (first.index() == 0) co_return;
    if (answer.streaming()) {
        co_await answer.end_events();
        co_return;
    }
    HttpReply nothing{.status = 202};
    co_await answer.reply(std::move(nothing));
}

// Only the session that asked can cancel, and a cancelled call is detached: a late answer of its person finds
// nobody waiting.
void StreamableHttp::cancel(const std::string& session, const protocol::Notification& notification) {
    const auto named = notification.params.find("requestId");
    if (notification.method != "notifications/cancelled" || named == notification.params.end()) return;
    const auto id = RequestId::read(*named);
    const auto found = id ? in_flight_.find(session + " " + id->key()) : in_flight_.end();
    if (found != in_flight_.end()) found->second->cancel();
}

Async<void> StreamableHttp::serve(Requester& requester, protocol::Request request, HttpAnswer& answer) {
    const bool modern = protocol::is_modern(requester.context.version);
    auto sealed = co_await dispatch_.answer(requester, std::move(request));
    if (answer.streaming()) {
        const auto sent = co_await answer.event(std::move(sealed.message));
        if (sent) co_await answer.end_events();
        co_return;
    }
    HttpReply reply{.status = modern && sealed.error ? protocol::http_status(*sealed.error) : 200,
                    .content_type = "application/json",
                    .body = std::move(sealed.message),
                    .headers = {{"cache-control", "no-store"}}};
    co_await answer.reply(std::move(reply));
}

// What was agreed on stands in the session id itself, sealed: nothing is kept, and any process with the key
// can go on.
Async<void> StreamableHttp::initialize(protocol::Request request, HttpAnswer& answer) {
    auto agreed = protocol::read_initialize(request.params);
    if (!agreed) co_return co_await refuse(answer, 400, request.id, agreed.error(), true);
    const Json state = {{"version", protocol::to_string(agreed->version)},
                        {"client", agreed->client.name.substr(0, 100)},
                        {"client_version", agreed->client.version.substr(0, 100)},
                        {"capabilities", agreed->capabilities.json()},
                        {"expires", policy::format_time(clock_.now() + session_life)}};
    const auto result = protocol::write_initialize(*agreed, dispatch_.server());
    HttpReply reply{.status = 200,
                    .content_type = "application/json",
                    .body = dispatch_.seal(protocol::write_result(request.id, result)),
                    .headers = {{"mcp-session-id", policy::seal_state(state, session_purpose, key_)},
                                {"cache-control", "no-store"}}};
    co_await answer.reply(std::move(reply));
}

Result<StreamableHttp::Legacy> StreamableHttp::session_of(const HttpRequest& request) const {
    const auto id = request.header("mcp-session-id");
    if (!id)
        return Error{
            Errc::invalid_request,
            "Mcp-Session-Id is missing. Send initialize first and repeat the id that it answers with."};
    Error over{Errc::not_found, "This session is over, or never was. Send initialize again."};
    const auto state = policy::open_state(*id, session_purpose, key_);
    if (!state || ended_.contains(*id)) return over;
    const auto version = protocol::read_version(state->value("version", std::string{}));
    const auto expires = policy::read_time(state->value("expires", std::string{}));
    auto capabilities = protocol::ClientCapabilities::read(state->value("capabilities", Json::object()));
    if (!version || !expires || *expires <= clock_.now() || !capabilities) return over;
    return Legacy{
        *id,
        {.version = *version,
         .client = {state->value("client", std::string{}), state->value("client_version", std::string{})},
         .capabilities = *capabilities}};
}

Async<void> StreamableHttp::end_session(const HttpRequest& request, HttpAnswer& answer) {
    const auto legacy = session_of(request);
    if (!legacy) co_return co_await refuse(answer, session_status(legacy.error()), {}, legacy.error(), true);
    const auto now = clock_.now();
    std::erase_if(ended_, [now](const auto& each) { return each.second <= now; });
    ended_.emplace(legacy->session, now + session_life);
    HttpReply reply{.status = 204};
    co_await answer.reply(std::move(reply));
}

}  // namespace tfy::server
