// The one place that knows Beast's parser: it reads chunks. Heads are read by guard, so that nothing depends
// on what Beast lets through.
#include "server/transport/body.hpp"

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

namespace tfy::transport {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::beast::error_code;
using guard::Rejection;
using Read = ReadStep<std::string>;

Rejection too_large() {
    return {413, "The body is longer than this address takes. Nothing was done. Send a shorter one."};
}

std::optional<Rejection> refusal_for(const error_code& failure) {
    if (failure == http::error::body_limit) return too_large();
    if (failure == http::error::buffer_overflow)
        return Rejection{431, "Chunk extensions or trailers are too large."};
    if (failure == http::error::partial_message || failure == http::error::end_of_stream) return {};
    if (failure.category() == error_code(http::error::bad_chunk).category())
        return Rejection{400, "The body's chunks cannot be read."};
    return {};
}

void put(http::request_parser<http::string_body>& parser, ReadBuffer& read, error_code& failure) {
    const auto text = read.text();
    read.consume(parser.put(asio::buffer(text.data(), text.size()), failure));
}

Async<error_code> read_into(http::request_parser<http::string_body>& parser, ReadBuffer& read, bool waits) {
    error_code failure;
    parser.eager(true);
    for (;;) {
        if (read.size() > 0) put(parser, read, failure);
        if (failure == http::error::need_more) failure = {};
        if (failure || parser.is_done()) co_return failure;
        if (!read.has_room()) co_return http::error::buffer_overflow;
        if (!waits) co_return http::error::partial_message;
        const bool came = co_await read.read_more();
        if (!came) co_return http::error::partial_message;
    }
}

}  // namespace

// No one may wait for what is not read: that a body is too long is told before it comes.
Async<Read> Body::whole() {
    if (framing.length > limit) co_return Read{.refusal = too_large()};
    if (framing.chunked || framing.expects_continue) co_return co_await in_chunks();
    co_return co_await plain();
}

/// The head said how long it is: so many bytes.
Async<Read> Body::plain() {
    read.consume(head);
    std::string body;
    body.reserve(framing.length);
    const auto is_whole = [&] {
        const auto part = read.text().substr(0, framing.length - body.size());
        body.append(part);
        read.consume(part.size());
        return body.size() == framing.length;
    };
    if (is_whole()) co_return Read{.got = std::move(body)};
    if (!waits) co_return Read{};
    peer.allow(limits.body_deadline);
    bool comes = true;
    while (comes && !is_whole()) comes = co_await read.read_more();
    peer.release();
    if (!comes) co_return late();
    co_return Read{.got = std::move(body)};
}

/// Also for a peer that waits to be told to go on. Beast reads the head once more.
Async<Read> Body::in_chunks() {
    http::request_parser<http::string_body> parser;
    parser.header_limit(static_cast<std::uint32_t>(limits.header_limit + chunk_room));
    parser.body_limit(limit);
    error_code failure;
    put(parser, read, failure);
    if (failure) co_return Read{.refusal = Rejection{400, "The request head cannot be read."}};
    if (parser.is_done()) co_return Read{.got = std::string{}};

    if (waits && framing.expects_continue && read.size() == 0)
        if (!co_await peer.write("HTTP/1.1 100 Continue\r\n\r\n", limits.body_deadline)) co_return Read{};
    peer.allow(limits.body_deadline);
    failure = co_await read_into(parser, read, waits);
    peer.release();
    if (!failure) co_return Read{.got = std::move(parser.get().body())};
    if (peer.timed_out()) co_return late();
    co_return Read{.refusal = refusal_for(failure)};
}

Read Body::late() const {
    if (peer.timed_out()) return {.refusal = Rejection{408, "The body took too long."}};
    return {};
}

}  // namespace tfy::transport
