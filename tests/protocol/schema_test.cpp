// JSON Schema: what is refused, and in which words.
#include "protocol/schema.hpp"

#include <doctest/doctest.h>

namespace tfy::protocol {
namespace {

const Schema& create_token() {
    static const auto schema = Schema::compile(Json::parse(R"({"type":"object","additionalProperties":false,
        "required":["payload"],"properties":{
        "payload":{"type":"object","additionalProperties":false,"required":["name"],"properties":{
            "name":{"type":"string","pattern":"^[a-z][a-z0-9-]{1,34}[a-z0-9]$"},
            "tags":{"type":"array","maxItems":2,"items":{"type":"string"}},
            "kind":{"type":"string","enum":["user","virtual"]}}},
        "limit":{"type":"integer","minimum":1,"maximum":100},
        "reason":{"type":"string","minLength":2,"maxLength":5}}})"));
    return *schema;
}

std::string complaint(const char* text) {
    const auto checked = create_token().validate(Json::parse(text));
    if (checked) return "fits";
    CHECK(checked.error().code == Errc::invalid_params);
    return checked.error().message;
}

}  // namespace

TEST_CASE("what does not fit is refused in words that say where and what is wanted") {
    struct Row {
        const char* text;
        const char* expected;
    };
    const Row rows[] = {
        {R"({"payload":{"name":"ci-token"},"limit":5,"reason":"grün"})", "fits"},
        {R"({})", "payload: is missing"},
        {R"([])", "arguments: must be of type object"},
        {R"({"payload":{}})", "payload.name: is missing"},
        {R"({"payload":5})", "payload: must be of type object"},
        {R"({"payload":{"name":"CI token"}})", "payload.name: must match ^[a-z][a-z0-9-]{1,34}[a-z0-9]$"},
        {R"({"payload":{"name":"ci-token\n"}})", "payload.name: must match ^[a-z][a-z0-9-]{1,34}[a-z0-9]$"},
        {R"({"payload":{"name":"ci-token\n../x"}})",
         "payload.name: must match ^[a-z][a-z0-9-]{1,34}[a-z0-9]$"},
        {R"({"payload":{"name":"ci-token\u0000"}})",
         "payload.name: must match ^[a-z][a-z0-9-]{1,34}[a-z0-9]$"},
        {R"({"payload":{"name":5}})", "payload.name: must be of type string"},
        {R"({"payload":{"name":"abc","kind":"root"}})", "payload.kind: must be one of user, virtual"},
        {R"({"payload":{"name":"abc","tags":["a",1]}})", "payload.tags.1: must be of type string"},
        {R"({"payload":{"name":"abc","tags":["a","b","c"]}})",
         "payload.tags: must have no more elements than 2"},
        {R"({"payload":{"name":"abc","nome":1}})", "payload.nome: is not known"},
        {R"({"payload":{"name":"abc","name\u0000":1}})", "payload.name\\x00: is not known"},
        {R"({"payload":{"name":"abc"},"limit":0})", "limit: must not be under 1"},
        {R"({"payload":{"name":"abc"},"limit":101})", "limit: must not be over 100"},
        {R"({"payload":{"name":"abc"},"limit":1.5})", "limit: must be of type integer"},
        {R"({"payload":{"name":"abc"},"limit":"5"})", "limit: must be of type integer"},
        {R"({"payload":{"name":"abc"},"reason":"x"})", "reason: must have no fewer characters than 2"},
        {R"({"payload":{"name":"abc"},"reason":"longer"})", "reason: must have no more characters than 5"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.text);
        CHECK(complaint(row.text) == row.expected);
    }
}

TEST_CASE("three complaints are told and the others counted") {
    const auto told = complaint(R"({"limit":"a","reason":1,"payload":{"name":1,"kind":2,"tags":3}})");
    CHECK(std::count(told.begin(), told.end(), ';') == 3);
    CHECK(told.find("; and ") != std::string::npos);
    CHECK(told.ends_with(" more"));
}

TEST_CASE("no value is quoted, and an unknown name only escaped and short") {
    const auto value =
        complaint(R"({"payload":{"name":"TFY-SECRET","kind":"TFY-SECRET"},"limit":"TFY-SECRET"})");
    CHECK(value.find("SECRET") == std::string::npos);
    const auto checked =
        create_token().validate({{"payload", {{"name", "abc"}, {std::string(3000, '\n') + "'", 1}}}});
    REQUIRE_FALSE(checked.has_value());
    CHECK(checked.error().message.size() < 230);
    CHECK(checked.error().message.find('\n') == std::string::npos);
}

TEST_CASE("a text too long to be matched safely is refused before it is matched") {
    // std::regex recurses once a character: a megabyte of these would end the process.
    const auto greedy =
        Schema::compile(Json::parse(R"({"type":"object","properties":{"a":{"pattern":"^(a|b)*$"}}})"));
    REQUIRE(greedy.has_value());
    CHECK(greedy->validate({{"a", std::string(Schema::longest_text, 'a')}}).has_value());
    const auto longer = greedy->validate({{"a", std::string(1'000'000, 'a')}});
    REQUIRE_FALSE(longer.has_value());
    CHECK(longer.error().code == Errc::invalid_params);
    CHECK_FALSE(greedy->validate({{"b", {{std::string(1'000'000, 'a'), 1}}}}).has_value());
    const auto free = Schema::compile(Json::parse(R"({"type":"object"})"));
    CHECK(free->validate({{"a", std::string(1'000'000, 'a')}}).has_value());
}

TEST_CASE("a schema that cannot be compiled is an internal error") {
    for (const auto* text :
         {"5", R"({"type":7})", R"({"properties":[]})", R"({"$ref":"#/nowhere"})", R"({"pattern":"("})"}) {
        CAPTURE(text);
        const auto schema = Schema::compile(Json::parse(text));
        REQUIRE_FALSE(schema.has_value());
        CHECK(schema.error().code == Errc::internal);
    }
}

}  // namespace tfy::protocol
