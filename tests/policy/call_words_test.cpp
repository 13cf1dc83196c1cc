// What people are told a call is.
#include "policy/call_words.hpp"

#include <doctest/doctest.h>

#include "tests/fakes/redactor.hpp"
#include "tests/policy/examples.hpp"

namespace tfy::policy::call_words_test {
namespace {

Approval asked(std::string tool, std::string subject) {
    Approval made;
    made.call.tool = std::move(tool);
    made.facts.subject = std::move(subject);
    return made;
}

}  // namespace

TEST_CASE("each changing tool has a heading, a verb and a button of its own") {
    struct Row {
        const char* tool;
        const char* headline;
        const char* line;
        const char* button;
        bool danger;
        const char* together;  // rotations and values: one by one, always
    };
    const Row rows[] = {
        {"tfy_access_tokens_create", "Create access token ci", "Create ci", "Approve creation", false,
         "opened"},
        {"tfy_access_tokens_delete", "Delete access token ci", "Delete ci", "Approve deletion", true, "plan"},
        {"tfy_access_tokens_rotate", "Rotate access token ci", "Rotate ci", "Approve rotation", true, ""},
        {"tfy_access_tokens_reveal", "Show the value of access token ci", "Show the value of ci",
         "Approve showing it once", false, ""},
    };
    for (const auto& row : rows) {
        CAPTURE(row.tool);
        CHECK(headline(asked(row.tool, "ci"), fakes::no_tokens()) == row.headline);
        CHECK(line_of(asked(row.tool, "ci"), fakes::no_tokens()) == row.line);
        CHECK(words_for(row.tool, fakes::no_tokens()).button == row.button);
        CHECK(words_for(row.tool, fakes::no_tokens()).danger == row.danger);
        CHECK(words_for(row.tool, fakes::no_tokens()).together == row.together);
    }
}

TEST_CASE("a tool that is not known is told by its name, and what others wrote is safe to look at") {
    CHECK(headline(asked("tfy_future_thing", "ci"), fakes::no_tokens()) == "tfy_future_thing ci");
    CHECK(words_for("tfy_future_thing", fakes::no_tokens()).button == "Approve");
    CHECK(headline(asked("tfy_\u202Efuture", ""), fakes::no_tokens()) == "tfy_\u27E8U+202E\u27E9future");
    CHECK(headline(asked("tfy_access_tokens_delete", ""), fakes::no_tokens()) == "Delete access token");
    CHECK(line_of(asked("tfy_access_tokens_delete", "a\u202Eb"), fakes::no_tokens()) ==
          "Delete a\u27E8U+202E\u27E9b");
    CHECK(headline(asked("tfy_access_tokens_delete", std::string(5000, 'a')), fakes::no_tokens()).size() <
          300);
}

TEST_CASE("what is asked and what is known of it are members, safe to look at, and cut") {
    auto approval = asked("tfy_access_tokens_delete", "ci");
    approval.facts.shown = {{"Created", "2026-01-01"},
                            {std::string(permission_label), "per_1 does not cover this."},
                            {"Last\u202Eused", std::string(5000, 'a')}};
    approval.facts.effect = "Deletes \"ci\u202E\" permanently.";
    const auto told = asked_members(approval, fakes::no_tokens());
    CHECK(told.at("effect") == "Deletes \"ci\u27E8U+202E\u27E9\" permanently.");
    CHECK(told.at("facts").size() == 2);  // what is let through without a person is for people
    CHECK(told.at("action") == "Delete access token ci");
    CHECK(told.at("facts").at(0) == Json{{"label", "Created"}, {"value", "2026-01-01"}});
    CHECK(told.at("facts").at(1).at("label") == "Last\u27E8U+202E\u27E9used");
    CHECK(told.at("facts").at(1).at("value").get<std::string>().size() < 300);
    approval.facts = {};
    CHECK(asked_members(approval, fakes::no_tokens()) ==
          Json{{"action", "Delete access token"}, {"effect", ""}, {"facts", Json::array()}});
}

TEST_CASE("who decided and when are members once someone has, and a standing permission is called one") {
    auto approval = asked("tfy_access_tokens_delete", "ci");
    CHECK(decision_members(approval, fakes::no_tokens()) == Json::object());
    auto& decision = ApprovalForTests::decision(approval);
    decision = Approval::Decision{.approved = true, .by = "grace\n\u202E", .at = examples::noon};
    CHECK(decision_members(approval, fakes::no_tokens()) ==
          Json{{"decided_by", "grace \u27E8U+202E\u27E9"}, {"decided_at", "2026-11-23T12:00:00.000Z"}});
    decision->permission = "perm_1";
    decision->by = "grace";
    CHECK(decision_members(approval, fakes::no_tokens()).at("decided_by") ==
          "a standing permission of grace");
}

}  // namespace tfy::policy::call_words_test
