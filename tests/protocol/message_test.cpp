// JSON-RPC messages: sorted into what they are, ids kept exactly.
#include "protocol/message.hpp"

#include <doctest/doctest.h>

namespace tfy::protocol::message_test {
namespace {

protocol::Message read(std::string_view text) { return protocol::read_message(Json::parse(text)); }

}  // namespace

TEST_CASE("a request keeps its id exactly as it came") {
    for (const auto* id :
         {"0", "1", "-7", "9007199254740993", "18446744073709551615", "\"1\"", "\"\"", "\"a b\""}) {
        CAPTURE(id);
        const auto message = read(std::string(R"({"jsonrpc":"2.0","method":"ping","id":)") + id + "}");
        const auto* request = std::get_if<protocol::Request>(&message);
        REQUIRE(request != nullptr);
        CHECK(request->id.key() == id);
        CHECK(protocol::write_result(request->id, Json::object()).dump() ==
              std::string(R"({"id":)") + id + R"(,"jsonrpc":"2.0","result":{}})");
    }
    CHECK(protocol::RequestId(1) != protocol::RequestId("1"));
    CHECK(protocol::RequestId(1) == *protocol::RequestId::read(Json::parse("1")));
}

TEST_CASE("a method with an id is a request, without one a notification") {
    const auto request = read(R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x"}})");
    CHECK(std::get<protocol::Request>(request).method == "tools/call");
    CHECK(std::get<protocol::Request>(request).params == Json{{"name", "x"}});
    const auto bare = read(R"({"jsonrpc":"2.0","method":"notifications/initialized"})");
    CHECK(std::get<protocol::Notification>(bare).method == "notifications/initialized");
    CHECK(std::get<protocol::Notification>(bare).params == Json::object());
}

TEST_CASE("an answer has a result or an error") {
    const auto done = read(R"({"jsonrpc":"2.0","id":"q1","result":{"action":"accept"}})");
    CHECK(std::get<protocol::Response>(done).id == protocol::RequestId("q1"));
    CHECK(std::get<protocol::Response>(done).result == Json{{"action", "accept"}});
    CHECK_FALSE(std::get<protocol::Response>(done).error);
    const auto failed = read(R"({"jsonrpc":"2.0","id":2,"error":{"code":-32601,"message":"no","data":[1]}})");
    REQUIRE(std::get<protocol::Response>(failed).error);
    CHECK(std::get<protocol::Response>(failed).error->code == protocol::Errc::method_not_found);
    CHECK(std::get<protocol::Response>(failed).error->message == "no");
    CHECK(std::get<protocol::Response>(failed).error->data == Json::array({1}));
}

TEST_CASE("what is no message is malformed, with an id only where a request's could be read") {
    struct Row {
        const char* name;
        const char* text;
        protocol::Errc code;
        std::optional<protocol::RequestId> id;
    };
    const auto bad = protocol::Errc::invalid_request;
    const std::optional<protocol::RequestId> none;
    const Row rows[] = {
        {"a batch", R"([{"jsonrpc":"2.0","id":1,"method":"ping"}])", bad, none},
        {"an empty batch", "[]", bad, none},
        {"a string", R"("ping")", bad, none},
        {"null", "null", bad, none},
        {"an empty object", "{}", bad, none},
        {"no jsonrpc", R"({"id":1,"method":"ping"})", bad, protocol::RequestId(1)},
        {"jsonrpc 1.0", R"({"jsonrpc":"1.0","id":1,"method":"ping"})", bad, protocol::RequestId(1)},
        {"jsonrpc as a number", R"({"jsonrpc":2.0,"id":1,"method":"ping"})", bad, protocol::RequestId(1)},
        {"null id", R"({"jsonrpc":"2.0","id":null,"method":"ping"})", bad, none},
        {"a fraction as id", R"({"jsonrpc":"2.0","id":1.5,"method":"ping"})", bad, none},
        {"1.0 as id", R"({"jsonrpc":"2.0","id":1.0,"method":"ping"})", bad, none},
        {"id over 64 bits", R"({"jsonrpc":"2.0","id":18446744073709551616,"method":"ping"})", bad, none},
        {"true as id", R"({"jsonrpc":"2.0","id":true,"method":"ping"})", bad, none},
        {"an object as id", R"({"jsonrpc":"2.0","id":{},"method":"ping"})", bad, none},
        {"method as a number", R"({"jsonrpc":"2.0","id":"a","method":1})", bad, protocol::RequestId("a")},
        {"only an id", R"({"jsonrpc":"2.0","id":5})", bad, protocol::RequestId(5)},
        {"params as an array", R"({"jsonrpc":"2.0","id":1,"method":"x","params":[]})",
         protocol::Errc::invalid_params, protocol::RequestId(1)},
        {"a notification's params", R"({"jsonrpc":"2.0","method":"x","params":1})",
         protocol::Errc::invalid_params, none},
        {"method and result", R"({"jsonrpc":"2.0","id":1,"method":"x","result":{}})", bad, none},
        {"result and error", R"({"jsonrpc":"2.0","id":1,"result":{},"error":{"code":1,"message":""}})", bad,
         none},
        {"a result without id", R"({"jsonrpc":"2.0","result":{}})", bad, none},
        {"a result that is no object", R"({"jsonrpc":"2.0","id":1,"result":7})", bad, none},
        {"an error that is text", R"({"jsonrpc":"2.0","id":1,"error":"no"})", bad, none},
        {"an error without a message", R"({"jsonrpc":"2.0","id":1,"error":{"code":1}})", bad, none},
        {"an error with a code in words", R"({"jsonrpc":"2.0","id":1,"error":{"code":"1","message":""}})",
         bad, none},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        const auto message = read(row.text);
        const auto* malformed = std::get_if<protocol::Malformed>(&message);
        REQUIRE(malformed != nullptr);
        CHECK(malformed->error.code == row.code);
        CHECK(malformed->id.has_value() == row.id.has_value());
        if (malformed->id && row.id) CHECK(*malformed->id == *row.id);
        CHECK(malformed->error.message.ends_with("Nothing was done."));
    }
}

TEST_CASE("a batch is told why it is refused") {
    const auto message = read(R"([{"jsonrpc":"2.0","id":1,"method":"ping"}])");
    CHECK(std::get<protocol::Malformed>(message).error.message.starts_with("Batches are not accepted"));
}

TEST_CASE("a batch holds messages, each read by itself") {
    const auto batch = protocol::read_batch(Json::parse(R"([{"jsonrpc":"2.0","id":1,"method":"ping"},
        {"jsonrpc":"2.0","method":"notifications/x"},{"jsonrpc":"2.0","id":2,"result":{}},7,
        [{"jsonrpc":"2.0","id":3,"method":"ping"}],{"jsonrpc":"2.0","id":4,"method":"initialize","params":{}}])"));
    REQUIRE(batch.has_value());
    REQUIRE(batch->size() == 6);
    CHECK(std::get<protocol::Request>((*batch)[0]).id == protocol::RequestId(1));
    CHECK(std::get<protocol::Notification>((*batch)[1]).method == "notifications/x");
    CHECK(std::get<protocol::Response>((*batch)[2]).id == protocol::RequestId(2));
    CHECK_FALSE(std::get<protocol::Malformed>((*batch)[3]).id);
    CHECK_FALSE(std::get<protocol::Malformed>((*batch)[4]).id);
    const auto& opening = std::get<protocol::Malformed>((*batch)[5]);
    CHECK(opening.id == protocol::RequestId(4));
    CHECK(opening.error.code == protocol::Errc::invalid_request);
}

TEST_CASE("a batch has 1 to 100 messages") {
    const Json ping = {{"jsonrpc", "2.0"}, {"id", 1}, {"method", "ping"}};
    CHECK(protocol::read_batch(Json(std::vector<Json>(100, ping)))->size() == 100);
    for (const auto& refused : {Json(std::vector<Json>(101, ping)), Json::array(), ping, Json(nullptr)}) {
        const auto batch = protocol::read_batch(refused);
        REQUIRE_FALSE(batch.has_value());
        CHECK(batch.error().code == protocol::Errc::invalid_request);
    }
}

TEST_CASE("what is written can be read again") {
    const auto request = protocol::read_message(
        protocol::write_request(protocol::RequestId("s-1"), "elicitation/create", {{"message", "?"}}));
    CHECK(std::get<protocol::Request>(request).id == protocol::RequestId("s-1"));
    CHECK(std::get<protocol::Request>(request).params == Json{{"message", "?"}});
    const auto notification =
        protocol::read_message(protocol::write_notification("notifications/progress", {{"progress", 1}}));
    CHECK(std::get<protocol::Notification>(notification).params == Json{{"progress", 1}});
    CHECK(protocol::write_notification("x", Json::object()) == Json{{"jsonrpc", "2.0"}, {"method", "x"}});
}

TEST_CASE("params that are null are as if left out") {
    const auto message =
        protocol::read_message(Json::parse(R"({"jsonrpc":"2.0","id":1,"method":"x","params":null})"));
    const auto* request = std::get_if<protocol::Request>(&message);
    REQUIRE(request != nullptr);
    CHECK(request->params == Json::object());
    const auto told = protocol::read_message(Json::parse(R"({"jsonrpc":"2.0","method":"x","params":null})"));
    REQUIRE(std::get_if<protocol::Notification>(&told) != nullptr);
}

TEST_CASE("an error without an id has none in the modern revision, and null before") {
    const protocol::Error error{protocol::Errc::parse_error, "no"};
    CHECK(protocol::write_error({}, error, false).dump() ==
          R"({"error":{"code":-32700,"message":"no"},"jsonrpc":"2.0"})");
    CHECK(protocol::write_error({}, error, true)["id"].is_null());
    const auto with_data = protocol::write_error(
        protocol::RequestId(3), {protocol::Errc::unsupported_version, "no", {{"requested", "x"}}}, true);
    CHECK(with_data["id"] == 3);
    CHECK(with_data["error"]["data"] == Json{{"requested", "x"}});
    CHECK(protocol::write_error(protocol::RequestId(3), {protocol::Errc::resource_not_found, "no"},
                                true)["error"]["code"] == -32002);
    CHECK(protocol::write_error(protocol::RequestId(3), {protocol::Errc::resource_not_found, "no"},
                                false)["error"]["code"] == -32602);
}

}  // namespace tfy::protocol::message_test
