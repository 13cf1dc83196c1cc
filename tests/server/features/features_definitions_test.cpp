// The definitions of prompts and resources are whole: what a host shows of them, and what the code relies on.
#include "server/features/definitions.hpp"

#include <doctest/doctest.h>

#include <regex>
#include <set>

#include "manifests/embedded.hpp"
#include "policy/rule.hpp"
#include "protocol/prompt.hpp"
#include "protocol/resource.hpp"
#include "server/features/offered_words.hpp"

namespace tfy::features_definitions_test {

using features::definitions_in;

namespace {

using Names = std::set<std::string>;

Names keys(const Json& object) {
    Names names;
    for (const auto& [key, value] : object.items()) names.insert(key);
    return names;
}

bool within(const Names& names, const Names& known) { return std::ranges::includes(known, names); }

void check_words(const Json& definition) {
    CHECK_FALSE(definition.at("title").get<std::string>().empty());
    CHECK(definition.at("description").get<std::string>().size() < 400);
    CHECK(definition.at("icons").size() == 1);
    CHECK(
        definition.at("icons").at(0).at("src").get<std::string>().starts_with("data:image/svg+xml;base64,"));
}

Names file_stems(std::string_view folder, std::string_view ending) {
    Names stems;
    for (const auto& file : manifests::files())
        if (file.name.starts_with(folder) && file.name.ends_with(ending))
            stems.emplace(file.name.substr(folder.size(), file.name.size() - folder.size() - ending.size()));
    return stems;
}

Names matches(std::string_view text, const char* pattern) {
    const std::string all(text);
    const std::regex wanted(pattern);
    Names found;
    for (std::sregex_iterator at(all.begin(), all.end(), wanted), end; at != end; ++at)
        found.insert(at->str());
    return found;
}

}  // namespace

TEST_CASE("every prompt is named as its file, has a text beside it, and arguments that are told in full") {
    Names named;
    for (const auto& definition : definitions_in("prompts")) {
        const auto name = definition.at("name").get<std::string>();
        CAPTURE(name);
        named.insert(name);
        CHECK(within(keys(definition), {"arguments", "description", "icons", "name", "title"}));
        check_words(definition);
        for (const auto& argument : definition.at("arguments")) {
            CHECK(within(keys(argument), {"advice", "completes", "description", "example", "maxLength",
                                          "name", "required", "suggests", "title"}));
            CHECK_FALSE(argument.at("description").get<std::string>().empty());
            CHECK(argument.at("maxLength").get<std::size_t>() <= 500);
            CHECK(argument.at("required").is_boolean());
        }
    }
    auto texts = file_stems("prompts/", ".md");
    CHECK(texts.erase("rules") == 1);
    CHECK(named == file_stems("prompts/", ".json"));
    CHECK(named == texts);
}

TEST_CASE(
    "every text takes in what was given and the rules, once each, and names only tools that there are") {
    const auto all = manifests::tool_names();
    const Names tools(all.begin(), all.end());
    for (const auto& file : manifests::files()) {
        if (!file.name.starts_with("prompts/") || !file.name.ends_with(".md")) continue;
        CAPTURE(file.name);
        CHECK(file.text.size() < 4096);
        CHECK(within(matches(file.text, "tfy_[a-z_]+"), tools));
        if (file.name == "prompts/rules.md") {
            CHECK(features::fitting(file.text, features::ToolNames(all.begin(), all.end())).find("{{") ==
                  std::string::npos);
            continue;
        }
        CHECK(matches(file.text, R"(\{\{[^}]*\}\})") == Names{"{{given}}", "{{rules}}"});
        CHECK(file.text.find("{{given}}") == file.text.rfind("{{given}}"));
        CHECK(file.text.find("{{rules}}") == file.text.rfind("{{rules}}"));
    }
}

TEST_CASE(
    "every resource says where it is and what it is made of; a template's one variable can be completed") {
    Names uris;
    for (const auto& definition : definitions_in("resources")) {
        const bool is_template = definition.contains("uriTemplate");
        const auto uri = definition.at(is_template ? "uriTemplate" : "uri").get<std::string>();
        CAPTURE(uri);
        uris.insert(uri);
        check_words(definition);
        CHECK_FALSE(definition.at("name").get<std::string>().empty());
        CHECK(definition.at("mimeType") == "application/json");
        CHECK(within(keys(definition), {"arguments", "description", "icons", "mimeType", "name", "title",
                                        "uri", "uriTemplate"}));
        if (!is_template) continue;
        CHECK(uri.ends_with("/{id}"));
        CHECK(definition.at("arguments").size() == 1);
        CHECK(definition.at("arguments").at(0).at("name") == "id");
    }
    CHECK(uris == Names{"tfy://access-tokens", "tfy://access-tokens/{id}", "tfy://approvals/{id}"});
}

TEST_CASE("an argument is completed from what the server can list, or from what stands beside it") {
    const Names sources = {"approval_ids", "token_ids", "token_names"};
    for (const auto* folder : {"prompts", "resources"})
        for (const auto& definition : definitions_in(folder))
            for (const auto& argument : definition.value("arguments", Json::array())) {
                if (argument.contains("completes"))
                    CHECK(sources.contains(argument.at("completes").get<std::string>()));
                CHECK_FALSE((argument.contains("completes") && argument.contains("suggests")));
                for (const auto& each : argument.value("suggests", Json::array()))
                    CHECK(each.get<std::string>().size() <= argument.at("maxLength").get<std::size_t>());
            }
}

TEST_CASE("what is ours in a definition is not shown to clients") {
    const auto newest = protocol::Version::v2026_07_28;
    for (const auto& definition : definitions_in("prompts")) {
        const auto shown = protocol::write_prompt(definition, newest);
        for (const auto& argument : shown.at("arguments"))
            CHECK(within(keys(argument), {"description", "name", "required", "title"}));
    }
    for (const auto& definition : definitions_in("resources"))
        CHECK_FALSE(protocol::write_resource(definition, newest).contains("arguments"));
}

}  // namespace tfy::features_definitions_test
