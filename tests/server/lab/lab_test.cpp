// The lab over real HTTP: how faults reach the wire, and what the log says of them.
#include <doctest/doctest.h>

#include <cerrno>

#include "tests/fakes/served_sandbox.hpp"

namespace tfy::lab_test {

using namespace std::chrono_literals;
using tests::RawReply;
using tests::ServedLab;

namespace {

const std::string collection = "/api/svc/v1/personal-access-tokens";
const std::string list = "GET " + collection;
const std::string create = "POST " + collection;
const std::string key(sandbox::sandbox_key);

Json fault(const Json& act) { return {{"do", act}}; }

std::size_t total(const ServedLab& served) {
    return served.ask(list).json().at("pagination").at("total").get<std::size_t>();
}

}  // namespace

TEST_CASE("a script is posted, shown as far as it is left, and cleared") {
    ServedLab served;
    CHECK(served.ask("GET /__sandbox/faults").json() == Json::array());
    const Json once = {{"match", {{"method", "GET"}}}, {"do", {{"status", 503}}}};
    const auto posted = served.post_faults(Json::array({once, fault({{"reset", "before_work"}})}));
    CHECK(posted.status == 201);
    CHECK(posted.json() == Json{{"added", 2}});
    auto left = once;
    left["left"] = 1;
    CHECK(served.ask("GET /__sandbox/faults").json().at(0) == left);
    CHECK(served.ask("DELETE /__sandbox/faults").json() == Json{{"cleared", 2}});
    CHECK(served.ask(list).status == 200);
    CHECK(served.ask("PUT /__sandbox/faults", "{}").status == 405);
    CHECK(served.log().size() == 1);
}

TEST_CASE("a script with a mistake is refused whole, with its place") {
    ServedLab served;
    const auto refused = served.post_faults(Json::array({fault({{"status", 500}}), fault({{"status", 20}})}));
    CHECK(refused.status == 400);
    const auto error = refused.json().at("error").get<std::string>();
    CHECK(error.starts_with("faults[1].do.status must be a whole number from 200 to 598"));
    CHECK(served.ask("POST /__sandbox/faults", "{").status == 400);
    CHECK(served.ask(list).status == 200);
}

TEST_CASE("a delayed answer comes whole and late, and the work is done") {
    ServedLab served;
    served.post_faults(fault({{"delay_ms", 120}}));
    const auto start = std::chrono::steady_clock::now();
    const auto reply = served.ask(create, R"({"name":"dev-local"})");
    CHECK(std::chrono::steady_clock::now() - start >= 120ms);
    CHECK(reply.whole);
    CHECK(total(served) == 1);
}

TEST_CASE("a dripped answer comes byte by byte, whole in the end") {
    ServedLab served;
    served.post_faults(fault({{"drip_ms", 3}}));
    auto socket = served.connect();
    const auto start = std::chrono::steady_clock::now();
    socket.send(ServedLab::request(list, key));
    const RawReply reply(socket.read_to_end());
    CHECK(reply.whole);
    CHECK(reply.json().at("data").empty());
    CHECK(std::chrono::steady_clock::now() - start >= 3ms * reply.body.size());
}

TEST_CASE("half an answer says how long it would have been, and ends") {
    ServedLab served;
    served.post_faults(fault({{"half_body", true}}));
    const auto reply = served.ask(create, R"({"name":"dev-local"})");
    CHECK(reply.status == 200);
    CHECK_FALSE(reply.whole);
    CHECK(reply.body.size() == std::stoul(reply.header("content-length")) / 2);
    CHECK(total(served) == 1);
}

TEST_CASE("a reset is a reset and not an end, before the work or after it") {
    for (const auto& [when, tokens] :
         {std::pair<const char*, std::size_t>{"before_work", 0}, {"after_work", 1}}) {
        CAPTURE(when);
        ServedLab served;
        served.post_faults(fault({{"reset", when}}));
        auto socket = served.connect();
        socket.send(ServedLab::request(create, key, R"({"name":"dev-local"})"));
        REQUIRE(tests::RawSocket::is_readable(socket.fd(), tests::patience_ms));
        char byte = 0;
        errno = 0;
        CHECK(::recv(socket.fd(), &byte, 1, 0) == -1);
        CHECK(errno == ECONNRESET);
        CHECK(total(served) == tokens);
        CHECK(served.log().at(0).at("status").is_null());
    }
}

TEST_CASE("another answer stands for the real one, before the work or after it") {
    ServedLab served;
    const Json first = {{"method", "POST"}};
    const Json second = {{"method", "POST"}, {"nth", 2}};
    served.post_faults(Json::array({{{"match", first}, {"do", {{"html", 502}}}},
                                    {{"match", second}, {"do", {{"html", 502}, {"after_work", true}}}}}));
    for (const std::size_t tokens : {0U, 1U}) {
        const auto reply = served.ask(create, R"({"name":"dev-local"})");
        CHECK(reply.status == 502);
        CHECK(reply.header("content-type") == "text/html");
        CHECK(total(served) == tokens);
    }
}

TEST_CASE("the clock can be askew for one request") {
    ServedLab served;
    served.post_faults(Json::array(
        {fault({{"clock_skew_s", -3600}}), {{"match", {{"count", 9}}}, {"do", {{"shape", "pat"}}}}}));
    served.ask(create, R"({"name":"dev-local"})");
    CHECK(served.ask(list).json().at("data").at(0).at("createdAt") == "2026-11-23T11:00:00.000Z");
}

TEST_CASE("the log says which faults struck a request") {
    ServedLab served;
    const Json act = {{"delay_ms", 1}};
    served.post_faults(fault(act));
    served.ask(list + "?limit=1&offset=0", "", "wrong");
    served.ask(list);
    const auto log = served.log();
    REQUIRE(log.size() == 2);
    CHECK(log[0].at("status") == 401);
    CHECK(log[0].at("account") == "");
    CHECK(log[0].at("faults") == Json::array({act}));
    CHECK(log[1].at("faults") == Json::array());
}

TEST_CASE("what must never be sent is never spoiled by a fault, and ends everything but the script") {
    ServedLab served;
    served.post_faults({{"match", {{"count", 9}}}, {"do", {{"status", 200}}}});
    CHECK(served.ask("GET " + collection + "/dev-local").status == 599);
    CHECK(served.ask(list).status == 599);
    CHECK(served.ask("GET /__sandbox/faults").json().at(0).at("left") == 9);
    CHECK(served.dangers().size() == 1);
}

TEST_CASE("an answer's Date is that of the clock that a fault put askew") {
    ServedLab served;
    const auto date = [&](const std::string& line) { return served.ask(line).header("date"); };
    const std::string noon = "Mon, 23 Nov 2026 12:00:00 GMT";
    CHECK(date("GET /__sandbox/faults") == noon);
    served.post_faults(
        Json::array({{{"match", {{"count", 3}}}, {"do", {{"clock_skew_s", 86'400}}}},
                     {{"match", {{"nth", 2}}}, {"do", {{"status", 503}}}},
                     {{"match", {{"nth", 3}}}, {"do", {{"html", 502}, {"after_work", true}}}}}));
    for (int i = 0; i < 3; ++i) CHECK(date(list) == "Tue, 24 Nov 2026 12:00:00 GMT");
    CHECK(date(list) == noon);
}

}  // namespace tfy::lab_test
