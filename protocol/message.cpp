// JSON-RPC 2.0 messages, read and written. An answer that cannot be read is never answered with its own id:
// that id is ours.
#include "protocol/message.hpp"

#include "protocol/member.hpp"

namespace tfy::protocol {
namespace {

using MaybeId = std::optional<RequestId>;

Malformed malformed(MaybeId id, std::string_view why, Errc code = Errc::invalid_request) {
    return {std::move(id), {code, std::string(why).append(" Nothing was done.")}};
}

MaybeId readable_id(const Json& message) {
    const auto* id = find_member(message, "id");
    if (id == nullptr) return std::nullopt;
    auto read = RequestId::read(*id);
    return read ? MaybeId(std::move(*read)) : std::nullopt;
}

Json take(Json& object, std::string_view name) { return std::move(object.find(name).value()); }

/// A request, or a notification where there is no id.
Message read_call(Json& message) {
    auto id = readable_id(message);
    if (!id && message.contains("id")) return Malformed{std::nullopt, RequestId::read(message["id"]).error()};
    if (!message["method"].is_string()) return malformed(std::move(id), "The method must be a string.");
    if (message.contains("params") && message["params"].is_null()) message.erase("params");
    if (message.contains("params") && !message["params"].is_object())
        return malformed(std::move(id), "The params must be an object.", Errc::invalid_params);

    auto method = take(message, "method").get<std::string>();
    auto params = message.contains("params") ? take(message, "params") : Json::object();
    if (id) return Request{std::move(*id), std::move(method), std::move(params)};
    return Notification{std::move(method), std::move(params)};
}

std::optional<Error> read_error(const Json& error) {
    const auto* code = find_member(error, "code");
    const auto* text = find_member(error, "message");
    if (code == nullptr || !code->is_number_integer() || text == nullptr || !text->is_string())
        return std::nullopt;
    return Error{read_json_rpc_code(code->get<std::int64_t>()), text->get<std::string>(),
                 error.value("data", Json(nullptr))};
}

Message read_response(Json& message) {
    auto id = readable_id(message);
    if (!id) return malformed(std::nullopt, "An answer must carry the id of our request.");
    if (message.contains("result") && message.contains("error"))
        return malformed(std::nullopt, "An answer must have a result or an error, not both.");
    if (message.contains("result")) {
        if (!message["result"].is_object()) return malformed(std::nullopt, "A result must be an object.");
        return Response{std::move(*id), take(message, "result"), std::nullopt};
    }
    auto error = read_error(message["error"]);
    if (!error) return malformed(std::nullopt, "An error must have an integer code and a message.");
    return Response{std::move(*id), nullptr, std::move(error)};
}

}  // namespace

Result<RequestId> RequestId::read(const Json& value) {
    if (!value.is_string() && !value.is_number_integer())
        return Error{
            Errc::invalid_request,
            "The id must be a string or an integer of at most 64 bits, never null. Nothing was done."};
    if (value.is_string() && value.get_ref<const std::string&>().size() > longest)
        return Error{Errc::invalid_request, "The id is longer than 256 bytes. Nothing was done."};
    RequestId id;
    id.value_ = value;
    return id;
}

Message read_message(Json value) {
    if (value.is_array())
        return malformed(std::nullopt, "Batches are not accepted: send each message by itself.");
    if (!value.is_object()) return malformed(std::nullopt, "A message must be an object.");
    const bool asks = value.contains("method");
    const bool answers = value.contains("result") || value.contains("error");
    auto id = answers ? MaybeId() : readable_id(value);
    const auto* version = find_member(value, "jsonrpc");
    if (version == nullptr || *version != "2.0")
        return malformed(std::move(id), "A message must say \"jsonrpc\": \"2.0\".");
    if (asks && !answers) return read_call(value);
    if (answers && !asks) return read_response(value);
    return malformed(std::move(id), "A message must have a method, or else a result or an error.");
}

Result<std::vector<Message>> read_batch(Json array) {
    constexpr std::size_t most = 100;
    if (!array.is_array() || array.empty() || array.size() > most)
        return Error{Errc::invalid_request,
                     "A batch must be an array of 1 to 100 messages. Nothing was done."};
    std::vector<Message> messages;
    for (auto& value : array) {
        auto message = read_message(std::move(value));
        const auto* request = std::get_if<Request>(&message);
        if (request != nullptr && request->method == "initialize")
            message = malformed(request->id, "initialize must be sent by itself, not in a batch.");
        messages.push_back(std::move(message));
    }
    return messages;
}

Json write_request(const RequestId& id, std::string_view method, Json params) {
    auto message = write_notification(method, std::move(params));
    message["id"] = id.json();
    return message;
}

Json write_notification(std::string_view method, Json params) {
    Json message = {{"jsonrpc", "2.0"}, {"method", method}};
    if (!params.empty()) message["params"] = std::move(params);
    return message;
}

Json write_result(const RequestId& id, Json result) {
    Json message = {{"jsonrpc", "2.0"}, {"id", id.json()}};
    message["result"] = std::move(result);
    return message;
}

Json write_error_object(const Error& error, bool legacy) {
    Json body = {{"code", json_rpc_code(error.code, legacy)}, {"message", error.message}};
    if (!error.data.is_null()) body["data"] = error.data;
    return body;
}

Json write_error(const std::optional<RequestId>& id, const Error& error, bool legacy) {
    Json message = {{"jsonrpc", "2.0"}, {"error", write_error_object(error, legacy)}};
    if (id) message["id"] = id->json();
    if (!id && legacy) message["id"] = nullptr;
    return message;
}

}  // namespace tfy::protocol
