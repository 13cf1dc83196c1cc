// Answers as bytes.
#include "server/transport/wire.hpp"

#include <doctest/doctest.h>

namespace tfy::transport::wire::wire_test {

TEST_CASE("an event is one data line for each line of text") {
    CHECK(event("{}") == "event: message\ndata: {}\n\n");
    CHECK(event("a\nb\r\nc\rd") == "event: message\ndata: a\ndata: b\ndata: c\ndata: d\n\n");
    CHECK(event("") == "event: message\ndata: \n\n");
}

TEST_CASE("a chunk says its size in hexadecimal") {
    CHECK(chunk(std::string(26, 'a')) == "1a\r\n" + std::string(26, 'a') + "\r\n");
}

TEST_CASE("a header cannot start another line") {
    CHECK(reply_head({.status = 204, .headers = {{"a", "b\r\nset-cookie: c"}, {"d", "e"}}}, false) ==
          "HTTP/1.1 204 No Content\r\nx-content-type-options: nosniff\r\nd: e\r\n\r\n");
}

TEST_CASE("a reply says how long it is, and nothing where its status has no body") {
    CHECK(reply_head({.status = 202}, false) ==
          "HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\nx-content-type-options: nosniff\r\n\r\n");
    CHECK(reply_head({.status = 204}, true) ==
          "HTTP/1.1 204 No Content\r\nx-content-type-options: nosniff\r\nconnection: close\r\n\r\n");
}

}  // namespace tfy::transport::wire::wire_test
