// The calls, people and times that the tests of this room speak of.
#pragma once

#include <string>

#include "policy/gate.hpp"
#include "tests/fakes/permits.hpp"
#include "tests/fakes/redactor.hpp"

namespace tfy::policy::examples {

using namespace std::chrono_literals;

/// 2026-11-23 12:00 UTC.
inline const Time noon{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + 12h};

inline Call remove_call(const std::string& id = "pat-a") {
    return {"tfy-pat-mcp",
            "https://tfy.example.com",
            "tfy_access_tokens_delete",
            "5e1f00d2c0ffee00",
            Effect::changes,
            {{"id", id}},
            {"stdio:alice", "claude-code 2.1.0", Assurance::client}};
}

inline Call list_call() {
    auto call = remove_call();
    call.tool = "tfy_access_tokens_list";
    call.effect = Effect::reads;
    call.arguments = Json::object();
    return call;
}

inline Facts remove_facts() {
    return {"ci-pipeline",
            "The token is deleted for ever.",
            {{"Created", "2026-01-01"}, {"Last used", "never"}},
            {"What uses it stops working."},
            {{"id", "pat-a"}, {"name", "ci-pipeline"}},
            false};
}

inline Human person(Assurance assurance = Assurance::signed_in) {
    return HumanForTests::make("grace@example.com", assurance);
}

/// Pending since noon, until a quarter past.
inline Approval pending(const Call& call = remove_call(), const Facts& facts = remove_facts()) {
    return Gate(Rules{}).request({call, Rule{}}, facts, "apr_1", "cleaning up", noon);
}

/// What a person who looked at `approval` and typed its name chooses.
inline DecisionInput yes(const Approval& approval) {
    return {"looks right", {}, approval.facts.subject, approval.digest()};
}

inline Approval approved(const Call& call = remove_call()) {
    const auto request = pending(call);
    return *approve(request, person(), yes(request), noon, 15min, fakes::no_tokens());
}

}  // namespace tfy::policy::examples
