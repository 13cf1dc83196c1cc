#include "tools/status/status.hpp"

#include <doctest/doctest.h>

#include "tests/fakes/redactor.hpp"
#include "tests/tools/examples.hpp"

namespace tfy::status_test {

using namespace tfy::examples;

namespace {

const std::string probe = "GET " + base + "?limit=1&offset=0";

tools::KeyFacts a_key() {
    return {.set = true, .is_jwt = true, .subject = "alice@acme.com", .subject_type = "user"};
}

status::Configuration whole() {
    return {.base_url = "https://acme.example",
            .key = [](const policy::Caller&) { return a_key(); },
            .approvals =
                [](const policy::Caller&) {
                    return tools::ApprovalRequirements{
                        .words = "A signed-in person decides.",
                        .by_tool = Json::array({{{"tool", "t"},
                                                 {"could_be_approved", true},
                                                 {"min_assurance", "signed_in"},
                                                 {"people", 1},
                                                 {"words", "one"}}})};
                },
            .version = "0.1.0",
            .page_url = [] { return std::string("http://127.0.0.1:8780/approvals"); }};
}

struct Status : Upstream {
    ManualClock clock{noon};

    /// `answered` is nullopt if upstream is not to be asked.
    tools::ToolResult of(status::Configuration configuration,
                         std::optional<Result<truefoundry::ApiResponse>> answered) {
        if (answered) exchange.expect(probe, *answered);
        status::ConfigStatus tool(client, clock, std::move(configuration));
        auto result = run_read(tool);
        REQUIRE(result.has_value());
        CHECK_FALSE(result->is_error);
        CHECK_FALSE(holds(result->text + result->structured.dump(), "MARK"));
        return std::move(*result);
    }
    tools::ToolResult of(tools::KeyFacts key, std::optional<Result<truefoundry::ApiResponse>> answered) {
        auto configuration = whole();
        configuration.key = [key](const policy::Caller&) { return key; };
        return of(std::move(configuration), std::move(answered));
    }
};

Error unreachable(const char* cause) { return {Errc::upstream, "Why.", {{"cause", cause}}}; }

}  // namespace

TEST_CASE("the status tells apart what is not set, unreachable, refused, not permitted and working") {
    struct Row {
        const char* connection;
        const char* cause;
        std::optional<Result<truefoundry::ApiResponse>> answered;
        const char* words;
        status::Configuration configuration = whole();
    };
    auto no_url = whole();
    no_url.base_url = {};
    auto nothing = status::Configuration{};
    auto no_key = whole();
    no_key.key = {};
    auto plain_http = whole();
    plain_http.url_problem = "TFY_BASE_URL must be https.";
    plain_http.url_cause = "base_url_not_https";
    auto bad_file = whole();
    bad_file.key = [](const policy::Caller&) {
        return tools::KeyFacts{.problem = "/k cannot be read.", .cause = "key_file_unreadable"};
    };
    const Row rows[] = {
        {"works", nullptr, answer(200, page(Json::array())), "TrueFoundry accepts the key."},
        {"key_refused", "key_refused", answer(401, "MARK"), "Check the key of this server."},
        {"no_permission", "no_permission", answer(403, "MARK"),
         "Cannot manage access tokens. Check your API key permissions."},
        {"unreachable", "name_not_found", unreachable("name_not_found"), "cannot be reached"},
        {"unreachable", "connection_refused", unreachable("connection_refused"), "cannot be reached"},
        {"unreachable", "tls_refused", unreachable("tls_refused"), "cannot be reached"},
        {"unreachable", "no_answer", Error{Errc::upstream, "Some other way."}, "cannot be reached"},
        {"unexpected_answer", "unexpected_answer", answer(404, "<html>MARK"), "Check TFY_BASE_URL"},
        {"unexpected_answer", "unexpected_answer", answer(200, "<html>MARK"), "not a list"},
        {"not_set", "base_url_not_set", {}, "Not set: TFY_BASE_URL. ", no_url},
        {"not_set",
         "base_url_not_set",
         {},
         "Not set: TFY_BASE_URL and TFY_API_KEY (or TFY_API_KEY_FILE). A person runs tfy-pat-mcp login in a "
         "terminal, which takes effect at once; or sets both ",
         nothing},
        {"not_set", "key_not_set", {}, "Not set: TFY_API_KEY (or TFY_API_KEY_FILE). A person runs ", no_key},
        {"misconfigured", "key_file_unreadable", {}, "/k cannot be read", bad_file},
        {"misconfigured", "base_url_not_https", {}, "must be https", plain_http}};
    for (const auto& row : rows) {
        CAPTURE(row.words);
        const auto result = Status().of(row.configuration, row.answered);
        CHECK(result.structured.at("connection") == row.connection);
        CHECK(result.structured.at("cause") == (row.cause == nullptr ? Json(nullptr) : Json(row.cause)));
        CHECK(holds(result.text, row.words));
    }
}

TEST_CASE("setting up is the user's: no key is taken, and they are told where they enter it") {
    Upstream world;
    const auto told_to = [&](status::Configuration configuration) {
        status::ConfigSet tool(world.client, std::move(configuration));
        auto result = run_read(tool);
        REQUIRE(result.has_value());
        return std::move(*result);
    };
    auto none = whole();
    none.key = [](const policy::Caller&) { return tools::KeyFacts{}; };
    const auto first = told_to(none);
    CHECK(first.structured == Json{{"status", "ask_the_user"},
                                   {"command", "tfy-pat-mcp login"},
                                   {"key_set", false},
                                   {"sandbox", false}});
    CHECK(holds(first.text, "Nothing was changed. The user enters"));
    CHECK(holds(first.text, "\n\n  tfy-pat-mcp login\n\n"));
    CHECK_FALSE(holds(first.text, "A key is set already"));
    CHECK_FALSE(first.leads_to.has_value());
    auto set = whole();
    set.key = [](const policy::Caller&) {
        auto key = a_key();
        key.from = "TFY_API_KEY in the environment";
        return key;
    };
    CHECK(told_to(set).structured.at("key_set") == true);
    CHECK(holds(told_to(set).text, "A key is set already (TFY_API_KEY in the environment)"));
    auto each = whole();
    each.key = [](const policy::Caller&) { return tools::KeyFacts{}; };
    each.own_key_page = [] { return std::string("https://tfy.example.com/approvals/key"); };
    const auto page = told_to(each);
    CHECK(page.structured == Json{{"status", "ask_the_user"},
                                  {"page", "https://tfy.example.com/approvals/key"},
                                  {"key_set", false},
                                  {"sandbox", false}});
    CHECK(page.text.starts_with(
        "Nothing was changed. Ask the user to sign in to the approvals page and enter their own TrueFoundry "
        "API key there:\n\n"));
    CHECK_FALSE(holds(page.text, "A key is set already"));
    each.key = set.key;
    CHECK(holds(told_to(each).text, " A key is set already; one that is entered there takes its place."));
    CHECK(holds(page.text, "\n\n  https://tfy.example.com/approvals/key\n\n"));
    CHECK_FALSE(holds(page.text, "terminal"));
    REQUIRE(page.leads_to.has_value());
    CHECK(page.leads_to->url == "https://tfy.example.com/approvals/key");
    auto sandbox = whole();
    sandbox.sandbox = true;
    CHECK(told_to(sandbox).structured.at("status") == "not_needed");
    CHECK_FALSE(told_to(sandbox).structured.contains("command"));
}

TEST_CASE("that no one is enrolled is a warning, with the command that changes it") {
    auto configuration = whole();
    configuration.first_person = []() -> Async<std::string> { co_return "tfy-pat-mcp people first"; };
    const auto result = Status().of(configuration, answer(200, page(Json::array())));
    CHECK(result.structured.at("connection") == "works");
    REQUIRE(result.structured.at("warnings").size() == 1);
    const auto warning = result.structured.at("warnings").front().get<std::string>();
    CHECK(holds(warning, "No one is enrolled, so no one can decide"));
    CHECK(warning.ends_with(": tfy-pat-mcp people first"));
    CHECK(holds(result.text, "Warning: " + warning));
    auto enrolled = configuration;
    enrolled.first_person = []() -> Async<std::string> { co_return std::string{}; };
    CHECK(Status().of(enrolled, answer(200, page(Json::array()))).structured.at("warnings").empty());
    configuration.approvals = [](const policy::Caller&) {
        return tools::ApprovalRequirements{.words = "none needed; the tools here change nothing"};
    };
    const auto nothing_waits = Status().of(configuration, answer(200, page(Json::array())));
    CHECK(nothing_waits.structured.at("warnings").empty());
    CHECK(holds(nothing_waits.text, "Approvals: none needed; the tools here change nothing\n"));
}

TEST_CASE("what stops the caller is the first warning, and the next step is to tell the user") {
    auto configuration = whole();
    configuration.stopped = [](policy::Caller) -> Async<std::string> { co_return "ada froze this caller."; };
    configuration.first_person = []() -> Async<std::string> { co_return "tfy-pat-mcp people first"; };
    const auto result = Status().of(configuration, answer(200, page(Json::array())));
    CHECK(result.structured.at("warnings").front() == "ada froze this caller.");
    CHECK(holds(result.text, "Warning: ada froze this caller.\n"));
    CHECK(
        holds(result.structured.at("next").get<std::string>(), "Tell the user what the first warning says."));
    CHECK(holds(Status().of(configuration, answer(401)).structured.at("next").get<std::string>(),
                "Do what the message says"));
}

TEST_CASE("a key that says that it has ended is expired where it is refused, and odd where it works") {
    auto ended = a_key();
    ended.expires = noon;
    const auto refused = Status().of(ended, answer(401));
    CHECK(refused.structured.at("connection") == "key_refused");
    CHECK(refused.structured.at("cause") == "key_expired");
    CHECK(holds(refused.text, "The key expired at 2026-11-23 12:00 UTC"));
    CHECK(Status().of(ended, answer(403)).structured.at("cause") == "no_permission");

    const auto works = Status().of(ended, answer(200, page(Json::array())));
    CHECK(works.structured.at("connection") == "works");
    CHECK(holds(works.text, "Warning: The key says that it expired"));

    auto ends = a_key();
    ends.expires = noon + std::chrono::days{7};
    const auto soon = Status().of(ends, answer(200, page(Json::array())));
    CHECK(holds(soon.text, "Warning: The key expires in 7 days"));
    CHECK(soon.structured.at("key_expires_at") == "2026-11-30T12:00:00.000Z");
    ends.expires = *ends.expires + 1ms;
    CHECK(Status().of(ends, answer(200, page(Json::array()))).structured.at("warnings").empty());
}

TEST_CASE("a virtual account's key is named as one where the key says so, refused or not") {
    for (const auto* type : {"virtualaccount", "serviceaccount", "virtual-account"}) {
        CAPTURE(type);
        auto machine = a_key();
        machine.subject_type = type;
        const auto refused = Status().of(machine, answer(403));
        CHECK(refused.structured.at("connection") == "no_permission");
        CHECK(refused.structured.at("cause") == "virtual_account_key");
        CHECK(refused.structured.at("key_kind") == "virtual_account");
        CHECK(holds(refused.text, "only users have personal access tokens"));
        const auto works = Status().of(machine, answer(200, page(Json::array())));
        CHECK(works.structured.at("cause").is_null());
        CHECK(works.structured.at("warnings").size() == 1);
    }
    const auto opaque = Status().of(tools::KeyFacts{.set = true}, answer(403));
    CHECK(opaque.structured.at("cause") == "no_permission");
    CHECK(opaque.structured.at("key_kind") == "unknown");
}

TEST_CASE(
    "the status says what is known without asking: the address, whom the key names, what approvals prove") {
    Upstream upstream;
    upstream.exchange.expect(probe, answer(200, page(Json::array())));
    auto configuration = whole();
    configuration.sandbox = true;
    const ManualClock clock{noon};
    status::ConfigStatus tool(upstream.client, clock, configuration);
    const auto result = run_read(tool).value();
    CHECK(result.text ==
          "Sandbox mode: test tokens only; TrueFoundry is not contacted.\n\nControl plane: "
          "https://acme.example\n"
          "API key: set\n"
          "Acts as: alice@acme.com\nApprovals: A signed-in person decides.\n"
          "Approvals page: http://127.0.0.1:8780/approvals\nVersion: 0.1.0\n");
    CHECK(result.structured.at("key_set") == true);
    CHECK(result.structured.at("acts_as") == "alice@acme.com");
}

TEST_CASE("the sandbox is called that, not by its address") {
    Upstream upstream;
    upstream.exchange.expect(probe, answer(200, page(Json::array())));
    auto configuration = whole();
    configuration.base_url = tools::BaseUrl("sandbox:");
    const ManualClock clock{noon};
    status::ConfigStatus tool(upstream.client, clock, configuration);
    const auto result = run_read(tool).value();
    CHECK(result.text.find("\nControl plane: the sandbox\n") != std::string::npos);
    CHECK(result.structured.at("base_url") == "sandbox:");
}

}  // namespace tfy::status_test
