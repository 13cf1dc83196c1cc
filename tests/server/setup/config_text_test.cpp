// What setup makes of files as people have them: our entry is added, all else keeps its place, and taking it
// out gives the same bytes again.
#include "server/setup/config_text.hpp"

#include <doctest/doctest.h>

#include "server/setup/json_text.hpp"
#include "server/setup/toml_text.hpp"
#include "server/setup/yaml_text.hpp"

namespace tfy::server_tests::config_text_test {
namespace {

const nlohmann::ordered_json entry = {{"command", "/usr/bin/tfy-pat-mcp"}, {"args", {"stdio"}}};

std::string with_entry(const setup::ConfigText& format, const std::string& text) {
    REQUIRE(format.find(text).value() == std::nullopt);
    const auto written = format.write(entry, text);
    const auto after = setup::edited(text, format.add(text, written).value());
    CHECK(format.find(after).value() == written);
    return after;
}

std::string without_entry(const setup::ConfigText& format, const std::string& text) {
    const auto after = setup::edited(text, format.take_out(text).value());
    CHECK(format.find(after).value() == std::nullopt);
    return after;
}

TEST_CASE("setup: an entry is added to JSON in the file's own layout") {
    const auto format = setup::json_text("mcpServers");
    const auto added = [&](const std::string& text) { return with_entry(*format, text); };
    const std::string whole =
        "{\n  \"mcpServers\": {\n    \"tfy-pat-mcp\": {\n      \"command\": \"/usr/bin/tfy-pat-mcp\",\n"
        "      \"args\": [\n        \"stdio\"\n      ]\n    }\n  }\n}";
    CHECK(added("") == whole + "\n");
    CHECK(added("{}") == whole);
    CHECK(added("{ \"a\": 1, \"b\": [2] }") ==
          "{ \"a\": 1, \"b\": [2], \"mcpServers\": {\"tfy-pat-mcp\": "
          "{\"command\":\"/usr/bin/tfy-pat-mcp\",\"args\":[\"stdio\"]}} }");
    CHECK(added("{\r\n\t\"a\": 1 // why\r\n}\r\n") ==
          "{\r\n\t\"a\": 1, // why\r\n\t\"mcpServers\": {\r\n\t\t\"tfy-pat-mcp\": {\r\n\t\t\t\"command\": "
          "\"/usr/bin/tfy-pat-mcp\",\r\n\t\t\t\"args\": "
          "[\r\n\t\t\t\t\"stdio\"\r\n\t\t\t]\r\n\t\t}\r\n\t}\r\n}\r\n");
    CHECK(added("{\n  \"mcpServers\": {\n    \"x\": {}, // last\n  },\n}\n") ==
          "{\n  \"mcpServers\": {\n    \"x\": {}, // last\n    \"tfy-pat-mcp\": {\n      \"command\": "
          "\"/usr/bin/tfy-pat-mcp\",\n      \"args\": [\n        \"stdio\"\n      ]\n    },\n  },\n}\n");
}

TEST_CASE("setup: what was added to a section with other entries is taken out without a trace") {
    const auto json = setup::json_text("mcpServers");
    for (const std::string text : {
             "{\n  \"mcpServers\": {\n    \"x\": {\"command\": \"a\"}\n  }\n}\n",
             "{\n  // mine\n  \"mcpServers\": {\n    \"x\": {}, /* 1 */ // 2\n  },\n  \"z\": [1, 2,],\n}",
             "{\"mcpServers\":{\"x\":{}},\"z\":null}",
             "\xef\xbb\xbf{\r\n    \"mcpServers\": {\r\n        \"x\": {}\r\n    }\r\n}\r\n",
         }) {
        CAPTURE(text);
        CHECK(without_entry(*json, with_entry(*json, text)) == text);
    }
    const auto toml = setup::toml_text("mcp_servers");
    for (const std::string text : {"model = \"x\"\n\n[mcp_servers.x]\ncommand = \"a\"\n# end\n", "a = 1\r\n",
                                   "[a]\nb = '''\n[c]\n'''\n"}) {
        CAPTURE(text);
        CHECK(without_entry(*toml, with_entry(*toml, text)) == text);
    }
    const auto yaml = setup::yaml_text("extensions");
    for (const std::string text :
         {"# mine\nextensions:\n    x:\n        enabled: true\n\nMODEL: y\n", "extensions:\n  x: {a: 1}\n"}) {
        CAPTURE(text);
        CHECK(without_entry(*yaml, with_entry(*yaml, text)) == text);
    }
}

TEST_CASE("setup: an item is put into a list once, and taken out without a trace") {
    const nlohmann::ordered_json item = {{"type", "t"}, {"id", "k"}};
    const auto added = [&](const std::string& text) {
        return setup::with_list_item(text, "inputs", item).value();
    };
    CHECK(added("{\"a\": 1}") == "{\"a\": 1, \"inputs\": [{\"type\":\"t\",\"id\":\"k\"}]}");
    CHECK(
        added("{\n\t\"a\": 1\n}") ==
        "{\n\t\"a\": 1,\n\t\"inputs\": [\n\t\t{\n\t\t\t\"type\": \"t\",\n\t\t\t\"id\": \"k\"\n\t\t}\n\t]\n}");
    CHECK(added("{\n  \"inputs\": []\n}") ==
          "{\n  \"inputs\": [\n    {\n      \"type\": \"t\",\n      \"id\": \"k\"\n    }\n  ]\n}");
    const std::string there = "{\"inputs\": [1, {\"id\": 2}, {/* mine */ \"id\": \"k\",}]}";
    CHECK(added(there) == there);
    CHECK(setup::without_list_item(there, "inputs", item).value() == there);
    CHECK_FALSE(setup::with_list_item("{\"inputs\": {}}", "inputs", item).has_value());
    CHECK_FALSE(setup::with_list_item("{\"inputs\": [], \"inputs\": []}", "inputs", item).has_value());
    for (const std::string text : {
             "{\"inputs\":[]}",
             "{\"inputs\": [{\"id\": \"a\"}]}",
             "{\n  \"inputs\": [],\n}\n",
             "{\r\n    \"inputs\": [\r\n        {\"id\": \"a\"}, // a\r\n    ]\r\n}",
             "{\n  \"inputs\": [\n    {\"id\": \"a\"}, \"x\" /* x */\n  ],\n  \"b\": [[1], {}]\n}",
         }) {
        CAPTURE(text);
        const auto after = added(text);
        CHECK(after != text);
        CHECK(added(after) == after);
        CHECK(setup::without_list_item(after, "inputs", item).value() == text);
    }
}

TEST_CASE("setup: an entry that others follow, and that was changed by hand, is taken out alone") {
    const auto json = setup::json_text("servers");
    CHECK(without_entry(*json, "{\"servers\": { // all\n \"tfy-pat-mcp\": {\"a\": [{}]}, \"x\": {}}}") ==
          "{\"servers\": { // all\n \"x\": {}}}");
    CHECK(without_entry(*json, "{\"servers\": {\"x\": {}, // x\n \"tfy-pat-mcp\": 1}}") ==
          "{\"servers\": {\"x\": {} // x\n }}");
    CHECK(without_entry(*json, "{\"servers\": {\n  \"tfy-pat-mcp\": {}\n}}") == "{\"servers\": {}}");
    const auto toml = setup::toml_text("mcp_servers");
    CHECK(without_entry(*toml,
                        "a = 1\n[mcp_servers.tfy-pat-mcp] # ours\ncommand = \"x\"\n\n"
                        "[mcp_servers.tfy-pat-mcp.env]\nA = \"b\"\n\n# of b\n[b]\nc = 1\n") ==
          "a = 1\n\n# of b\n[b]\nc = 1\n");
    const auto yaml = setup::yaml_text("extensions");
    CHECK(without_entry(
              *yaml,
              "extensions:\n  \"tfy-pat-mcp\":\n    cmd: x\n\n    args:\n      - a\n  y:\n    cmd: z\n") ==
          "extensions:\n  y:\n    cmd: z\n");
}

TEST_CASE("setup: an entry is added to YAML below its section") {
    const auto format = setup::yaml_text("extensions");
    const std::string ours = "tfy-pat-mcp:\n    command: \"/usr/bin/tfy-pat-mcp\"\n    args: [\"stdio\"]\n";
    CHECK(with_entry(*format, "") == "extensions:\n  " + ours);
    CHECK(with_entry(*format, "A: 1") == "A: 1\nextensions:\n  " + ours);
    CHECK(with_entry(*format, "extensions: {} # none\nA: 1\n") == "extensions: # none\n  " + ours + "A: 1\n");
}

TEST_CASE("setup: what cannot be changed safely is refused, with the place") {
    const auto refusal = [](const std::unique_ptr<setup::ConfigText>& format, const std::string& text) {
        const auto added = format->add(text, format->write(entry, text));
        return added ? std::string("added") : added.error().message;
    };
    const auto json = setup::json_text("mcpServers");
    CHECK(refusal(json, "{\n\"a\": 1\n\"b\": 2}") == "is not JSON: line 3 cannot be read");
    CHECK(refusal(json, "{\"a\": 'b'}") == "is not JSON: line 1 cannot be read");
    CHECK(refusal(json, "{} x") == "is not JSON: line 1 cannot be read");
    CHECK(refusal(json, "{\"a\": 1 /* ") == "is not JSON: line 1 cannot be read");
    CHECK(refusal(json, std::string(500, '[')) ==
          "does not begin with {: it is not a file of settings in JSON");
    CHECK(refusal(json, "{\"a\":" + std::string(5000, '[')) == "is not JSON: line 1 cannot be read");
    CHECK(refusal(json, "{\"mcpServers\": []}") == "has a \"mcpServers\" that is not an object");
    CHECK(refusal(json, "{\"mcpServers\": {}, \"mcpServers\": {}}") == "has \"mcpServers\" twice");
    const auto toml = setup::toml_text("mcp_servers");
    CHECK(refusal(toml, "a = 1\nb =\n") == "is not TOML: line 2 cannot be read");
    CHECK(refusal(toml, "mcp_servers = {}\n") ==
          "has its \"mcp_servers\" in a form that takes no further table");
    const auto yaml = setup::yaml_text("extensions");
    CHECK(refusal(yaml, "extensions: {a: {b: 1}}\n") ==
          "has its \"extensions\" on one line: write each entry on lines of its own");
    for (const auto* broken : {"GOOSE_MODEL: [x\n", "a: \"x\n", "a: 'it''s\n", "a: {b: [c}]\n", "dev: *x\n",
                               "a: \"b\" c\n", "extensions:\n  dev: \"x\\\"\n", "- [a\n"}) {
        CAPTURE(broken);
        CHECK(refusal(yaml, broken).starts_with("cannot be read as YAML: line "));
    }
    for (const auto* list : {"extensions:\n- a\n- b\n", "extensions:\n  - a\n"}) {
        CAPTURE(list);
        CHECK(refusal(yaml, list) == "has a list as its \"extensions\", and entries with names belong there");
    }
    for (const auto* good :
         {"a: \"it's # no comment\" # one\nb: 'it''s \"x\"'\nc: [1, \"]\", {d: e}]\nf: it's [ fine\n",
          "a: |\n  \"x\n  [y\nb: 1\n", "base: &x 1\ndev: *x\n", "\"a: b\": c\nd: http://x:1/[y\n- e\n",
          "list:\n- a: \"b\"\n- [c, d]\n"}) {
        CAPTURE(good);
        const auto text = good + std::string("extensions:\n  x: 1\n");
        CHECK(without_entry(*yaml, with_entry(*yaml, text)) == text);
    }
    CHECK(refusal(yaml, "{\"extensions\": {}}\n") ==
          "is written in a form of YAML that is not changed here: line 1 is no key at the margin");
}

}  // namespace
}  // namespace tfy::server_tests::config_text_test
