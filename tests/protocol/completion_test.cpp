// completion/complete.
#include "protocol/completion.hpp"

#include <doctest/doctest.h>

namespace tfy::protocol::completion_test {

TEST_CASE("a question for completions names what is completed, and what is settled already") {
    const auto prompt =
        protocol::read_complete(Json::parse(R"({"ref":{"type":"ref/prompt","name":"rotate","title":"R"},
        "argument":{"name":"token","value":"pa"},"context":{"arguments":{"team":"ml"},"later":1}})"));
    REQUIRE(prompt.has_value());
    CHECK(prompt->of == protocol::CompleteParams::Of::prompt);
    CHECK(prompt->ref == "rotate");
    CHECK(prompt->argument == "token");
    CHECK(prompt->value == "pa");
    CHECK(prompt->context == std::map<std::string, std::string>{{"team", "ml"}});
    const auto resource = protocol::read_complete(Json::parse(
        R"({"ref":{"type":"ref/resource","uri":"x://{id}"},"argument":{"name":"id","value":""},"context":{"arguments":{"a":null}}})"));
    REQUIRE(resource.has_value());
    CHECK(resource->of == protocol::CompleteParams::Of::resource);
    CHECK(resource->ref == "x://{id}");
    CHECK(resource->context.empty());
}

TEST_CASE("a question for completions with a missing or mis-typed member is refused") {
    const char* const texts[] = {
        R"({})",
        R"({"ref":{"type":"ref/prompt","name":"x"}})",
        R"({"argument":{"name":"a","value":""}})",
        R"({"ref":"x","argument":{"name":"a","value":""}})",
        R"({"ref":{},"argument":{"name":"a","value":""}})",
        R"({"ref":{"type":"ref/tool","name":"x"},"argument":{"name":"a","value":""}})",
        R"({"ref":{"type":"ref/prompt","uri":"x"},"argument":{"name":"a","value":""}})",
        R"({"ref":{"type":"ref/resource","name":"x"},"argument":{"name":"a","value":""}})",
        R"({"ref":{"type":"ref/prompt","name":1},"argument":{"name":"a","value":""}})",
        R"({"ref":{"type":"ref/prompt","name":"x"},"argument":[]})",
        R"({"ref":{"type":"ref/prompt","name":"x"},"argument":{"name":"a"}})",
        R"({"ref":{"type":"ref/prompt","name":"x"},"argument":{"value":"a"}})",
        R"({"ref":{"type":"ref/prompt","name":"x"},"argument":{"name":"a","value":1}})",
        R"({"ref":{"type":"ref/prompt","name":"x"},"argument":{"name":"a","value":""},"context":1})",
        R"({"ref":{"type":"ref/prompt","name":"x"},"argument":{"name":"a","value":""},"context":{"arguments":[]}})",
        R"({"ref":{"type":"ref/prompt","name":"x"},"argument":{"name":"a","value":""},"context":{"arguments":{"b":1}}})",
    };
    for (const auto* text : texts) {
        CAPTURE(text);
        const auto read = protocol::read_complete(Json::parse(text));
        REQUIRE_FALSE(read.has_value());
        CHECK(read.error().code == protocol::Errc::invalid_params);
    }
}

TEST_CASE("an answer has at most 100 values, and says how many there are") {
    struct Row {
        const char* name;
        std::size_t found;
        std::size_t total;
        std::size_t shown;
        std::size_t said;
        bool more;
    };
    const Row rows[] = {
        {"none", 0, 0, 0, 0, false},
        {"all", 3, 3, 3, 3, false},
        {"exactly as many as fit", 100, 100, 100, 100, false},
        {"one too many", 101, 101, 100, 101, true},
        {"more than were found", 10, 25, 10, 25, true},
        {"a total that cannot be", 101, 5, 100, 101, true},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        const auto answer = protocol::write_completion(std::vector<std::string>(row.found, "x"), row.total);
        CHECK(answer["completion"]["values"].is_array());
        CHECK(answer["completion"]["values"].size() == row.shown);
        CHECK(answer["completion"]["total"] == row.said);
        CHECK(answer["completion"]["hasMore"] == row.more);
    }
}

}  // namespace tfy::protocol::completion_test
