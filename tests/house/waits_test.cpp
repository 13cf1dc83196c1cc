// A loop over a bare timer does not hear that the server stops: loop::Signal says why each wait ended.
#include <doctest/doctest.h>

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "tests/house/sources.hpp"

namespace {

using namespace tfy::house;

bool opens_loop(const std::string& code) {
    return starts_with(code, "while (") || starts_with(code, "for (") || starts_with(code, "do {");
}

/// Whether the line is in a `for` or `while` of its function. The lines are as clang-format leaves them.
bool is_in_loop(const std::vector<std::string>& lines, std::size_t at) {
    auto indent = lines[at].find_first_not_of(' ');
    if (opens_loop(lines[at].substr(indent))) return true;
    while (at-- > 0 && indent > 0) {
        const auto here = lines[at].find_first_not_of(' ');
        if (here == std::string::npos || here >= indent) continue;
        indent = here;
        if (opens_loop(lines[at].substr(here))) return true;
    }
    return false;
}

std::size_t waits_in_loops(const std::vector<std::string>& lines) {
    std::size_t found = 0;
    for (std::size_t i = 0; i < lines.size(); ++i)
        if (without_comment(lines[i]).find("async_wait(") != std::string::npos && is_in_loop(lines, i))
            ++found;
    return found;
}

}  // namespace

TEST_CASE("a loop of the server waits by loop::Signal, which says why each wait ended") {
    // What is left has an end of its own, or goes on while the server stops. May only get shorter.
    const std::map<std::string, std::size_t> known = {
        {"server/app/serve.cpp", 1},            // a request ends with its caller's credential until the end
        {"server/app/stdio.cpp", 1},            // until all is read, or a given time
        {"server/callers/truefoundry.cpp", 1},  // for another request's question
        {"server/calls/call_tool_run.cpp", 2},  // for a call that always ends; for all, or a given time
        {"server/mcp/stdio_session.cpp", 1},    // for the requests in flight
        {"server/mcp/subscriptions.cpp", 1},    // is told itself that the server stops
        {"server/notify/notifier.cpp", 1},      // for all senders, or a given time
        {"server/people/passphrase_desk.cpp", 1},  // for a turn, or a given time
        {"server/reveals/reveal_socket.cpp", 1},   // while it is open
    };
    std::map<std::string, std::size_t> found;
    for (const auto& source : rooms()) {
        const bool is_of_server = starts_with(source.name, "server/") &&
                                  !starts_with(source.name, "server/transport/") &&
                                  !starts_with(source.name, "server/loop/");
        const auto count = is_of_server ? waits_in_loops(source.lines) : 0;
        if (count > 0) found.emplace(source.name, count);
    }
    std::vector<std::string> list;
    for (const auto& [name, count] : found) list.push_back(name + ": " + std::to_string(count));
    INFO(listed(list));
    CHECK(found == known);
}

TEST_CASE("a wait is seen in a loop, on its line, and not behind it") {
    CHECK(waits_in_loops({"void f() {", "    for (;;) {", "        timer.async_wait(x);", "    }", "}"}) ==
          1);
    CHECK(waits_in_loops({"void f() {", "    while (on) timer.async_wait(x);", "}"}) == 1);
    CHECK(waits_in_loops({"void f() {", "    for (;;) {", "    }", "    timer.async_wait(x);", "}"}) == 0);
    CHECK(waits_in_loops({"void f() {", "    for (;;) {", "        // async_wait(", "    }", "}"}) == 0);
}
