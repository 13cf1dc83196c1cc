// Headers that mirror a message must say what the message says.
#include "protocol/headers.hpp"

#include <doctest/doctest.h>

#include <map>

namespace tfy::protocol::headers_test {
namespace {

using Headers = std::map<std::string, std::string>;

Headers headers(const char* name = "tfy_x") {
    return {{"mcp-protocol-version", "2026-07-28"}, {"mcp-method", "tools/call"}, {"mcp-name", name}};
}

protocol::Request call(Json arguments = Json::object()) {
    return {protocol::RequestId(1),
            "tools/call",
            {{"name", "tfy_x"},
             {"arguments", std::move(arguments)},
             {"_meta", {{"io.modelcontextprotocol/protocolVersion", "2026-07-28"}}}}};
}

const Json& schema() {
    static const Json marked = Json::parse(R"({"type":"object","properties":{
        "id":{"type":"string","x-mcp-header":"Id"},
        "limit":{"type":"integer","x-mcp-header":"Limit"},
        "force":{"type":"boolean","x-mcp-header":"Force"},
        "payload":{"type":"object","properties":{"name":{"type":"string","x-mcp-header":"Payload-Name"}}},
        "list":{"type":"array","items":{"type":"object","properties":{"x":{"x-mcp-header":"Item"}}}},
        "free":{"type":"string"}},
        "oneOf":[{"properties":{"other":{"x-mcp-header":"Other"}}}]})");
    return marked;
}

protocol::Result<void> check(const Headers& sent, const protocol::Request& request,
                             const Json& input_schema = nullptr) {
    const protocol::HeaderLookup lookup = [&sent](std::string_view name) -> std::optional<std::string_view> {
        std::string lower(name);
        for (auto& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        const auto found = sent.find(lower);
        return found == sent.end() ? std::nullopt : std::optional<std::string_view>(found->second);
    };
    return protocol::check_headers(lookup, request, input_schema);
}

Headers with(Headers sent, const std::string& name, const std::string& value) {
    sent[name] = value;
    return sent;
}

}  // namespace

TEST_CASE("headers that mirror the message pass") {
    CHECK(check(headers(), call()).has_value());
    CHECK(check(headers("=?base64?dGZ5X3g=?="), call()).has_value());
    auto other = headers();
    other.erase("mcp-name");
    other["mcp-method"] = "tools/list";
    auto list = call();
    list.method = "tools/list";
    CHECK(check(other, list).has_value());
    auto read = call();
    read.method = "resources/read";
    read.params["uri"] = "file:///a";
    CHECK(check(with(headers("file:///a"), "mcp-method", "resources/read"), read).has_value());
    read.method = "prompts/get";
    CHECK(check(with(headers(), "mcp-method", "prompts/get"), read).has_value());
}

TEST_CASE("a task's id is mirrored where a request is about one task") {
    struct Row {
        const char* method;
        bool mirrored;
    };
    const Row rows[] = {{"tasks/get", true},
                        {"tasks/update", true},
                        {"tasks/cancel", true},
                        {"tasks/list", false},
                        {"subscriptions/listen", false}};
    for (const auto& row : rows) {
        CAPTURE(row.method);
        auto request = call();
        request.method = row.method;
        request.params["taskId"] = "t-1";
        const auto sent = with(headers("t-1"), "mcp-method", row.method);
        CHECK(check(sent, request).has_value());
        CHECK(check(with(sent, "mcp-name", "=?base64?dC0x?="), request).has_value());
        CHECK(check(with(sent, "mcp-name", "t-2"), request).has_value() == !row.mirrored);
        auto without = sent;
        without.erase("mcp-name");
        CHECK(check(without, request).has_value() == !row.mirrored);
        request.params["taskId"] = 7;
        CHECK(check(with(sent, "mcp-name", "x"), request).has_value() == !row.mirrored);
    }
}

TEST_CASE("a standard header that is missing, different, or different in case is a mismatch") {
    struct Row {
        const char* name;
        const char* value;  // nullptr: missing
    };
    const Row rows[] = {
        {"mcp-protocol-version", nullptr},
        {"mcp-protocol-version", "2025-11-25"},
        {"mcp-method", nullptr},
        {"mcp-method", "tools/list"},
        {"mcp-method", "Tools/Call"},
        {"mcp-method", "=?base64?dG9vbHMvY2FsbA==?="},
        {"mcp-name", nullptr},
        {"mcp-name", "tfy_y"},
        {"mcp-name", "TFY_X"},
        {"mcp-name", ""},
        {"mcp-name", "=?base64?dGZ5X3k=?="},
        {"mcp-name", "=?base64?dGZ5X3g?="},
        {"mcp-name", "tfy_x\n"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        CAPTURE(row.value);
        auto sent = headers();
        if (row.value == nullptr)
            sent.erase(row.name);
        else
            sent[row.name] = row.value;
        const auto checked = check(sent, call());
        REQUIRE_FALSE(checked.has_value());
        CHECK(checked.error().code == protocol::Errc::header_mismatch);
    }
}

TEST_CASE("a message that lacks what a header names is a mismatch, not a crash") {
    auto bare = call();
    bare.params = Json::object();
    CHECK_FALSE(check(headers(), bare).has_value());
    bare.params = {{"_meta", {{"io.modelcontextprotocol/protocolVersion", 7}}}};
    CHECK_FALSE(check(headers(), bare).has_value());
    auto numbered = call();
    numbered.params["name"] = Json::object();
    CHECK_FALSE(check(headers(), numbered).has_value());
}

TEST_CASE("a marked argument is mirrored where it has a value, and only there") {
    struct Row {
        const char* name;
        Json arguments;
        Headers params;
        bool passes;
    };
    const Row rows[] = {
        {"no argument, no header", Json::object(), {}, true},
        {"null, no header", {{"id", nullptr}}, {}, true},
        {"an unmarked argument", {{"free", "x"}}, {}, true},
        {"the same text", {{"id", "pat-a"}}, {{"mcp-param-id", "pat-a"}}, true},
        {"the same text, encoded", {{"id", "grün"}}, {{"mcp-param-id", "=?base64?Z3LDvG4=?="}}, true},
        {"empty text", {{"id", ""}}, {{"mcp-param-id", ""}}, true},
        {"the same integer", {{"limit", 42}}, {{"mcp-param-limit", "42"}}, true},
        {"the same integer, as a decimal", {{"limit", 42}}, {{"mcp-param-limit", "42.0"}}, true},
        {"a decimal in the body", {{"limit", 42.0}}, {{"mcp-param-limit", "42"}}, true},
        {"a negative integer", {{"limit", -7}}, {{"mcp-param-limit", "-7"}}, true},
        {"the same boolean", {{"force", true}}, {{"mcp-param-force", "true"}}, true},
        {"the same text, nested", {{"payload", {{"name", "ci"}}}}, {{"mcp-param-payload-name", "ci"}}, true},
        {"a mark inside items or oneOf does not count", {{"list", {{{"x", "a"}}}}, {"other", "b"}}, {}, true},
        {"argument without header", {{"id", "pat-a"}}, {}, false},
        {"header without argument", Json::object(), {{"mcp-param-id", "pat-a"}}, false},
        {"header for null", {{"id", nullptr}}, {{"mcp-param-id", "null"}}, false},
        {"another text", {{"id", "pat-a"}}, {{"mcp-param-id", "pat-b"}}, false},
        {"another case", {{"id", "pat-a"}}, {{"mcp-param-id", "PAT-A"}}, false},
        {"bad Base64", {{"id", "pat-a"}}, {{"mcp-param-id", "=?base64?cGF0LWE?="}}, false},
        {"bytes that are not ASCII", {{"id", "grün"}}, {{"mcp-param-id", "grün"}}, false},
        {"another integer", {{"limit", 42}}, {{"mcp-param-limit", "43"}}, false},
        {"a fraction", {{"limit", 42}}, {{"mcp-param-limit", "42.5"}}, false},
        {"a fraction in the body", {{"limit", 42.5}}, {{"mcp-param-limit", "42.5"}}, false},
        {"a number with a tail", {{"limit", 42}}, {{"mcp-param-limit", "42 or 43"}}, false},
        {"a bare point", {{"limit", 42}}, {{"mcp-param-limit", "42."}}, false},
        {"hexadecimal", {{"limit", 42}}, {{"mcp-param-limit", "0x2a"}}, false},
        {"integers that only a double confuses",
         {{"limit", 9007199254740993}},
         {{"mcp-param-limit", "9007199254740992"}},
         false},
        {"True", {{"force", true}}, {{"mcp-param-force", "True"}}, false},
        {"a list", {{"id", Json::array()}}, {{"mcp-param-id", "[]"}}, false},
        {"another text, nested", {{"payload", {{"name", "ci"}}}}, {{"mcp-param-payload-name", "cd"}}, false},
        {"a text where the object should be", {{"payload", "x"}}, {{"mcp-param-payload-name", "x"}}, false},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        auto sent = headers();
        sent.insert(row.params.begin(), row.params.end());
        const auto checked = check(sent, call(row.arguments), schema());
        CHECK(checked.has_value() == row.passes);
        if (!checked) CHECK(checked.error().code == protocol::Errc::header_mismatch);
    }
}

TEST_CASE("a mismatch names the header and never the argument") {
    const auto checked =
        check(with(headers(), "mcp-param-id", "secret-b"), call({{"id", "secret-a"}}), schema());
    REQUIRE_FALSE(checked.has_value());
    CHECK(checked.error().message.find("Mcp-Param-Id") != std::string::npos);
    CHECK(checked.error().message.find("secret") == std::string::npos);
}

TEST_CASE("header values are decoded as the specification encodes them") {
    struct Row {
        const char* name;
        std::string_view value;
        std::optional<std::string> decoded;
    };
    const Row rows[] = {
        {"plain", "us-west1", "us-west1"},
        {"empty", "", ""},
        {"not ASCII", "=?base64?SGVsbG8sIOS4lueVjA==?=", "Hello, \xe4\xb8\x96\xe7\x95\x8c"},
        {"padded with spaces", "=?base64?IHBhZGRlZCA=?=", " padded "},
        {"a line break", "=?base64?bGluZTEKbGluZTI=?=", "line1\nline2"},
        {"the sentinel itself", "=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?=", "=?base64?literal?="},
        {"empty, encoded",
         "=?base64?"
         "?=",
         ""},
        {"too short to be the sentinel", "=?base64?=", "=?base64?="},
        {"upper case is plain", "=?BASE64?AA==?=", "=?BASE64?AA==?="},
        {"no end is plain", "=?base64?AA==", "=?base64?AA=="},
        {"padding missing", "=?base64?SGk?=", {}},
        {"only padding", "=?base64?====?=", {}},
        {"padding inside", "=?base64?SG==SGk=?=", {}},
        {"three signs of padding", "=?base64?S===?=", {}},
        {"unused bits set", "=?base64?SGl=?=", {}},
        {"the URL alphabet", "=?base64?-_8=?=", {}},
        {"a space inside", "=?base64?SG k=?=", {}},
        {"a control character", "a\x01", {}},
        {"a line break in the header", "a\r\nb: c", {}},
        {"a byte over ASCII", "\xc3\xbc", {}},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        CHECK(protocol::decode_header_value(row.value) == row.decoded);
    }
    CHECK(protocol::decode_header_value("a\tb ~") == "a\tb ~");
}

}  // namespace tfy::protocol::headers_test
