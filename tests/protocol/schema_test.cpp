// JSON Schema: what is refused, and in which words.
#include "protocol/schema.hpp"

#include <doctest/doctest.h>

namespace tfy::protocol::schema_test {
namespace {

const protocol::Schema& create_token() {
    static const auto schema =
        protocol::Schema::compile(Json::parse(R"({"type":"object","additionalProperties":false,
        "required":["payload"],"properties":{
        "payload":{"type":"object","additionalProperties":false,"required":["name"],"properties":{
            "name":{"type":"string","pattern":"^[a-z][a-z0-9-]{1,34}[a-z0-9]$","example":"ci-bot",
                "advice":"Use 3–36 lowercase letters, digits or hyphens, for example ci-bot."},
            "tags":{"type":"array","maxItems":2,"items":{"type":"string"}},
            "kind":{"type":"string","enum":["user","virtual"]}}},
        "limit":{"type":"integer","minimum":1,"maximum":100,"example":50},
        "reason":{"type":"string","minLength":2,"maxLength":5}}})"));
    return *schema;
}

std::string complaint(const std::string& text) {
    const auto checked = create_token().validate(Json::parse(text));
    if (checked) return "fits";
    CHECK(checked.error().code == protocol::Errc::invalid_params);
    return checked.error().message;
}

}  // namespace

TEST_CASE("what does not fit is refused in words that say where and what is wanted") {
    struct Row {
        std::string text;
        const char* expected;
    };
    constexpr auto bad_name =
        "payload.name: Use 3–36 lowercase letters, digits or hyphens, for example ci-bot.";
    const Row rows[] = {
        {R"({"payload":{"name":"ci-token"},"limit":5,"reason":"grün"})", "fits"},
        {R"({})", R"(payload: is missing, for example {"name": "ci-bot"}.)"},
        {R"([])",
         R"(arguments: must be an object, not a list, for example {"payload": {"name": "ci-bot"}}.)"},
        {R"({"payload":{}})", "payload.name: is missing, for example ci-bot."},
        {R"({"payload":5})", R"(payload: must be an object, not a number, for example {"name": "ci-bot"}.)"},
        {R"({"payload":{"name":"CI token"}})", bad_name},
        {R"({"payload":{"name":"ci-token\n"}})", bad_name},
        {R"({"payload":{"name":"ci-token\n../x"}})", bad_name},
        {R"({"payload":{"name":"ci-token\u0000"}})", bad_name},
        {R"({"payload":{"name":5}})", "payload.name: must be text, not a number, for example ci-bot."},
        {R"({"payload":{"name":"abc","kind":"root"}})", "payload.kind: Use one of user, virtual."},
        {R"({"payload":{"name":"abc","kind":"User"}})",
         "payload.kind: Use one of user, virtual. Did you mean user?"},
        {R"({"payload":{"name":"abc","tags":["a",1]}})", "payload.tags.1: must be text, not a number."},
        {R"({"payload":{"name":"abc","tags":["a","b","c"]}})", "payload.tags: Use at most 2 entries."},
        {R"({"payload":{"name":"abc","nome":1}})", "Unknown argument payload.nome. Did you mean name?"},
        {R"({"payload":{"name":"abc","colour":1}})",
         "Unknown argument payload.colour. Use kind, name and tags."},
        {R"({"payload":{"name":"abc","reason":1}})", "payload.reason: put it beside payload, not inside."},
        {R"({"name":"x"})", R"(Put the name inside payload: {"payload": {"name": "ci-bot"}}.)"},
        {R"({"name":"x","kind":"user"})",
         R"(Put kind and name inside payload: {"payload": {"name": "ci-bot"}}.)"},
        {R"({"payload":{"name":"abc","name\u0000":1}})",
         "Unknown argument payload.name\\x00. Did you mean name?"},
        {R"({"payload":{"name":"abc"},"limit":0})", "limit: Use a number from 1 to 100, for example 50."},
        {R"({"payload":{"name":"abc"},"limit":101})", "limit: Use a number from 1 to 100, for example 50."},
        {R"({"payload":{"name":"abc"},"limit":1.5})", "limit: must be a whole number, for example 50."},
        {R"({"payload":{"name":"abc"},"limit":"5"})", "limit: must be a number, not text, for example 50."},
        {R"({"payload":{"name":"abc"},"reason":"x"})", "reason: Use 2 to 5 characters."},
        {R"({"payload":{"name":"abc"},"reason":"longer"})", "reason: Use 2 to 5 characters."},
        {R"({"payload":"{\"name\":\"a\",\"name\":\"b\"}"})",
         R"(payload: must be an object, for example {"name": "ci-bot"}; this text cannot be read as one: An object has the same key twice (byte 17).)"},
        {R"({"payload":"ci-bot"})",
         R"(payload: must be an object, not text, for example {"name": "ci-bot"}.)"},
        {R"({"payload":{"name":"abc"},"reason":")" + std::string(5000, 'x') + R"("})",
         "reason: Use at most 2048 bytes."},
    };
    for (const auto& row : rows) {
        CAPTURE(row.text);
        CHECK(complaint(row.text) == row.expected);
    }
}

TEST_CASE("three complaints are told and the others counted") {
    const auto told = complaint(R"({"limit":"a","reason":1,"payload":{"name":1,"kind":2,"tags":3}})");
    CHECK(std::count(told.begin(), told.end(), ':') == 3);
    CHECK(told.ends_with(" And 2 more."));
}

TEST_CASE("of very many unknown names some are put into words, and all are counted") {
    auto arguments = Json{{"payload", {{"name", "abc"}}}};
    for (int i = 0; i < 50'000; ++i) arguments["unknown-" + std::to_string(i)] = 1;
    const auto checked = create_token().validate(arguments);
    const auto& told = checked.error().message;
    CHECK(told.find("Unknown argument") != std::string::npos);
    CHECK(told.ends_with(" And 49997 more."));
}

TEST_CASE("no value is quoted, and an unknown name only escaped and short") {
    const auto value =
        complaint(R"({"payload":{"name":"TFY-SECRET","kind":"TFY-SECRET"},"limit":"TFY-SECRET"})");
    CHECK(value.find("SECRET") == std::string::npos);
    const auto checked =
        create_token().validate({{"payload", {{"name", "abc"}, {std::string(300, '\n') + "'", 1}}}});
    REQUIRE_FALSE(checked.has_value());
    CAPTURE(checked.error().message);
    CHECK(checked.error().message.size() < 230);
    CHECK(checked.error().message.find("... Use ") != std::string::npos);
    CHECK(checked.error().message.find("....") == std::string::npos);
    CHECK(checked.error().message.find('\n') == std::string::npos);
}

TEST_CASE("a text too long to be matched safely is refused before it is matched") {
    // std::regex recurses once a character: a megabyte of these would end the process.
    const auto greedy = protocol::Schema::compile(
        Json::parse(R"({"type":"object","properties":{"a":{"pattern":"^(a|b)*$"}}})"));
    REQUIRE(greedy.has_value());
    CHECK(greedy->validate({{"a", std::string(protocol::Schema::longest_text, 'a')}}).has_value());
    const auto longer = greedy->validate({{"a", std::string(1'000'000, 'a')}});
    REQUIRE_FALSE(longer.has_value());
    CHECK(longer.error().code == protocol::Errc::invalid_params);
    CHECK_FALSE(greedy->validate({{"b", {{std::string(1'000'000, 'a'), 1}}}}).has_value());
    const auto free = protocol::Schema::compile(Json::parse(R"({"type":"object"})"));
    CHECK(free->validate({{"a", std::string(1'000'000, 'a')}}).has_value());
}

TEST_CASE("a schema that cannot be compiled is an internal error") {
    for (const auto* text : {"5", R"({"type":7})", R"({"properties":[]})", R"({"$ref":"#/nowhere"})"}) {
        CAPTURE(text);
        const auto schema = protocol::Schema::compile(Json::parse(text));
        REQUIRE_FALSE(schema.has_value());
        CHECK(schema.error().code == protocol::Errc::internal);
    }
}

TEST_CASE("a pattern is compiled when a text is matched; one that is none is an internal error") {
    const auto schema = protocol::Schema::compile(Json::parse(R"({"pattern":"("})"));
    REQUIRE(schema.has_value());
    const auto checked = schema->validate("text");
    REQUIRE_FALSE(checked.has_value());
    CHECK(checked.error().code == protocol::Errc::internal);
}

}  // namespace tfy::protocol::schema_test
