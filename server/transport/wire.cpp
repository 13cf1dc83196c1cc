// Composing answers.
#include "server/transport/wire.hpp"

#include <algorithm>
#include <array>
#include <boost/beast/http/status.hpp>
#include <charconv>

#include "server/transport/text.hpp"

namespace tfy::transport::wire {
namespace {

std::string_view phrase(int status) {
    namespace http = boost::beast::http;
    return http::obsolete_reason(http::int_to_status(static_cast<unsigned>(status)));
}

bool fits_on_a_line(std::string_view text) { return std::ranges::none_of(text, is_control); }

bool may_have_body(int status) { return status >= 200 && status != 204 && status != 304; }

/// Of any answer but a very long one.
constexpr std::size_t common_head = 512;

std::string status_line(int status) {
    std::string head;
    head.reserve(common_head);
    head.append("HTTP/1.1 ").append(std::to_string(status)).append(" ").append(phrase(status)).append("\r\n");
    return head;
}

void add(std::string& head, std::string_view name, std::string_view value) {
    if (fits_on_a_line(name) && fits_on_a_line(value))
        head.append(name).append(": ").append(value).append("\r\n");
}

std::string ended(std::string head, const Headers& extra, bool close) {
    add(head, "x-content-type-options", "nosniff");
    if (close) add(head, "connection", "close");
    for (const auto& [name, value] : extra) add(head, name, value);
    head.append("\r\n");
    return head;
}

}  // namespace

std::string reply_head(const HttpResponse& reply, bool close) {
    auto head = status_line(reply.status);
    if (reply.body && !reply.content_type.empty()) add(head, "content-type", reply.content_type);
    if (may_have_body(reply.status))
        add(head, "content-length", std::to_string(reply.body ? reply.body->text().size() : 0));
    return ended(std::move(head), reply.headers, close);
}

std::string events_head(const Headers& extra, bool chunked, bool close) {
    auto head = status_line(200);
    add(head, "content-type", "text/event-stream");
    add(head, "cache-control", "no-store");
    add(head, "x-accel-buffering", "no");
    if (chunked) add(head, "transfer-encoding", "chunked");
    return ended(std::move(head), extra, close);
}

std::string event(std::string_view data, std::string_view id) {
    const auto lines = 1 + static_cast<std::size_t>(
                               std::ranges::count_if(data, [](char c) { return c == '\r' || c == '\n'; }));
    std::string text;
    text.reserve(data.size() + id.size() + 32 + 7 * lines);  // never moved: it may hold a value
    text = "event: message\n";
    if (!id.empty()) text.append("id: ").append(id).append("\n");
    for (;;) {
        const auto end = data.find_first_of("\r\n");
        text.append("data: ").append(data.substr(0, end)).append("\n");
        if (end == std::string_view::npos) return text += '\n';
        data.remove_prefix(end + (data.substr(end).starts_with("\r\n") ? 2 : 1));
    }
}

std::string hint(std::string_view id, std::optional<std::chrono::milliseconds> retry) {
    std::string text;
    if (!id.empty()) text.append("id: ").append(id).append("\n");
    if (retry) text.append("retry: ").append(std::to_string(retry->count())).append("\n");
    return text.append("data: \n\n");
}

std::string chunk(std::string_view bytes) {
    std::array<char, 16> size{};
    const auto end = std::to_chars(size.data(), size.data() + size.size(), bytes.size(), 16).ptr;
    std::string text;
    text.reserve(bytes.size() + size.size() + 4);  // never moved, as above
    text.append(size.data(), end);
    return text.append("\r\n").append(bytes).append("\r\n");
}

}  // namespace tfy::transport::wire
