// What is switched off is not advised: instructions, prompts, their rules, skills and templates.
#include "server/features/offered_words.hpp"

#include <doctest/doctest.h>

#include "manifests/embedded.hpp"
#include "server/features/definitions.hpp"
#include "server/features/prompts.hpp"
#include "server/features/skills.hpp"
#include "tools/offer.hpp"

namespace tfy::features_offered_words_test {

using features::fitting;
using features::ToolNames;

namespace {

const ToolNames& every() {
    static const auto names = features::names_of(features::definitions_in("tools"));
    return names;
}

ToolNames of(const tools::Offer& offer) {
    ToolNames offered;
    for (const auto& each : features::definitions_in("tools"))
        if (offer.includes(each)) offered.insert(each.at("name").get<std::string>());
    return offered;
}

bool holds(const std::string& text, std::string_view words) { return text.find(words) != std::string::npos; }

std::vector<std::string> prompts_of(const ToolNames& offered) {
    std::vector<std::string> names;
    const features::Prompts prompts(offered);
    for (const auto& each : prompts.definitions()) names.push_back(each.at("name").get<std::string>());
    return names;
}

}  // namespace

TEST_CASE("words come with the tools that they need, and a line without words goes") {
    const ToolNames offered = {"tfy_access_tokens_list", "tfy_config_status"};
    struct Row {
        const char* text;
        const char* words;
    };
    for (const auto& [text, words] : {
             Row{"a\n\nb\n", "a\n\nb\n"},
             Row{"a{{list: b}}{{delete: c}}\n", "a b\n"},
             Row{"{{list+tfy_config_status:all}}{{list+delete:none}}\n", "all\n"},
             Row{"{{delete|list:one}}{{delete|create:none}}\n", "one\n"},
             Row{"{{!delete:not}}{{!list|delete:none}}\n", "not\n"},
             Row{"{{list:a{{delete: b}}{{tfy_config_status: c}}}}: d\n", "a c: d\n"},
             Row{"a\n\n{{delete:Title:}}\n{{delete:- b}}\n\nc\n", "a\n\nc\n"},
             Row{"{{list:: a}}\n", ": a\n"},
         }) {
        CAPTURE(text);
        CHECK(fitting(text, offered) == words);
    }
    CHECK(features::names_only("tfy_access_tokens_list, tfy_config_status.", offered));
    CHECK_FALSE(features::names_only("tfy_access_tokens_list and tfy_access_tokens_delete", offered));
    CHECK_THROWS(fitting("{{list:a\n", offered));
}

TEST_CASE("the instructions are short") {
    const auto words = fitting(manifests::file("instructions.md"), every());
    CHECK(words.size() > 500);
    CHECK(words.size() < 2048);
    CHECK(
        words.starts_with("This server manages the user's TrueFoundry personal access tokens: it lists, "
                          "creates, rotates and deletes them"));
}

TEST_CASE("whatever is switched off, no words name it") {
    std::vector<ToolNames> offers = {every(), of({.read_only = true})};
    for (const auto& tool : every()) {
        offers.push_back({tool});
        auto others = every();
        others.erase(tool);
        offers.push_back(std::move(others));
    }
    for (const auto& offered : offers)
        for (const auto* file : {"instructions.md", "prompts/rules.md"}) {
            const auto words = fitting(manifests::file(file), offered);
            CAPTURE(words);
            CHECK(features::names_only(words, offered));
            CHECK_FALSE(holds(words, "{{"));
            CHECK_FALSE(holds(words, "}}"));
            CHECK_FALSE(holds(words, "\n\n\n"));
            CHECK(words.size() < 2048);
        }
    const auto reading = fitting(manifests::file("instructions.md"), of({.read_only = true}));
    for (const auto* word : {"it lists, creates", "Before creating", "Before deleting", "Approvals:"})
        CHECK_FALSE(holds(reading, word));
}

TEST_CASE("whatever is switched off, no definition of a tool names it, and none says more with all") {
    for (const auto& tool : every()) {
        auto others = every();
        others.erase(tool);
        for (const auto& offered : {ToolNames{tool}, others})
            for (const auto& each : features::definitions_in("tools")) {
                if (!offered.contains(each.at("name").get<std::string>())) continue;
                auto fitting = tools::fitting_definition(each, offered);
                fitting.at("inputSchema") = nullptr;  // its advice is for messages, which have it fitted
                CAPTURE(fitting.dump());
                CHECK(features::names_only(fitting.dump(), offered));
                CHECK_FALSE(holds(fitting.dump(), "  "));
            }
    }
    for (const auto& each : features::definitions_in("tools"))
        CHECK(tools::fitting_definition(each, every()) == each);
}

TEST_CASE("words that mean a tool which is switched off go with it") {
    const ToolNames offered = {"tfy_access_tokens_get", "tfy_access_tokens_rotate"};
    for (const auto& [text, words] : {
             std::pair{"Find it. Use it to check a token before you delete or rotate it. Never more.",
                       "Find it. Use it to check a token before you rotate it. Never more."},
             std::pair{"Gone for good. List the tokens first to find the ID. This stays.",
                       "Gone for good. This stays."},
             std::pair{"The token's ID, from tfy_access_tokens_list; not its name.",
                       "The token's ID; not its name."},
             std::pair{"Use the reveal_id from the result of tfy_access_tokens_create, for example rev_a.",
                       "Use the reveal_id, for example rev_a."},
         })
        CHECK(tools::fitting_words(text, offered) == words);
    CHECK(tools::fitting_words("Use it to check. Use it to check a token before you delete or rotate it.",
                               {"tfy_access_tokens_get"}) == "Use it to check.");
    CHECK(tools::fitting_definition({{"description", "A. For tfy_access_tokens_list. B."}}, offered) ==
          Json{{"description", "A. B."}});
    CHECK(tools::fitting_definition({{"description", "For tfy_access_tokens_list."}, {"type", "string"}},
                                    offered) == Json{{"type", "string"}});
}

TEST_CASE("prompts and skills come with all tools that they name, or not at all") {
    CHECK(prompts_of(every()).size() == 3);
    CHECK(features::Skills(every()).skills().size() == 1);
    const auto reading = of({.read_only = true});
    CHECK(prompts_of(reading).empty());
    CHECK(features::Skills(reading).skills().empty());
    CHECK(prompts_of(of({.names = {"tfy_access_tokens_list", "tfy_access_tokens_delete"}})) ==
          std::vector<std::string>{"clean_up_access_tokens"});
}

}  // namespace tfy::features_offered_words_test
