// The sandbox over real HTTP: how faults reach the wire, what the log says, and what must not be missed.
#include <doctest/doctest.h>

#include <cerrno>

#include "tests/fakes/served_sandbox.hpp"

namespace tfy::sandbox_test {

using namespace std::chrono_literals;
using tests::RawReply;
using tests::ServedSandbox;

namespace {

const std::string collection = "/api/svc/v1/personal-access-tokens";
const std::string list = "GET " + collection;
const std::string create = "POST " + collection;
const std::string key(sandbox::sandbox_key);

Json fault(const Json& act) { return {{"do", act}}; }

std::string value_of(const RawReply& created) { return created.json().at("token").get<std::string>(); }

std::size_t total(const ServedSandbox& served) {
    return served.ask(list).json().at("pagination").at("total").get<std::size_t>();
}

}  // namespace

TEST_CASE("a script is posted, shown as far as it is left, and cleared") {
    ServedSandbox served;
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
    ServedSandbox served;
    const auto refused = served.post_faults(Json::array({fault({{"status", 500}}), fault({{"status", 20}})}));
    CHECK(refused.status == 400);
    const auto error = refused.json().at("error").get<std::string>();
    CHECK(error.starts_with("faults[1].do.status must be a whole number from 200 to 598"));
    CHECK(served.ask("POST /__sandbox/faults", "{").status == 400);
    CHECK(served.ask(list).status == 200);
}

TEST_CASE("nobody but this machine reads or writes the script") {
    fakes::ManualClock clock;
    sandbox::ControlPlane plane(sandbox::make_memory_shelf(), clock);
    const sealing::Sealer redaction({}, {});
    std::ostringstream log;
    std::ostringstream errors;
    cli::SandboxRoutes routes(plane, redaction, clock, log, errors);
    const std::pair<const char*, int> rows[] = {
        {"127.0.0.1", 200}, {"127.1.2.3", 200},        {"::1", 200}, {"::ffff:127.0.0.1", 200},
        {"192.0.2.1", 403}, {"::ffff:192.0.2.1", 403}, {"", 403},    {"2001:db8::1", 403}};
    for (const auto& [remote, status] : rows) {
        CAPTURE(remote);
        transport::HttpRequest request{
            .method = "GET", .path = std::string(cli::faults_path), .remote = remote};
        CHECK(routes.handle(request, request.path).reply.status == status);
    }
}

TEST_CASE("a delayed answer comes whole and late, and the work is done") {
    ServedSandbox served;
    served.post_faults(fault({{"delay_ms", 120}}));
    const auto start = std::chrono::steady_clock::now();
    const auto reply = served.ask(create, R"({"name":"dev-local"})");
    CHECK(std::chrono::steady_clock::now() - start >= 120ms);
    CHECK(reply.whole);
    CHECK(total(served) == 1);
}

TEST_CASE("a dripped answer comes byte by byte, whole in the end") {
    ServedSandbox served;
    served.post_faults(fault({{"drip_ms", 3}}));
    auto socket = served.connect();
    const auto start = std::chrono::steady_clock::now();
    socket.send(ServedSandbox::request(list, key));
    const RawReply reply(socket.read_to_end());
    CHECK(reply.whole);
    CHECK(reply.json().at("data").empty());
    CHECK(std::chrono::steady_clock::now() - start >= 3ms * reply.body.size());
}

TEST_CASE("half an answer says how long it would have been, and ends") {
    ServedSandbox served;
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
        ServedSandbox served;
        served.post_faults(fault({{"reset", when}}));
        auto socket = served.connect();
        socket.send(ServedSandbox::request(create, key, R"({"name":"dev-local"})"));
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
    ServedSandbox served;
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
    ServedSandbox served;
    served.post_faults(Json::array(
        {fault({{"clock_skew_s", -3600}}), {{"match", {{"count", 9}}}, {"do", {{"shape", "pat"}}}}}));
    served.ask(create, R"({"name":"dev-local"})");
    CHECK(served.ask(list).json().at("data").at(0).at("createdAt") == "2026-11-23T11:00:00.000Z");
}

TEST_CASE("the log has a line a request: whose key, which faults, and never a value") {
    ServedSandbox served({sandbox::read_account("alice").value()});
    const auto alice = sandbox::read_account("alice").value().key;
    const auto jwt = value_of(served.ask(create, R"({"name":"a-jwt"})", alice));
    const auto opaque = value_of(served.ask(create, R"({"name":"opaque","tokenType":"opaque"})", alice));
    const Json act = {{"delay_ms", 1}};
    served.post_faults(fault(act));
    served.ask(list + "?limit=1&offset=0", "", "wrong");
    for (const auto& value : {jwt, opaque}) {
        served.ask(list + "?nameSearchQuery=" + value, "", value);
        served.ask("DELETE " + collection + "/" + value, "", value);
        served.ask("GET " + collection + "/" + value, "", value);
    }
    const auto log = served.log();
    REQUIRE(log.size() == 9);
    const Json first = {{"time", "2026-11-23T12:00:00.000Z"},
                        {"method", "POST"},
                        {"path", collection},
                        {"query", ""},
                        {"status", 200},
                        {"account", "alice"},
                        {"faults", Json::array()},
                        {"request_id", log[0]["request_id"]}};
    CHECK(log[0] == first);
    CHECK(log[2].at("account") == "");
    CHECK(log[2].at("status") == 401);
    CHECK(log[2].at("query") == "limit=1&offset=0");
    CHECK(log[2].at("faults") == Json::array({act}));
    CHECK(log[3].at("account") == "alice");
    const auto written = Json(log).dump() + served.errors();
    for (const auto& value : {jwt, opaque, alice})
        for (std::size_t at = 0; at + 24 <= value.size(); at += 8)
            CHECK(written.find(value.substr(at, 24)) == std::string::npos);
}

TEST_CASE("what must never be sent is answered 599, shouted, counted, and never spoiled by a fault") {
    ServedSandbox served;
    served.ask(create, R"({"name":"dev-local"})");
    served.post_faults({{"match", {{"count", 9}}}, {"do", {{"status", 200}}}});
    CHECK(served.ask("GET " + collection + "/dev-local").status == 599);
    CHECK(served.ask("DELETE " + collection + "/revoke/all/", R"({"email":"a@b.c"})", "wrong").status == 599);
    CHECK(served.ask("DELETE " + collection + "/revoke%2Fall").status == 400);
    CHECK(served.ask("HEAD " + collection + "/dev-local").status == 599);
    CHECK(served.dangers().size() == 4);
    const auto errors = served.errors();
    CHECK(errors.find("A CLIENT SENT WHAT MUST NEVER BE SENT") != std::string::npos);
    CHECK(errors.find("GET " + collection + "/dev-local") != std::string::npos);
    CHECK(errors.find("which would have revoked every token of a user") != std::string::npos);
    const auto log = served.log();
    REQUIRE(log.size() == 5);
    CHECK_FALSE(log[0].contains("danger"));
    CHECK(log[1].at("danger").get<std::string>().starts_with("GET /{name}, which would have created"));
    CHECK(log[2].at("danger").get<std::string>().starts_with("DELETE /revoke/all"));
    CHECK(log[3].at("danger") == log[2].at("danger"));
    CHECK(log[3].at("status") == 400);
    CHECK(log[4].at("danger") == log[1].at("danger"));
    CHECK(served.state().at("pagination").at("total") == 1);
}

TEST_CASE("a sandbox that a dangerous request reached does nothing any more, and says why each time") {
    for (const auto& [line, status] : {std::pair{"GET " + collection + "/dev-local", 599},
                                       {"DELETE " + collection + "/revoke%2Fall", 400}}) {
        CAPTURE(line);
        ServedSandbox served;
        CHECK(served.ask(create, R"({"name":"dev-local"})").status == 200);
        CHECK(served.ask(line).status == status);
        const auto after = served.ask(list);
        CHECK(after.status == 599);
        CHECK(after.json().at("message").get<std::string>().starts_with(
            "Defect of the caller: a client sent "));
        CHECK(after.json().at("message").get<std::string>().ends_with("start it anew."));
        CHECK(served.ask(create, R"({"name":"another"})").status == 599);
        CHECK(served.ask("GET /__sandbox/faults").status == 200);
        CHECK(served.state().at("pagination").at("total") == 1);
        CHECK(served.dangers().size() == 1);
        const auto log = served.log();
        REQUIRE(log.size() == 4);
        CHECK_FALSE(log[2].contains("danger"));
        CHECK(log[2].at("status") == 599);
    }
}

TEST_CASE("a header that asks for another method is believed where the danger is in it") {
    for (const auto* name : {"X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"}) {
        CAPTURE(name);
        ServedSandbox served;
        auto socket = served.connect();
        socket.send(ServedSandbox::request("POST " + collection + "/dev-local", key, "{}",
                                           std::string("Connection: close\r\n") + name + ": GET\r\n"));
        CHECK(RawReply(socket.read_to_end()).status == 599);
        CHECK(served.dangers().size() == 1);
    }
}

TEST_CASE("every answer has a Date, and it is the control plane's") {
    ServedSandbox served;
    const auto date = [&](const std::string& line) { return served.ask(line).header("date"); };
    const std::string noon = "Mon, 23 Nov 2026 12:00:00 GMT";
    CHECK(date(list) == noon);
    CHECK(date("GET /__sandbox/faults") == noon);
    CHECK(date("GET /a%2Fb") == noon);
    served.post_faults(
        Json::array({{{"match", {{"count", 3}}}, {"do", {{"clock_skew_s", 86'400}}}},
                     {{"match", {{"nth", 2}}}, {"do", {{"status", 503}}}},
                     {{"match", {{"nth", 3}}}, {"do", {{"html", 502}, {"after_work", true}}}}}));
    for (int i = 0; i < 3; ++i) CHECK(date(list) == "Tue, 24 Nov 2026 12:00:00 GMT");
    CHECK(date(list) == noon);
    CHECK(date("GET " + collection + "/x") == noon);
}

TEST_CASE("a request without a length has no body, whatever its method") {
    ServedSandbox served;
    CHECK(served.ask("PUT " + collection).status == 404);
    CHECK(served.ask("PATCH " + collection + "/x").status == 404);
    const auto created = served.ask(create);
    CHECK(created.status == 400);
    CHECK(created.json().at("message") == "The body must be a JSON object");
    CHECK(served.log().size() == 3);
}

TEST_CASE("a connection takes one request after another, also when they come at once") {
    ServedSandbox served;
    auto socket = served.connect();
    const auto one = ServedSandbox::request(list, key, "", "");
    socket.send(one + ServedSandbox::request(create, key, R"({"name":"dev-local"})", ""));
    CHECK(RawReply(socket.read_message()).status == 200);
    CHECK(RawReply(socket.read_message()).status == 200);
    socket.send(one);
    CHECK(RawReply(socket.read_message()).json().at("pagination").at("total") == 1);
    socket.send(ServedSandbox::request("HEAD " + collection, key, "", ""));
    CHECK(RawReply(socket.read_until("\r\n\r\n")).status == 404);
    socket.send(one);
    CHECK(RawReply(socket.read_message()).status == 200);
}

TEST_CASE("what cannot be read is refused as elsewhere, and bodies come with a length or in chunks") {
    ServedSandbox served;
    const auto send = [&](const std::string& bytes) {
        auto socket = served.connect();
        socket.send(bytes);
        socket.end_sending();
        return RawReply(socket.read_to_end());
    };
    CHECK(send("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n").status == 403);
    CHECK(send("GET / HTTP/1.1\r\n").status == 408);
    CHECK(send("GET / HTTP/1.1\r\nX: " + std::string(20'000, 'x')).status == 431);
    CHECK(send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000000\r\n\r\n").status == 413);
    CHECK(send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nhalf").status == 0);
    const auto chunked = [&](const std::string& chunks) {
        return send(ServedSandbox::request(create, key, "", "Transfer-Encoding: chunked\r\n") + chunks)
            .status;
    };
    CHECK(chunked("7;x=y\r\n{\"name\"\r\nd\r\n:\"dev-local\"}\r\n0\r\nA-Trailer: 1\r\n\r\n") == 200);
    CHECK(total(served) == 1);
    CHECK(chunked("zz\r\n{}\r\n0\r\n\r\n") == 400);
    CHECK(chunked("2\r\n{}xx0\r\n\r\n") == 400);
    CHECK(chunked("400001\r\n") == 413);
    CHECK(chunked("ffffffffffffffffffff\r\n") == 400);
    CHECK(chunked("7\r\n{\"na") == 0);
}

}  // namespace tfy::sandbox_test
