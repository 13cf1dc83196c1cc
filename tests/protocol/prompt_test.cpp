// prompts/list and prompts/get.
#include "protocol/prompt.hpp"

#include <doctest/doctest.h>

namespace tfy::protocol::prompt_test {
namespace {

Json definition() {
    return Json::parse(
        R"({"name":"rotate","title":"Rotate","description":"Rotates.","ours":"not for the wire",
        "icons":[{"src":"data:image/png;base64,AA=="}],"arguments":[
        {"name":"token","title":"Token","description":"Which.","required":true,"ours":1},
        {"name":"when","required":false}]})");
}

using Arguments = std::map<std::string, std::string>;

}  // namespace

TEST_CASE("a prompt is asked for by name, with texts as arguments, and on a retry with answers") {
    const auto plain = protocol::read_get_prompt({{"name", "rotate"}});
    REQUIRE(plain.has_value());
    CHECK(plain->name == "rotate");
    CHECK(plain->arguments.empty());
    CHECK_FALSE(plain->request_state);
    CHECK(plain->input_responses == Json::object());
    const auto retry = protocol::read_get_prompt(Json::parse(
        R"({"name":"rotate","arguments":{"token":"a"},"requestState":"s","inputResponses":{"q":{"action":"accept"}}})"));
    REQUIRE(retry.has_value());
    CHECK(retry->arguments == Arguments{{"token", "a"}});
    CHECK(retry->request_state == "s");
    CHECK(retry->input_responses["q"]["action"] == "accept");
}

TEST_CASE("a request for a prompt with a missing or mis-typed member is refused") {
    const char* const texts[] = {
        R"({})",
        R"({"name":1})",
        R"({"name":"x","arguments":[]})",
        R"({"name":"x","arguments":{"a":1}})",
        R"({"name":"x","arguments":{"a":"b","c":{}}})",
        R"({"name":"x","requestState":1})",
        R"({"name":"x","inputResponses":[]})",
    };
    for (const auto* text : texts) {
        CAPTURE(text);
        const auto read = protocol::read_get_prompt(Json::parse(text));
        REQUIRE_FALSE(read.has_value());
        CHECK(read.error().code == protocol::Errc::invalid_params);
    }
}

TEST_CASE("null for what may be left out of a request for a prompt is as if left out") {
    const auto read = protocol::read_get_prompt(Json::parse(
        R"({"name":"x","arguments":{"a":null,"b":"c"},"requestState":null,"inputResponses":null,"_meta":null})"));
    REQUIRE(read.has_value());
    CHECK(read->arguments == std::map<std::string, std::string>{{"b", "c"}});
    CHECK_FALSE(read->request_state);
    CHECK(protocol::read_get_prompt(Json::parse(R"({"name":"x","arguments":null})"))->arguments.empty());
}

TEST_CASE("an argument that a prompt does not have is told with the one that was meant") {
    const auto checked = protocol::check_arguments(definition(), {{"token", "a"}, {"wen", ""}});
    REQUIRE_FALSE(checked.has_value());
    CHECK(checked.error().message ==
          "The prompt has no argument 'wen'. Nothing was done. Did you mean when?");
}

TEST_CASE("a prompt has the members that a version knows, and no others") {
    auto expected = Json::parse(R"({"name":"rotate","description":"Rotates.","arguments":[
        {"name":"token","description":"Which.","required":true},{"name":"when","required":false}]})");
    CHECK(protocol::write_prompt(definition(), protocol::Version::v2025_03_26) == expected);
    expected["title"] = "Rotate";
    expected["arguments"][0]["title"] = "Token";
    CHECK(protocol::write_prompt(definition(), protocol::Version::v2025_06_18) == expected);
    expected["icons"] = definition()["icons"];
    CHECK(protocol::write_prompt(definition(), protocol::Version::v2025_11_25) == expected);
    CHECK(protocol::write_prompt(definition(), protocol::Version::v2026_07_28) == expected);
    CHECK(protocol::write_prompt({{"name", "x"}}, protocol::Version::v2026_07_28) == Json{{"name", "x"}});
}

TEST_CASE("arguments fit a prompt where all that it requires are there, and none that it does not know") {
    struct Row {
        const char* name;
        Arguments arguments;
        bool fit;
    };
    const Row rows[] = {
        {"the required one", {{"token", "a"}}, true},
        {"all", {{"token", ""}, {"when", "now"}}, true},
        {"none", {}, false},
        {"the other one only", {{"when", "now"}}, false},
        {"one that is not known", {{"token", "a"}, {"x", ""}}, false},
        {"another case", {{"Token", "a"}}, false},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        const auto checked = protocol::check_arguments(definition(), row.arguments);
        CHECK(checked.has_value() == row.fit);
        if (!row.fit) CHECK(checked.error().code == protocol::Errc::invalid_params);
    }
    CHECK(protocol::check_arguments({{"name", "x"}}, {}).has_value());
    CHECK_FALSE(protocol::check_arguments({{"name", "x"}}, {{"a", ""}}).has_value());
}

TEST_CASE("an argument's name cannot get into the answer whole") {
    const auto checked =
        protocol::check_arguments(definition(), {{"token", "a"}, {"x\n" + std::string(100'000, 'x'), ""}});
    REQUIRE_FALSE(checked.has_value());
    CHECK(checked.error().message.size() < 400);
    CHECK(checked.error().message.find('\n') == std::string::npos);
}

TEST_CASE("a prompt is answered with messages of the user and the assistant") {
    CHECK(protocol::write_prompt_result("d", {{true, {{"type", "text"}}}, {false, {{"type", "image"}}}}) ==
          Json::parse(R"({"description":"d","messages":[{"role":"user","content":{"type":"text"}},
            {"role":"assistant","content":{"type":"image"}}]})"));
    CHECK(protocol::write_prompt_result("", {}) == Json::parse(R"({"messages":[]})"));
}

}  // namespace tfy::protocol::prompt_test
