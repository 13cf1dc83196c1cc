// The sandbox over real HTTP: what the log says, and what must not be missed.
#include <doctest/doctest.h>

#include "tests/fakes/served_sandbox.hpp"

namespace tfy::sandbox_test {

using tests::RawReply;
using tests::ServedSandbox;

namespace {

const std::string collection = "/api/svc/v1/personal-access-tokens";
const std::string list = "GET " + collection;
const std::string create = "POST " + collection;
const std::string key(sandbox::sandbox_key);

std::string value_of(const RawReply& created) { return created.json().at("token").get<std::string>(); }

}  // namespace

TEST_CASE("the log has a line a request: whose key, and never a value") {
    ServedSandbox served({sandbox::read_account("alice").value()});
    const auto alice = sandbox::read_account("alice").value().key;
    const auto jwt = value_of(served.ask(create, R"({"name":"a-jwt"})", alice));
    const auto opaque = value_of(served.ask(create, R"({"name":"opaque","tokenType":"opaque"})", alice));
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
                        {"request_id", log[0]["request_id"]}};
    CHECK(log[0] == first);
    CHECK(log[2].at("account") == "");
    CHECK(log[2].at("status") == 401);
    CHECK(log[2].at("query") == "limit=1&offset=0");
    CHECK(log[3].at("account") == "alice");
    const auto written = Json(log).dump() + served.errors();
    for (const auto& value : {jwt, opaque, alice})
        for (std::size_t at = 0; at + 24 <= value.size(); at += 8)
            CHECK(written.find(value.substr(at, 24)) == std::string::npos);
}

TEST_CASE("what must never be sent is answered 599, shouted and counted") {
    ServedSandbox served;
    served.ask(create, R"({"name":"dev-local"})");
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
    CHECK(date("GET /a%2Fb") == noon);
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

TEST_CASE("a request that is turned away has a line in the log, also where its body cannot be taken") {
    ServedSandbox served;
    const auto send = [&](const std::string& bytes) {
        auto socket = served.connect();
        socket.send(bytes);
        socket.end_sending();
        return RawReply(socket.read_to_end());
    };
    CHECK(send("GET /a?b HTTP/1.1\r\nHost: evil.example\r\n\r\n").status == 403);
    CHECK(send("GET / HTTP/1.1\r\nX: " + std::string(20'000, 'x')).status == 431);
    CHECK(send(ServedSandbox::request("DELETE " + collection + "/revoke/all", key, "",
                                      "Content-Length: 5000000\r\n"))
              .status == 413);
    const auto log = served.log();
    REQUIRE(log.size() == 3);
    const Json first = {{"time", "2026-11-23T12:00:00.000Z"},
                        {"method", "GET"},
                        {"path", "/a"},
                        {"query", ""},
                        {"status", 403},
                        {"account", ""},
                        {"request_id", nullptr}};
    CHECK(log[0] == first);
    CHECK(log[1].at("method") == "");
    CHECK(log[1].at("status") == 431);
    CHECK(log[2].at("danger").get<std::string>().starts_with("DELETE /revoke/all"));
    CHECK(served.dangers().size() == 1);
}

TEST_CASE("a body comes with a length or in chunks") {
    ServedSandbox served;
    auto socket = served.connect();
    socket.send(
        ServedSandbox::request(create, key, "", "Transfer-Encoding: chunked\r\nConnection: close\r\n") +
        "7;x=y\r\n{\"name\"\r\nd\r\n:\"dev-local\"}\r\n0\r\nA-Trailer: 1\r\n\r\n");
    CHECK(RawReply(socket.read_to_end()).status == 200);
    CHECK(served.state().at("pagination").at("total") == 1);
}

}  // namespace tfy::sandbox_test
