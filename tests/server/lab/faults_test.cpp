#include "tests/lab/faults.hpp"

#include <doctest/doctest.h>

namespace tfy::faults_test {

using namespace tfy::lab;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view tokens = "/api/svc/v1/personal-access-tokens";

lab::FaultScript script(const Json& posted) {
    lab::FaultScript made;
    REQUIRE(made.add(lab::read_faults(posted.dump()).value()).has_value());
    return made;
}

const Json any = Json::object();

Json on(const Json& match, const Json& act) { return {{"match", match}, {"do", act}}; }

int status_of(const lab::Plan& plan) {
    const auto* instead = std::get_if<lab::Instead>(&plan.spoiled);
    return instead == nullptr ? 0 : instead->status;
}

}  // namespace

TEST_CASE("a fault strikes the nth fitting request and as many from there as it shall, and then no more") {
    auto faults = script(on({{"method", "GET"}, {"nth", 2}, {"count", 2}}, {{"status", 503}}));
    std::vector<int> seen;
    for (int i = 0; i < 5; ++i) {
        CHECK(status_of(faults.next("POST", tokens, "")) == 0);
        seen.push_back(status_of(faults.next("GET", tokens, "")));
    }
    CHECK(seen == std::vector<int>{0, 503, 503, 0, 0});
    CHECK(faults.left().empty());
}

TEST_CASE("what is left is shown as it was posted, and can be cleared") {
    const auto first = on({{"count", 3}}, {{"reset", "after_work"}});
    auto faults = script(Json::array({first, on({{"method", "PUT"}}, {{"drip_ms", 5}})}));
    faults.next("GET", tokens, "");
    auto expected = first;
    expected["left"] = 2;
    CHECK(faults.left().size() == 2);
    CHECK(faults.left().at(0) == expected);
    CHECK(faults.left().at(1).at("left") == 1);
    CHECK(faults.clear() == 2);
    CHECK(faults.left() == Json::array());
    CHECK(faults.next("GET", tokens, "").works());
}

TEST_CASE(
    "a request is matched by its method, its whole path or the path's beginning, and a part of the query") {
    struct Row {
        Json match;
        bool fits;
    };
    const Row rows[] = {{Json::object(), true},
                        {{{"method", "GET"}}, true},
                        {{{"method", "POST"}}, false},
                        {{{"path", tokens}}, true},
                        {{{"path", "/api/svc/v1/personal-access"}}, false},
                        {{{"path", "/api/svc/v1/personal-access*"}}, true},
                        {{{"path", "*"}}, true},
                        {{{"path", "/other/*"}}, false},
                        {{{"query", "offset=100"}}, true},
                        {{{"query", "offset=200"}}, false}};
    for (const auto& row : rows) {
        CAPTURE(row.match.dump());
        auto faults = script(on(row.match, {{"status", 500}}));
        CHECK((status_of(faults.next("GET", tokens, "limit=100&offset=100")) == 500) == row.fits);
    }
}

TEST_CASE("all that is due at once is applied; of what spoils the answer, the first of the script counts") {
    auto faults = script(Json::array({on(any, {{"delay_ms", 20}}), on(any, {{"clock_skew_s", -60}}),
                                      on(any, {{"shape", "camel"}}), on(any, {{"insert", "new-one"}}),
                                      on(any, {{"delete", "old-one"}}), on(any, {{"half_body", true}}),
                                      on(any, {{"status", 500}}), on(any, {{"delay_ms", 30}})}));
    const auto plan = faults.next("GET", tokens, "");
    CHECK(plan.delay == 50ms);
    CHECK(plan.circumstances.skew == -60s);
    CHECK(plan.circumstances.shape == lab::Shape::camel);
    REQUIRE(plan.circumstances.before.size() == 2);
    CHECK(plan.circumstances.before[0].inserts);
    CHECK(plan.circumstances.before[1].name == "old-one");
    CHECK(std::holds_alternative<lab::HalfBody>(plan.spoiled));
    CHECK(plan.works());
    CHECK(plan.applied.size() == 8);
    CHECK(plan.applied.at(5) == Json{{"half_body", true}});
}

TEST_CASE("whether the work is done before an answer is lost or replaced is said by the fault") {
    struct Row {
        Json act;
        bool works;
    };
    const Row rows[] = {{{{"reset", "before_work"}}, false},
                        {{{"reset", "after_work"}}, true},
                        {{{"status", 500}}, false},
                        {{{"status", 500}, {"after_work", true}}, true},
                        {{{"html", 502}}, false},
                        {{{"html", 502}, {"after_work", true}}, true},
                        {{{"half_body", true}}, true},
                        {{{"drip_ms", 1}}, true},
                        {{{"delay_ms", 1}}, true}};
    for (const auto& row : rows) {
        CAPTURE(row.act.dump());
        CHECK(script(on(any, row.act)).next("POST", tokens, "").works() == row.works);
    }
}

TEST_CASE("a replaced answer has the body, the type and the Retry-After of the script, else an HttpError") {
    const Json posted = {{"status", 429}, {"retry_after", "3"}};
    const auto plain = std::get<lab::Instead>(script(on(any, posted)).next("GET", tokens, "").spoiled);
    CHECK(plain.retry_after == "3");
    CHECK(Json::parse(plain.body).at("statusCode") == 429);
    CHECK(plain.content_type == "application/json");

    const Json odd = {{"status", 400}, {"body", "no json at all"}, {"content_type", "text/plain"}};
    const auto spoiled = std::get<lab::Instead>(script(on(any, odd)).next("GET", tokens, "").spoiled);
    CHECK(spoiled.body == "no json at all");
    CHECK(spoiled.content_type == "text/plain");

    const auto page =
        std::get<lab::Instead>(script(on(any, {{"html", 502}})).next("GET", tokens, "").spoiled);
    CHECK(page.status == 502);
    CHECK(page.content_type == "text/html");
    CHECK(page.body.starts_with("<html>"));
}

TEST_CASE(
    "whatever is wrong in a script is told with its place and what would be right, and nothing is added") {
    const std::pair<std::string, std::string> rows[] = {
        {"", "The body must be JSON"},
        {"{", "The body must be JSON"},
        {"7", "faults[0] must be an object"},
        {R"({"do":{"status":500},"when":1})", "faults[0].when is not known; known are match, do"},
        {R"({"match":[],"do":{"status":500}})", "faults[0].match must be an object"},
        {R"({"match":{"verb":"GET"},"do":{"status":500}})", "faults[0].match.verb is not known"},
        {R"({"match":{"method":7},"do":{"status":500}})", "faults[0].match.method must be a string"},
        {R"({"match":{"method":"get"},"do":{"status":500}})",
         "faults[0].match.method must be one of GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"},
        {R"({"match":{"path":"/a?b"},"do":{"status":500}})", "faults[0].match.path is without the query"},
        {R"({"match":{"path":"/a*/b"},"do":{"status":500}})", "faults[0].match.path is without the query"},
        {R"({"match":{"path":"api"},"do":{"status":500}})", "faults[0].match.path must start with '/'"},
        {R"({"match":{"nth":0},"do":{"status":500}})", "faults[0].match.nth must be a whole number from 1"},
        {R"({"match":{"count":1.5},"do":{"status":500}})", "faults[0].match.count must be a whole number"},
        {R"({"match":{}})", "faults[0].do must be an object with one of delay_ms, status"},
        {R"({"do":{}})", "faults[0].do must be an object with one of"},
        {R"({"do":"reset"})", "faults[0].do must be an object with one of"},
        {R"({"do":{"explode":true}})", "faults[0].do must be an object with one of"},
        {R"({"do":{"status":599}})", "faults[0].do.status must be a whole number from 200 to 598"},
        {R"({"do":{"status":"500"}})", "faults[0].do.status must be a whole number"},
        {R"({"do":{"status":500,"half_body":true}})",
         "faults[0].do has more than one fault (status, half_body); several that strike one request"},
        {R"({"do":{"status":500,"after":true}})", "faults[0].do.after is not known"},
        {R"({"do":{"status":429,"retry_after":"1\r\nX: y"}})", "faults[0].do.retry_after must be printable"},
        {R"({"do":{"status":429,"content_type":"text/html\n"}})",
         "faults[0].do.content_type must be printable"},
        {R"({"do":{"status":429,"content_type":"text/\u00e4"}})",
         "faults[0].do.content_type must be printable"},
        {R"({"do":{"status":500,"after_work":1}})", "faults[0].do.after_work must be true or false"},
        {R"({"do":{"status":500,"body":{}}})", "faults[0].do.body must be a string"},
        {R"({"do":{"reset":true}})", "faults[0].do.reset must be a string"},
        {R"({"do":{"reset":"later"}})", "faults[0].do.reset must be one of before_work, after_work"},
        {R"({"do":{"half_body":false}})", "faults[0].do.half_body must be true"},
        {R"({"do":{"delay_ms":-1}})", "faults[0].do.delay_ms must be a whole number from 0"},
        {R"({"do":{"delay_ms":600001}})", "faults[0].do.delay_ms must be a whole number from 0"},
        {R"({"do":{"drip_ms":0}})", "faults[0].do.drip_ms must be a whole number from 1"},
        {R"({"do":{"clock_skew_s":18446744073709551615}})",
         "faults[0].do.clock_skew_s must be a whole number"},
        {R"({"do":{"insert":""}})", "faults[0].do.insert must be the name of a token"},
        {R"({"do":{"delete":7}})", "faults[0].do.delete must be a string"},
        {R"({"do":{"shape":"round"}})", "faults[0].do.shape must be one of virtual-account, full"},
        {R"([{"do":{"status":500}},{"do":{"shape":7}}])", "faults[1].do.shape must be a string"},
    };
    for (const auto& [posted, message] : rows) {
        CAPTURE(posted);
        const auto read = lab::read_faults(posted);
        CHECK_FALSE(read.has_value());
        if (read) continue;
        CHECK(read.error().code == Errc::refused);
        const auto& said = read.error().message;
        CAPTURE(said);
        CHECK(said.starts_with(message));
        CHECK(said.ends_with("No fault was added."));
    }
    CHECK(lab::read_faults("[]").value().empty());
}

TEST_CASE("a script does not grow without end, and what has struck makes room") {
    lab::FaultScript faults;
    const auto posted = [](int count) {
        Json many = Json::array();
        for (int i = 0; i < count; ++i) many.push_back(on(any, {{"delay_ms", 0}}));
        return lab::read_faults(many.dump()).value();
    };
    CHECK(faults.add(posted(1000)).has_value());
    CHECK(faults.add(posted(1)).error().code == Errc::refused);
    faults.next("GET", tokens, "");
    CHECK(faults.add(posted(1000)).has_value());
}

}  // namespace tfy::faults_test
