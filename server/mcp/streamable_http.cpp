#include "server/mcp/streamable_http.hpp"

#include "protocol/headers.hpp"
#include "protocol/lower.hpp"
#include "protocol/parse.hpp"

namespace tfy::mcp {
namespace {

using protocol::Message;
using protocol::Request;

/// The way back to one modern POST: server-sent events without ids, since nothing can be taken up again.
class PostOutbox final : public transport::Outbox {
public:
    PostOutbox(transport::Responder& answer, bool events) : answer_(answer), events_(events) {}

    Async<Result<void>> send(redaction::Redacted message) override {
        if (!events_)
            co_return Result<void>{};  // a client that takes no stream misses progress, nothing else
        co_return co_await answer_.event(std::move(message));
    }
    Async<Result<void>> expect_wait() override {
        if (!events_ || answer_.streaming()) co_return Result<void>{};
        co_return co_await answer_.start_events();
    }
    bool streams() const override { return events_; }

private:
    transport::Responder& answer_;
    bool events_;
};

std::optional<std::string_view> named_version(const transport::HttpRequest& request) {
    return request.header("mcp-protocol-version");
}

bool is_unknown(const std::optional<std::string_view>& version) {
    return version && !protocol::read_version(*version);
}

Async<void> not_allowed(transport::Responder& answer, std::string allowed) {
    transport::HttpResponse reply{.status = 405};
    reply.headers.emplace_back("allow", std::move(allowed));
    co_await answer.reply(std::move(reply));
}

bool is_json(const transport::HttpRequest& request) {
    const auto type = request.header("content-type").value_or("");
    const auto essence = protocol::lowered(type.substr(0, type.find(';')));
    return essence == "application/json" || essence == "application/json ";
}

/// A message is modern by its own `_meta`; failing that, by a version header that no legacy revision has.
bool is_modern_post(const transport::HttpRequest& http, const Json& params) {
    if (protocol::has_modern_meta(params)) return true;
    const auto named = named_version(http);
    if (!named) return false;
    const auto version = protocol::read_version(*named);
    return !version || protocol::is_modern(*version);
}

std::string body_version(const Json& params) {
    const auto* version = protocol::named_version(params);
    return version != nullptr && version->is_string() ? version->get<std::string>() : std::string{};
}

std::vector<Message> just(Message message) {
    std::vector<Message> one;
    one.push_back(std::move(message));
    return one;
}

}  // namespace

StreamableHttp::StreamableHttp(Dispatch& dispatch, PendingRequests& questions, const Clock& clock,
                               policy::SealKey key, transport::bearer::Challenge challenge,
                               LegacyHttp::Timeouts patience)
    : dispatch_(dispatch),
      challenge_(std::move(challenge)),
      legacy_(dispatch, questions, clock, key, patience) {}

Async<void> StreamableHttp::handle(const transport::HttpRequest& request, transport::Responder& answer) {
    // GET and DELETE belong to the sessions of legacy revisions.
    const auto version = named_version(request);
    if (request.method != "POST" && version && !request.header("mcp-session-id")) {
        if (const auto known = protocol::read_version(*version); known && protocol::is_modern(*known))
            co_return co_await not_allowed(answer, "POST");
    }
    if (request.method != "POST" && is_unknown(version))
        co_return co_await refuse(answer, dispatch_, 400, {}, protocol::unsupported_version(*version), false);
    if (request.method == "POST") co_return co_await post(request, answer);
    if (request.method == "GET") co_return co_await legacy_.get(request, answer);
    if (request.method == "DELETE") co_return co_await legacy_.end(request, answer);
    co_await not_allowed(answer, "POST, GET, DELETE");
}

Async<void> StreamableHttp::post(const transport::HttpRequest& http, transport::Responder& answer) {
    if (!is_json(http))
        co_return co_await refuse(answer, dispatch_, 415, {},
                                  {Errc::invalid_request, "Content-Type must be application/json."}, false);
    if (!accepts(http, "application/json"))
        co_return co_await refuse(
            answer, dispatch_, 406, {},
            {Errc::invalid_request, "Accept must list application/json and text/event-stream."}, false);
    auto value = protocol::parse(http.body);
    if (!value) co_return co_await refuse(answer, dispatch_, 400, {}, value.error(), false);
    if (!value->is_array()) {
        auto message = protocol::read_message(std::move(*value));
        if (exceeds(http.caller, message)) co_return co_await answer_only_reads(answer);
        co_return co_await post_message(http, std::move(message), answer);
    }
    auto batch = protocol::read_batch(std::move(*value));
    if (!batch) co_return co_await refuse(answer, dispatch_, 400, {}, batch.error(), false);
    if (batch_hook_ && batch->size() > 1)
        if (const auto refusal = batch_hook_(http.caller, batch->size() - 1)) {
            auto reply = refusal->reply();
            co_await answer.reply(std::move(reply));
            co_return;
        }
    for (const auto& message : *batch)
        if (exceeds(http.caller, message)) co_return co_await answer_only_reads(answer);
    co_await legacy_.post(http, std::move(*batch), true, answer);
}

Async<void> StreamableHttp::answer_only_reads(transport::Responder& answer) {
    ++beyond_scope_;
    auto refusal = challenge_.only_reads().reply();
    co_await answer.reply(std::move(refusal));
}

/// Whether it asks for a change that the caller's credential does not let it ask for.
bool StreamableHttp::exceeds(const policy::Caller& caller, const Message& message) const {
    if (caller.may_request) return false;
    // The answer to a question decides, too, or ends the request.
    if (const auto* answer = std::get_if<protocol::Response>(&message))
        return answer->result.is_object() && answer->result.contains("action");
    const auto* request = std::get_if<Request>(&message);
    return request != nullptr && dispatch_.may_change(*request);
}

Async<void> StreamableHttp::post_message(const transport::HttpRequest& http, Message message,
                                         transport::Responder& answer) {
    if (const auto* malformed = std::get_if<protocol::Malformed>(&message))
        co_return co_await refuse(answer, dispatch_, 400, malformed->id, malformed->error, false);
    if (auto* request = std::get_if<Request>(&message)) {
        if (is_modern_post(http, request->params))
            co_return co_await post_modern(http, std::move(*request), answer);
        if (request->method == "initialize")
            co_return co_await legacy_.initialize(http, std::move(*request), answer);
    } else if (const auto version = named_version(http); is_unknown(version)) {
        co_return co_await refuse(answer, dispatch_, 400, {}, protocol::unsupported_version(*version), false);
    } else if (!http.header("mcp-session-id")) {
        if (std::holds_alternative<protocol::Response>(message))  // modern clients are asked nothing
            co_return co_await refuse(answer, dispatch_, 400, {}, no_such_question(), false);
        co_return co_await accept_silently(
            answer);  // of a modern client: closing its stream is how it cancels
    }
    co_await legacy_.post(http, just(std::move(message)), false, answer);
}

Async<void> StreamableHttp::post_modern(const transport::HttpRequest& http, Request request,
                                        transport::Responder& answer) {
    const auto header = [&http](std::string_view name) { return http.header(protocol::lowered(name)); };
    auto context = protocol::read_modern_context(request);
    const auto mirrored = protocol::check_headers(header, request, dispatch_.mirrored_schema(request));
    // Where header and body name different versions that is the error, whether or not either is spoken here.
    const auto named = named_version(http);
    const bool in_body = protocol::has_modern_meta(request.params);
    const bool differ = in_body && named != body_version(request.params);
    std::optional<Error> error;
    // A version that is named in the header alone is what the client has to mend first.
    if (is_unknown(named) && !in_body) context = protocol::unsupported_version(*named);
    if (!mirrored) error = mirrored.error();
    if (!context && !(differ && error)) error = context.error();
    if (error)
        co_return co_await refuse(answer, dispatch_, protocol::http_status(error->code), request.id, *error,
                                  false);
    PostOutbox outbox(answer, accepts(http, "text/event-stream"));
    Requester requester{
        .context = std::move(*context), .caller = {}, .outbox = outbox, .redaction = dispatch_.redaction()};
    requester.caller = caller_of(http, requester.context.client);
    co_await serve(requester, std::move(request), answer);
}

Async<void> StreamableHttp::serve(Requester& requester, Request request, transport::Responder& answer) {
    auto sealed = co_await dispatch_.answer(requester, std::move(request));
    if (answer.streaming()) {
        const auto sent = co_await answer.event(std::move(sealed.message));
        if (sent) co_await answer.end_events();
        co_return;
    }
    transport::HttpResponse reply{.status = sealed.error ? protocol::http_status(*sealed.error) : 200,
                                  .content_type = "application/json",
                                  .body = std::move(sealed.message),
                                  .headers = {{"cache-control", "no-store"}}};
    if (reply.status == 429) reply.headers.emplace_back("retry-after", "1");
    co_await answer.reply(std::move(reply));
}

}  // namespace tfy::mcp
