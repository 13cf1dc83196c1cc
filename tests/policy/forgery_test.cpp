// What must not compile: leave to run, a person, or sealed text made by anyone but their makers.
#include <doctest/doctest.h>

#include <string>
#include <type_traits>

#include "tests/policy/examples.hpp"

namespace tfy::policy::forgery_test {
namespace {

template <class Person>
concept approves = requires(Approval a, Person p, DecisionInput c, Time t, Duration d, const Seals& s) {
    approve(a, p, c, t, d, s);
};
template <class Person>
concept denies =
    requires(Approval a, Person p, std::string reason, Time t, const Seals& s) { deny(a, p, reason, t, s); };

/// Whether a permit can be made of a call, doubled, or given another call.
template <class Permit>
constexpr bool forgeable =
    std::is_default_constructible_v<Permit> || std::is_constructible_v<Permit, Call> ||
    std::is_convertible_v<Call, Permit> || std::is_aggregate_v<Permit> ||
    std::is_copy_constructible_v<Permit> || std::is_copy_assignable_v<Permit> ||
    !std::is_nothrow_move_constructible_v<Permit> ||
    !std::is_const_v<std::remove_reference_t<decltype(std::declval<Permit&>().call())>>;

/// Whether what a request takes, or what became of it, can be written from outside.
template <class Row>
constexpr bool rewritable =
    std::is_aggregate_v<Row> || requires(Row row) { row.state_ = Approval::State::approved; } ||
    requires(Row row) { row.votes_.clear(); } || requires(Row row) { row.decision_.reset(); } ||
    requires(Row row) { row.terms_.quorum = 1; } || requires(Row row) { row.digest_.clear(); } ||
    requires(Row row) { row.terms().quorum = 1; } || requires(Row row) { row.digest().clear(); } ||
    std::is_member_object_pointer_v<decltype(&Row::terms)> ||
    std::is_member_object_pointer_v<decltype(&Row::digest)> ||
    requires(Row row) { row.state() = Approval::State::approved; } ||
    requires(Row row) { row.votes().clear(); } || requires(Row row) { row.decision().reset(); };

template <class Given>
concept redeems = requires(const Gate& gate, Given given, Call c, Time t) {
    gate.redeem(std::move(given), std::move(c), t);
};

}  // namespace

TEST_CASE("a request's terms, digest, state, votes and decision are written by policy's functions only") {
    static_assert(!rewritable<Approval>);
    Approval fresh;
    CHECK(fresh.state() == Approval::State::pending);
    CHECK((fresh.votes().empty() && !fresh.decision()));
}

TEST_CASE("only what the store has committed as executing is redeemed, and once") {
    static_assert(!std::is_default_constructible_v<Claim> && !std::is_aggregate_v<Claim>);
    static_assert(!std::is_constructible_v<Claim, Approval> && !std::is_convertible_v<Approval, Claim>);
    static_assert(!std::is_copy_constructible_v<Claim> && !std::is_copy_assignable_v<Claim>);
    static_assert(std::is_const_v<std::remove_reference_t<decltype(std::declval<Claim&>().approval())>>);
    static_assert(redeems<Claim> && !redeems<Approval> && !redeems<const Claim&>);
    CHECK(ClaimForTests::make(Approval{}).approval().state() == Approval::State::pending);
}

TEST_CASE("a permit comes from the gate only, and there is one of it") {
    static_assert(!forgeable<ReadPermit> && !forgeable<ApprovedPermit>);
    static_assert(!std::is_constructible_v<ApprovedPermit, Call, ApprovedPermit::Grant>);
    static_assert(!std::is_constructible_v<ApprovedPermit, ReadPermit>);
    static_assert(!std::is_constructible_v<ReadPermit, ApprovedPermit>);
    static_assert(
        std::is_const_v<std::remove_reference_t<decltype(std::declval<ApprovedPermit&>().grant())>>);
    CHECK(PermitForTests::reading(examples::list_call()).call().tool == "tfy_access_tokens_list");
}

TEST_CASE("a person comes from an approval channel only, and nothing else decides") {
    static_assert(!std::is_default_constructible_v<Human>);
    static_assert(!std::is_constructible_v<Human, std::string>);
    static_assert(!std::is_constructible_v<Human, std::string, Assurance>);
    static_assert(!std::is_constructible_v<Human, Caller>);
    static_assert(!std::is_aggregate_v<Human>);
    static_assert(approves<Human> && denies<Human>);
    static_assert(!approves<std::string> && !denies<std::string>);
    static_assert(!approves<const char*> && !denies<const char*>);
    static_assert(!approves<Caller> && !denies<Caller>);
    static_assert(!approves<Assurance> && !denies<Assurance>);
    CHECK(HumanForTests::make("grace", Assurance::terminal).assurance() == Assurance::terminal);
}

TEST_CASE("sealed text comes from the redactor only") {
    static_assert(!std::is_default_constructible_v<redaction::Redacted>);
    static_assert(!std::is_constructible_v<redaction::Redacted, std::string>);
    static_assert(!std::is_constructible_v<redaction::Redacted, const char*>);
    static_assert(!std::is_constructible_v<redaction::Redacted, std::string_view>);
    static_assert(!std::is_convertible_v<std::string, redaction::Redacted>);
    static_assert(!std::is_assignable_v<redaction::Redacted&, std::string>);
    static_assert(!std::is_aggregate_v<redaction::Redacted>);
    static_assert(!std::is_default_constructible_v<redaction::Redactor>);
    static_assert(!std::is_constructible_v<redaction::Redactor, redaction::FingerprintKey,
                                           std::vector<redaction::TokenFingerprints>>);
    static_assert(!std::is_aggregate_v<redaction::Redactor>);
    static_assert(!std::is_default_constructible_v<redaction::FingerprintKey>);
    static_assert(!std::is_constructible_v<redaction::FingerprintKey, redaction::FingerprintKey::Bytes>);
    static_assert(!std::is_aggregate_v<redaction::FingerprintKey>);
    CHECK(redaction::FingerprintKey::random().bytes() != redaction::FingerprintKey::random().bytes());
    static_assert(!std::is_constructible_v<manifests::Bytes, std::string_view>);
    static_assert(!std::is_constructible_v<manifests::Bytes, const unsigned char*, std::size_t>);
    static_assert(!std::is_constructible_v<redaction::Literal, std::string>);
    static_assert(!std::is_constructible_v<redaction::Literal, std::string_view>);
    CHECK(redaction::RedactedForTests::make("text").text() == "text");
}

TEST_CASE("a secret and its one showing cannot be doubled, printed or compared") {
    static_assert(!std::is_copy_constructible_v<Secret> && !std::is_copy_assignable_v<Secret>);
    static_assert(!std::is_copy_constructible_v<redaction::Reveal> &&
                  !std::is_copy_assignable_v<redaction::Reveal>);
    static_assert(!std::is_default_constructible_v<redaction::Reveal>);
    static_assert(!std::is_constructible_v<redaction::Reveal, Secret, std::string>);
    static_assert(!std::is_constructible_v<redaction::Reveal, Secret&&, std::string>);
    static_assert(!std::is_convertible_v<std::string, Secret>);
    static_assert(!std::is_convertible_v<Secret, std::string> &&
                  !std::is_convertible_v<Secret, std::string_view>);
    static_assert(!std::is_constructible_v<Secret, const std::string&>);
    static_assert(!std::equality_comparable<Secret>);
    static_assert(!std::is_constructible_v<Json, Secret>);
    CHECK(std::is_nothrow_move_constructible_v<Secret>);
}

}  // namespace tfy::policy::forgery_test
