// What the digest binds, and what it leaves free.
#include "policy/call.hpp"

#include <doctest/doctest.h>

#include <set>

#include "policy/canonical_json.hpp"
#include "tests/policy/examples.hpp"

namespace tfy::policy::call_test {

TEST_CASE("the digest changes with every bound member of a call, and each change is its own digest") {
    const auto call = examples::remove_call();
    struct Row {
        const char* name;
        void (*change)(Call&);
    };
    const Row rows[] = {
        {"server", [](Call& c) { c.server = "other"; }},
        {"base URL", [](Call& c) { c.base_url = "https://evil.example.com"; }},
        {"tool", [](Call& c) { c.tool = "tfy_access_tokens_create"; }},
        {"tool version", [](Call& c) { c.tool_version = "0"; }},
        {"an argument's value", [](Call& c) { c.arguments["id"] = "pat-b"; }},
        {"an argument's type", [](Call& c) { c.arguments["id"] = 1; }},
        {"one argument more", [](Call& c) { c.arguments["reason"] = ""; }},
        {"one argument less", [](Call& c) { c.arguments = Json::object(); }},
        {"principal", [](Call& c) { c.caller.principal = "stdio:mallory"; }},
        {"text moved from one member to the next",
         [](Call& c) {
             c.tool = "";
             c.tool_version = "tfy_access_tokens_delete" + c.tool_version;
         }},
    };
    std::set<std::string> seen{digest(call)};
    for (const auto& row : rows) {
        CAPTURE(row.name);
        auto changed = call;
        row.change(changed);
        CHECK(seen.insert(digest(changed)).second);
    }
}

TEST_CASE("the digest is the same for the same call, through whatever client it comes") {
    const auto call = examples::remove_call();
    auto again = call;
    again.caller.client = "another host 9.9";
    again.caller.default_assurance = Assurance::passkey;
    again.caller.label = "cursor";
    again.caller.trace = {"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "a=b"};
    CHECK(digest(again) == digest(call));

    auto first = call, second = call;
    first.arguments = Json::parse(R"({"a": 1, "b": [1.0, "x"]})");
    second.arguments = Json::parse(R"({"b": [1, "\u0078"], "a": 1e0})");
    CHECK(digest(first) == digest(second));
}

TEST_CASE("who asks is told with whose agent it is, where the principal does not tell it") {
    CHECK(asker_of(caller_with("stdio:alice")) == "stdio:alice");
    CHECK(asker_of(caller_with("http:loopback")) == "http:loopback");
    CHECK(asker_of(caller_with("oauth:ada/claude.ai")) == "oauth:ada/claude.ai");
    Caller by_key{.principal = "key:K7Q29FXM", .person = "ada"};
    CHECK(asker_of(by_key) == "key:K7Q29FXM, ada's agent");
    by_key.label = "cursor";
    CHECK(asker_of(by_key) == "key:K7Q29FXM, ada's agent \"cursor\"");
}

TEST_CASE("the digest is what anybody can compute from the canonical text") {
    CHECK(
        digest(examples::remove_call()) ==
        sha256(
            R"({"arguments":{"id":"pat-a"},"base_url":"https://tfy.example.com","principal":"stdio:alice","server":"tfy-pat-mcp",)"
            R"("tool":"tfy_access_tokens_delete","tool_version":"5e1f00d2c0ffee00"})"));
}

TEST_CASE("a digest for people is its first twelve digits in groups") {
    CHECK(short_digest("sha256:3f9c01ab77e2d1c0ffee") == "3f9c 01ab 77e2");
    CHECK(short_digest("3f9c01ab77e2d1") == "3f9c 01ab 77e2");
    CHECK(short_digest("sha256:3f9c0") == "3f9c 0");
    CHECK(short_digest("sha256:").empty());
    CHECK(short_digest("").empty());
}

TEST_CASE("assurances are ordered, and named") {
    CHECK(Assurance::client < Assurance::terminal);
    CHECK(Assurance::terminal < Assurance::signed_in);
    CHECK(Assurance::signed_in < Assurance::passkey);
    for (const auto each : {Assurance::client, Assurance::terminal, Assurance::signed_in, Assurance::passkey})
        CHECK(read_assurance(to_string(each)) == each);
    CHECK(to_string(Assurance::signed_in) == "signed_in");
    for (const auto text : {"", "Client", "signed-in", "none", "passkeys"}) CHECK_FALSE(read_assurance(text));
}

}  // namespace tfy::policy::call_test
