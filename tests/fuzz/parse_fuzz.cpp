// Whatever bytes arrive: no crash, and what parses is one value that survives being written and read again.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "protocol/message.hpp"
#include "protocol/parse.hpp"
#include "protocol/strict_parse.hpp"

namespace {

using tfy::Json;
namespace protocol = tfy::protocol;

void require(bool holds) {
    if (!holds) std::abort();
}

/// The message as this house would send it; an answer to it where it is not of a kind that we send.
Json write_again(const protocol::Message& message) {
    if (const auto* request = std::get_if<protocol::Request>(&message))
        return protocol::write_request(request->id, request->method, request->params);
    if (const auto* notification = std::get_if<protocol::Notification>(&message))
        return protocol::write_notification(notification->method, notification->params);
    if (const auto* malformed = std::get_if<protocol::Malformed>(&message))
        return protocol::write_error(malformed->id, malformed->error, true);
    const auto& response = std::get<protocol::Response>(message);
    if (response.error) return protocol::write_error(response.id, *response.error, false);
    return protocol::write_result(response.id, response.result);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto value = protocol::parse(text);
    const auto strict = protocol::parse_strictly(text);
    require(strict.has_value() == value.has_value());
    if (!value) return 0;
    require(*strict == *value && strict->dump() == value->dump());
    const auto again = protocol::parse(value->dump());
    require(again.has_value() && *again == *value);

    const auto message = protocol::read_message(*value);
    const auto written = write_again(message);
    require(protocol::parse(written.dump()).has_value());
    // What we write is a message again, of the same kind; only the error for a malformed one is not.
    if (!std::holds_alternative<protocol::Malformed>(message))
        require(protocol::read_message(written).index() == message.index());
    return 0;
}
