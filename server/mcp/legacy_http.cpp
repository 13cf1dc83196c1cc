// One POST is a Post: its requests run apart from the connection that brought them, and write to its
// EventStream. The connection follows the stream, or replies with the whole answer where nothing had to be
// said before it.
#include "server/mcp/legacy_http.hpp"

#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "policy/canonical_json.hpp"
#include "server/mcp/stdio_session.hpp"

namespace tfy::mcp {
namespace {

namespace asio = boost::asio;
using namespace asio::experimental::awaitable_operators;
using protocol::Request;
using protocol::RequestId;
using protocol::Version;

constexpr std::chrono::hours session_life{24};
constexpr std::size_t most_states = 10'000;
constexpr auto over = "This session has ended or is unknown. Send initialize again.";
constexpr std::size_t most_ended = 100'000;

bool primed(const LegacySession& session) { return session.context.version >= Version::v2025_11_25; }

}  // namespace

/// One request that is being answered.
struct LegacyHttp::Work {
    asio::cancellation_signal cancel;
    bool cancelled = false;  // by its client

    void stop() {
        cancelled = true;
        cancel.emit(asio::cancellation_type::terminal);
    }
};

/// An answer, and what is in its place for who comes back for it, where it can be given only once.
struct Answered {
    redaction::Redacted message;
    std::optional<redaction::Redacted> if_lost = {};
};

struct LegacyHttp::Post {
    Post(const asio::any_io_executor& loop, const LegacySession& session, bool streams, bool is_batch)
        : loop(loop),
          stream(std::make_shared<EventStream>(loop, "p" + policy::random_id(), primed(session))),
          events(streams),
          batch(is_batch) {}

    transport::Outbox& outbox() { return events ? static_cast<transport::Outbox&>(*stream) : answer_only; }

    asio::any_io_executor loop;
    std::shared_ptr<EventStream> stream;
    AnswerOnly answer_only;
    bool events;  // the client takes a stream
    bool batch;
    bool receiving = true;                                   // more requests of it may follow
    std::map<std::string, std::shared_ptr<Work>> open = {};  // by the request's id
    std::vector<Answered> answers = {};                      // that have not gone into the stream
    std::size_t lost = 0;                                    // how often its connection ended before it did
};

/// What is remembered of a session in this process beside what its id says.
struct LegacyHttp::State {
    LegacyState asked;
    policy::Time expires;
    std::shared_ptr<EventStream> standalone = {};
    std::map<std::string, std::shared_ptr<Post>> posts = {};  // by their stream

    bool idle() const { return posts.empty() && (standalone == nullptr || !standalone->attached()); }
    bool forgettable() const {
        return idle() && standalone == nullptr && asked.subscriptions.empty() &&
               asked.log_level == LegacyState{}.log_level;
    }
};

LegacyHttp::LegacyHttp(Dispatch& dispatch, PendingRequests& questions, const Clock& clock,
                       policy::SealKey key, Timeouts patience)
    : dispatch_(dispatch), pending_requests_(questions), clock_(clock), key_(key), patience_(patience) {}

Result<LegacySession> LegacyHttp::session_of(const transport::HttpRequest& http) const {
    const auto id = http.header("mcp-session-id");
    if (!id)
        return Error{
            Errc::invalid_request,
            "Mcp-Session-Id is missing. Send initialize first and repeat the id that it answers with."};
    auto session = read_session_id(std::string(*id), http.caller, clock_.now(), key_);
    if (!session || ended_.contains(policy::sha256(*id))) return Error{Errc::not_found, over};
    return std::move(*session);
}

Async<void> LegacyHttp::refuse_session(transport::Responder& answer, Error why, std::optional<RequestId> id) {
    const int status = why.code == Errc::not_found ? 404 : 400;
    why.code = Errc::invalid_request;
    co_await refuse(answer, dispatch_, status, std::move(id), std::move(why), false);
}

LegacyHttp::Shared LegacyHttp::state_of(const LegacySession& session) {
    auto& state = states_[session.id];
    if (state) return state;
    state = std::make_shared<State>();
    state->expires = session.expires;
    auto kept = state;
    const auto now = clock_.now();
    const bool crowded = states_.size() > most_states;
    std::erase_if(states_, [&](const auto& each) {
        return each.second != kept && each.second->idle() && (crowded || each.second->expires <= now);
    });
    return kept;
}

void LegacyHttp::tidy(const std::string& session) {
    const auto found = states_.find(session);
    if (found != states_.end() && found->second->forgettable()) states_.erase(found);
}

Async<void> LegacyHttp::initialize(const transport::HttpRequest& http, Request request,
                                   transport::Responder& answer) {
    if (const auto why = dispatch_.unrepeatable(request.id))
        co_return co_await refuse(answer, dispatch_, 400, {}, *why, true);
    const auto agreed = protocol::read_initialize(request.params);
    if (!agreed) co_return co_await refuse(answer, dispatch_, 400, request.id, agreed.error(), true);
    const auto result = protocol::write_initialize(*agreed, dispatch_.server());
    transport::HttpResponse reply{
        .status = 200,
        .content_type = "application/json",
        .body = dispatch_.seal(protocol::write_result(request.id, result)),
        .headers = {{"mcp-session-id",
                     write_session_id(*agreed, http.caller.principal, clock_.now() + session_life, key_)},
                    {"cache-control", "no-store"}}};
    co_await answer.reply(std::move(reply));
}

Async<void> LegacyHttp::post(const transport::HttpRequest& http, std::vector<protocol::Message> messages,
                             bool batch, transport::Responder& answer) {
    const auto session = session_of(http);
    if (!session) {
        const auto* request = batch ? nullptr : std::get_if<Request>(&messages.front());
        const auto id = request != nullptr ? std::optional(request->id) : std::nullopt;
        co_return co_await refuse_session(answer, session.error(), id);
    }
    if (batch && session->context.version != Version::v2025_03_26)
        co_return co_await refuse(
            answer, dispatch_, 400, {},
            {Errc::invalid_request, "Only MCP 2025-03-26 has batches. Nothing was done."}, false);
    if (std::ranges::all_of(messages,
                            [&](const auto& message) { return answers_nothing(*session, message); }))
        co_return co_await refuse(answer, dispatch_, 400, {}, no_such_question(), false);
    const auto state = state_of(*session);
    const auto post = std::make_shared<Post>(co_await asio::this_coro::executor, *session,
                                             accepts(http, "text/event-stream"), batch);
    for (auto& message : messages) receive(*session, state, post, std::move(message));
    post->receiving = false;
    if (post->open.empty() && post->answers.empty() && !post->stream->begun()) {
        tidy(session->id);
        co_return co_await accept_silently(answer);
    }
    co_await follow(*session, state, post, answer);
}

bool LegacyHttp::answers_nothing(const LegacySession& session, const protocol::Message& message) const {
    const auto* response = std::get_if<protocol::Response>(&message);
    return response != nullptr && !pending_requests_.asked(session.id, response->id);
}

void LegacyHttp::receive(const LegacySession& session, const Shared& state, const std::shared_ptr<Post>& post,
                         protocol::Message message) {
    if (auto* request = std::get_if<Request>(&message))
        return begin(session, state, post, std::move(*request));
    if (const auto* malformed = std::get_if<protocol::Malformed>(&message))
        post->answers.push_back({dispatch_.refuse(malformed->id, malformed->error, true).message});
    if (const auto* response = std::get_if<protocol::Response>(&message))
        pending_requests_.answer(session.id, *response);
    const auto* notification = std::get_if<protocol::Notification>(&message);
    const auto cancelled = notification != nullptr ? cancelled_request(*notification) : std::nullopt;
    if (!cancelled) return;
    for (const auto& [stream, other] : state->posts)
        if (const auto found = other->open.find(cancelled->key()); found != other->open.end())
            return found->second->stop();
}

void LegacyHttp::begin(const LegacySession& session, const Shared& state, const std::shared_ptr<Post>& post,
                       Request request) {
    const auto key = request.id.key();
    bool taken = post->open.contains(key);
    for (const auto& [stream, other] : state->posts) taken |= other->open.contains(key);
    auto token = protocol::read_progress_token(request.params);
    if (taken) token = Error{Errc::invalid_request, "A request with this id is still being answered."};
    if (!token) {
        post->answers.push_back({dispatch_.refuse(request.id, token.error(), true).message});
        return;
    }
    auto mine = session;
    mine.context.progress_token = std::move(*token);
    mine.context.trace = protocol::TraceContext::read(request.params);
    const auto work = std::make_shared<Work>();
    post->open.emplace(key, work);
    state->posts.emplace(post->stream->id(), post);
    // The completion handler keeps the signal: its slot is looked at until the very end.
    asio::co_spawn(post->loop, run(std::move(mine), state, post, work, std::move(request)),
                   asio::bind_cancellation_slot(work->cancel.slot(), [work](const std::exception_ptr&) {}));
}

Async<Dispatch::Sealed> LegacyHttp::answer_of(LegacySession session, Shared state, std::shared_ptr<Post> post,
                                              std::shared_ptr<Work> work, Request request) {
    Requester requester{.context = session.context,
                        .caller = session.caller,
                        .outbox = post->outbox(),
                        .redaction = dispatch_.redaction(),
                        .questions = post->events ? &pending_requests_ : nullptr,
                        .session = session.id,
                        .legacy = &state->asked};
    const auto id = request.id;
    try {
        co_return co_await dispatch_.answer(requester, std::move(request));
    } catch (const std::exception&) {
        if (work->cancelled) throw;
    }
    const Error failed{Errc::internal, "This request failed inside the server. See its log."};
    co_return dispatch_.refuse(id, failed, true);
}

Async<void> LegacyHttp::run(LegacySession session, Shared state, std::shared_ptr<Post> post,
                            std::shared_ptr<Work> work, Request request) {
    const auto id = request.id;
    const auto version = session.context.version;
    try {
        auto sealed = co_await answer_of(std::move(session), state, post, work, std::move(request));
        Answered answered{std::move(sealed.message)};
        if (answered.message.reveals()) answered.if_lost = dispatch_.revealed_before(id, version);
        if (!work->cancelled) post->answers.push_back(std::move(answered));
    } catch (const std::exception&) {  // cancelled: nothing is said
    }
    co_await asio::this_coro::reset_cancellation_state();  // what else this POST asked still has to go out
    post->open.erase(id.key());
    co_await finish(post);
}

Async<void> LegacyHttp::finish(std::shared_ptr<Post> post) {
    if (post->receiving || !post->open.empty()) co_return;
    auto& stream = *post->stream;
    auto answers = stream.begun() ? std::exchange(post->answers, {}) : std::vector<Answered>{};
    for (auto& answer : answers)
        co_await stream.send_once(std::move(answer.message), std::move(answer.if_lost));
    stream.finish();
}

Async<void> LegacyHttp::follow(LegacySession session, Shared state, std::shared_ptr<Post> post,
                               transport::Responder& answer) {
    // The connection may end by an exception: its handler is cancelled when the peer goes.
    const std::unique_ptr<Post, std::function<void(Post*)>> leave(
        post.get(), [&, this](Post*) { forget_later(session, state, post); });
    co_await finish(post);
    co_await post->stream->until_begun();
    if (!post->stream->begun()) co_return co_await reply_whole(post, answer);
    co_await post->stream->write_to(answer, 0);
}

Async<void> LegacyHttp::reply_whole(std::shared_ptr<Post> post, transport::Responder& answer) {
    auto answers = std::exchange(post->answers, {});
    if (answers.empty()) co_return co_await accept_silently(answer);  // all were cancelled
    transport::HttpResponse reply{
        .status = 200, .content_type = "application/json", .headers = {{"cache-control", "no-store"}}};
    std::vector<redaction::Redacted> messages;
    for (auto& each : answers) messages.push_back(std::move(each.message));
    reply.body = post->batch ? redaction::Redactor::batch(messages) : std::move(messages.front());
    co_await answer.reply(std::move(reply));
}

void LegacyHttp::forget_later(const LegacySession& session, const Shared& state,
                              const std::shared_ptr<Post>& post) {
    if (dispatch_.subscriptions().draining()) return;  // no one comes back to a server that stops
    const bool resumable = post->stream->begun();
    const auto patience = !resumable           ? std::chrono::milliseconds{0}
                          : post->open.empty() ? patience_.finished
                                               : patience_.broken;
    ++post->lost;
    asio::co_spawn(post->loop, forget(session.id, state, post, patience), asio::detached);
}

Async<void> LegacyHttp::forget(std::string session, Shared state, std::shared_ptr<Post> post,
                               std::chrono::milliseconds patience) {
    const auto lost = post->lost;
    asio::steady_timer timer(post->loop, patience);
    if (patience.count() > 0) co_await timer.async_wait(asio::use_awaitable);
    if (post->lost != lost || post->stream->attached()) co_return;  // its client came back
    const auto open = post->open;
    for (const auto& [id, work] : open) work->stop();
    state->posts.erase(post->stream->id());
    tidy(session);
}

Async<void> LegacyHttp::get(const transport::HttpRequest& http, transport::Responder& answer) {
    const auto session = session_of(http);
    if (!session) co_return co_await refuse_session(answer, session.error(), {});
    if (!accepts(http, "text/event-stream"))
        co_return co_await refuse(answer, dispatch_, 406, {},
                                  {Errc::invalid_request, "Accept must list text/event-stream."}, false);
    const auto state = state_of(*session);
    const auto last = http.header("last-event-id");
    const auto from = last ? EventStream::read_event_id(*last) : std::nullopt;
    if (!from) co_return co_await standalone(*session, state, std::nullopt, answer);
    if (const auto found = state->posts.find(from->first); found != state->posts.end())
        co_return co_await resume(*session, state, found->second, from->second, answer);
    if (from->first.starts_with('p'))
        co_return co_await refuse(
            answer, dispatch_, 400, {},
            {Errc::invalid_request,
             "The stream of this Last-Event-ID is no longer kept. Send its request again."},
            false);
    const bool same = state->standalone != nullptr && state->standalone->id() == from->first;
    const auto after = same ? std::optional(from->second) : std::nullopt;
    co_await standalone(*session, state, after, answer);
}

Async<void> LegacyHttp::resume(LegacySession session, Shared state, std::shared_ptr<Post> post,
                               std::uint64_t after, transport::Responder& answer) {
    const std::unique_ptr<Post, std::function<void(Post*)>> leave(
        post.get(), [&, this](Post*) { forget_later(session, state, post); });
    co_await post->stream->write_to(answer, after);
}

// The changes that a client hears of are told while it listens; what it missed in between it can read again.
Async<void> LegacyHttp::standalone(LegacySession session, Shared state, std::optional<std::uint64_t> after,
                                   transport::Responder& answer) {
    const auto loop = co_await asio::this_coro::executor;
    if (state->standalone == nullptr)
        state->standalone = std::make_shared<EventStream>(loop, "s" + policy::random_id(), primed(session));
    const auto stream = state->standalone;
    Subscriptions::Listener listener(dispatch_.subscriptions(), loop, session.caller,
                                     dispatch_.legacy_filter(state->asked));
    state->asked.listener = &listener;
    const std::unique_ptr<State, std::function<void(State*)>> leave(state.get(), [&listener](State* each) {
        if (each->asked.listener == &listener) each->asked.listener = nullptr;
    });
    Requester requester{.context = session.context,
                        .caller = session.caller,
                        .outbox = *stream,
                        .redaction = dispatch_.redaction(),
                        .session = session.id,
                        .legacy = &state->asked};
    const auto from = after.value_or(stream->last());
    co_await (stream->write_to(answer, from) || dispatch_.tell_changes(listener, requester, std::nullopt));
    if (answer.streaming()) co_await answer.end_events();
}

Async<void> LegacyHttp::end(const transport::HttpRequest& http, transport::Responder& answer) {
    const auto session = session_of(http);
    if (!session) co_return co_await refuse_session(answer, session.error(), {});
    // One that is forgotten too early could be used again, by who has its id: no one else, and for nothing
    // more.
    if (ended_.size() >= most_ended) ended_.erase(ended_.begin());
    ended_.emplace(policy::sha256(session->id), session->expires);
    if (const auto found = states_.find(session->id); found != states_.end()) {
        const auto state = found->second;
        states_.erase(found);
        if (state->standalone) state->standalone->finish();
        for (const auto& [stream, post] : state->posts)
            for (const auto& [id, work] : post->open) work->stop();
    }
    transport::HttpResponse reply{.status = 204};
    co_await answer.reply(std::move(reply));
}

}  // namespace tfy::mcp
