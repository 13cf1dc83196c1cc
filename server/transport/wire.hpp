// Answers as the bytes of HTTP/1.1: heads, chunks, server-sent events. Pure.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "server/transport/http.hpp"

namespace tfy::transport::wire {

/// The head of a whole answer: content type and length, nosniff, `connection: close` where asked for. A
/// header that could not stand on its own line (a control character in it) is left out.
std::string reply_head(const HttpResponse& reply, bool close);
/// The head of an event stream, in chunks or, for HTTP/1.0, up to the end of the connection.
std::string events_head(const Headers& extra, bool chunked, bool close);

/// "event: message", "id: " where there is one, and one "data: " for each line of the text.
std::string event(std::string_view data, std::string_view id = {});
/// An event with empty data: "id: ", "retry: " in milliseconds where there is one.
std::string hint(std::string_view id, std::optional<std::chrono::milliseconds> retry);
inline constexpr std::string_view keep_alive_comment = ": keep-alive\n\n";

std::string chunk(std::string_view bytes);
inline constexpr std::string_view last_chunk = "0\r\n\r\n";

}  // namespace tfy::transport::wire
