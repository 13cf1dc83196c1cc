// Arguments as hosts send them, and what they mean.
#include "protocol/arguments.hpp"

#include <doctest/doctest.h>

#include "protocol/parse.hpp"

namespace tfy::protocol::arguments_test {
namespace {

const Json schema = Json::parse(R"({"type":"object","required":["payload"],"properties":{
    "payload":{"type":"object","required":["name"],"properties":{
        "name":{"type":"string"},"expirationDate":{"type":"string"},"owner":{"type":["string","null"]}}},
    "limit":{"type":"integer"},"ratio":{"type":"number"},"either":{"type":["integer","number"]},
    "text_or_object":{"type":["object","string"]},
    "list":{"type":"array","items":{"type":"integer"}}}})");

}  // namespace

TEST_CASE("what can mean one thing only is read as that, and all else stays for the schema to judge") {
    struct Row {
        const char* sent;
        const char* meant;
    };
    const Row rows[] = {
        {R"({"payload":{"name":"a","expirationDate":null},"limit":null})", R"({"payload":{"name":"a"}})"},
        {R"({"payload":{"name":null}})", R"({"payload":{}})"},
        {R"({"payload":null})", R"({})"},
        {R"({"unknown":null})", R"({"unknown":null})"},
        {R"({"payload":{"owner":null}})", R"({"payload":{"owner":null}})"},
        {R"({"list":[null,1.0]})", R"({"list":[null,1]})"},
        {R"({"limit":10.0})", R"({"limit":10})"},
        {R"({"limit":1e1})", R"({"limit":10})"},
        {R"({"limit":-3.0})", R"({"limit":-3})"},
        {R"({"limit":-0.0})", R"({"limit":0})"},
        {R"({"limit":9007199254740991.0})", R"({"limit":9007199254740991})"},
        {R"({"limit":9007199254740992.0})", R"({"limit":9007199254740992.0})"},
        {R"({"limit":1e300})", R"({"limit":1e300})"},
        {R"({"limit":10.5})", R"({"limit":10.5})"},
        {R"({"limit":"10"})", R"({"limit":"10"})"},
        {R"({"ratio":10.0,"either":10.0})", R"({"ratio":10.0,"either":10.0})"},
        {R"({"payload":"{\"name\":\"a\",\"expirationDate\":null}"})", R"({"payload":{"name":"a"}})"},
        {R"({"payload":"{\"name\":\"a\",\"name\":\"b\"}"})",
         R"({"payload":"{\"name\":\"a\",\"name\":\"b\"}"})"},
        {R"({"payload":"[1]"})", R"({"payload":"[1]"})"},
        {R"({"payload":"\"{}\""})", R"({"payload":"\"{}\""})"},
        {R"({"text_or_object":"{}"})", R"({"text_or_object":"{}"})"},
        {R"([])", R"([])"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.sent);
        // As text: 10 and 10.0 are equal as values.
        CHECK(protocol::as_meant(schema, Json::parse(row.sent)).dump() == Json::parse(row.meant).dump());
    }
}

TEST_CASE("JSON text that is nested too deep is no object") {
    const auto deep = std::string(100, '[') + std::string(100, ']');
    const Json sent = {{"payload", R"({"name":)" + deep + "}"}};
    CHECK(protocol::as_meant(schema, sent) == sent);
}

TEST_CASE("a number that no double holds is refused with its message") {
    CHECK(protocol::parse(R"({"limit":1e400})").error().code == protocol::Errc::invalid_request);
}

}  // namespace tfy::protocol::arguments_test
