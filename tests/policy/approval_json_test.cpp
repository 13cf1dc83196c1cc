// An approval as it is stored: whole, and strictly read.
#include <doctest/doctest.h>

#include "tests/policy/examples.hpp"

namespace tfy::policy::approval_json_test {
namespace {

using State = Approval::State;
using namespace examples;

constexpr State all_states[] = {State::pending,   State::approved,  State::executing, State::succeeded,
                                State::failed,    State::unknown,   State::denied,    State::expired,
                                State::withdrawn, State::superseded};

}  // namespace

TEST_CASE("a record comes back from storage as it was, in every state") {
    for (const auto state : all_states) {
        CAPTURE(to_string(state));
        CHECK(read_state(to_string(state)) == state);
        auto approval = approved();
        ApprovalForTests::state(approval) = state;
        if (state == State::pending) ApprovalForTests::decision(approval).reset();
        policy::ApprovalForTests::terms(approval).destinations = {Destination::none, Destination::agent};
        policy::ApprovalForTests::terms(approval).because = "a rule";
        policy::ApprovalForTests::terms(approval).reason_required = true;
        approval.outcome = {{"text", "x"}, {"isError", false}};
        const auto json = Json::parse(approval.json().dump());
        const auto back = Approval::restore(json);
        REQUIRE_MESSAGE(back.has_value(), back.error().message);
        CHECK(back->json() == approval.json());
        CHECK(digest(back->call) == approval.digest());
        CHECK(back->call.effect == Effect::changes);
        CHECK(back->decision().has_value() == (state != State::pending));
    }
    CHECK_FALSE(read_state("Pending"));
    CHECK_FALSE(read_state(""));
}

TEST_CASE("a record of a later version is read, a damaged one is not") {
    auto later = approved().json();
    later["quorum"] = 2;
    later["decision"]["signature"] = "x";
    later["facts"]["picture"] = nullptr;
    CHECK(Approval::restore(later).has_value());

    struct Row {
        const char* pointer;
        Json value;
        const char* message;
    };
    const Row rows[] = {
        {"/id", 7, "'id' is not a string"},
        {"/state", "done", "'state' has an unknown value"},
        {"/state", nullptr, "'state' is not a string"},
        {"/updated", 3, "'updated' is not a time as it was written"},
        {"/created", "yesterday", "'created' is not a time as it was written"},
        {"/expires", "2026-11-23T12:15:00Z", "'expires' is not a time as it was written"},
        {"/expires", 12, "'expires' is not a time as it was written"},
        {"/min_assurance", "none", "'min_assurance' has an unknown value"},
        {"/reason_required", "false", "'reason_required' is neither true nor false"},
        {"/destinations", "page", "'destinations' is not an array"},
        {"/destinations", {"page", "moon"}, "'destinations' has an unknown value"},
        {"/destinations", {1}, "'destinations' holds something that is not a string"},
        {"/call", Json::array(), "'call' is not an object"},
        {"/call/arguments", {1, 2}, "'call.arguments' is not an object"},
        {"/call/effect", "none", "'call.effect' has an unknown value"},
        {"/call/caller/principal", nullptr, "'call.caller.principal' is not a string"},
        {"/call/caller/default_assurance", "x", "'call.caller.default_assurance' has an unknown value"},
        {"/facts", nullptr, "'facts' is not an object"},
        {"/facts/shown/1", "x", "'facts.shown[1]' is not an object"},
        {"/facts/shown/0/value", 1, "'facts.shown[0].value' is not a string"},
        {"/facts/warnings", {1}, "'facts.warnings' holds something that is not a string"},
        {"/facts/yields_value", 0, "'facts.yields_value' is neither true nor false"},
        {"/decision", true, "'decision' is not an object"},
        {"/decision/approved", "true", "'decision.approved' is neither true nor false"},
        {"/decision/assurance", 3, "'decision.assurance' is not a string"},
        {"/decision/at", "", "'decision.at' is not a time as it was written"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.pointer);
        auto damaged = approved().json();
        damaged[Json::json_pointer(row.pointer)] = row.value;
        const auto back = Approval::restore(damaged);
        REQUIRE(back.has_error());
        CHECK(back.error().code == Errc::storage);
        CHECK(back.error().message == "A stored approval cannot be read: " + std::string(row.message) +
                                          ". Nothing was done with it.");
    }
}

TEST_CASE("what a key is for comes back with the request, and is left out where there is none") {
    auto made = approved();
    CHECK_FALSE(made.json().at("call").at("caller").contains("label"));
    made.call.caller.label = "cursor";
    CHECK(Approval::restore(made.json())->call.caller.label == "cursor");
}

TEST_CASE("a record of 0.1.0 is read: one yes was enough, and nothing was narrowed") {
    auto early = approved().json();
    for (const auto* later :
         {"asked_digest", "narrowings", "votes", "quorum", "approvers", "self_approval", "updated"})
        early.erase(later);
    early["call"]["caller"].erase("person");
    early["decision"].erase("permission");
    early["facts"].erase("expires");
    const auto back = Approval::restore(early);
    REQUIRE_MESSAGE(back.has_value(), back.error().message);
    CHECK(back->asked_digest == back->digest());
    CHECK(back->terms().quorum == 1);
    REQUIRE(back->votes().size() == 1);
    CHECK(back->votes()[0].by == back->decision()->by);
    CHECK_FALSE(unmet(*back));
}

TEST_CASE("a record that lacks a member, or is none, is not read") {
    const auto whole = approved().json();
    for (const auto& [key, value] : whole.items()) {
        CAPTURE(key);
        auto part = whole;
        part.erase(key);
        // Without it, the record is one of 0.1.0, or of the versions before requests answered after their
        // end.
        const bool marks_age = key == "asked_digest" || key == "denied_for_ms" ||
                               key == "repeat_outcome_ms" || key == "rewordings" || key == "extended";
        CHECK(Approval::restore(part).has_error() != marks_age);
    }
    for (const auto* text : {"null", "[]", "7", "\"approved\"", "{}"})
        CHECK(Approval::restore(Json::parse(text)).has_error());
}

}  // namespace tfy::policy::approval_json_test
