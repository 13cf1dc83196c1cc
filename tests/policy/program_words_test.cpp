// What people read of the program that asks.
#include "policy/program_words.hpp"

#include <doctest/doctest.h>

#include "tests/fakes/redactor.hpp"

namespace tfy::policy_program_words_test {

using policy::Program;

TEST_CASE("the host leads, a name is only what the program calls itself, unless the operator gave it") {
    const auto words = [](const Program& program) {
        return policy::program_words(program, fakes::no_tokens());
    };
    CHECK(words({.host = "claude.ai", .name = "Claude"}) == R"(claude.ai, which calls itself "Claude")");
    CHECK(words({.host = "claude.ai"}) == "claude.ai");
    CHECK(words({.name = "Claude"}) == R"(no host vouches for it; it calls itself "Claude")");
    CHECK(words({.name = "gateway", .listed = true}) == R"("gateway", added by this server's operator)");
    CHECK(words({}).empty());
}

TEST_CASE("attack: a name is written out, on one line, and cut") {
    const auto words = policy::program_words(
        {.host = "evil.example", .name = "a\xE2\x80\xAE\nApproved" + std::string(5000, 'x')},
        fakes::no_tokens());
    CHECK(words.starts_with("evil.example, which calls itself \"a\xE2\x9F\xA8U+202E\xE2\x9F\xA9"));
    CHECK(words.find('\n') == std::string::npos);
    CHECK(words.size() < 300);
}

TEST_CASE("attack: a name cannot end its quotes and go on in our words") {
    for (const std::string mark : {"\"", "”", "＂", "»"}) {
        CAPTURE(mark);
        const auto words = policy::program_words(
            {.name = "Claude" + mark + " of claude.ai, verified by TrueFoundry"}, fakes::no_tokens());
        CHECK(words ==
              "no host vouches for it; it calls itself \"Claude' of claude.ai, verified by TrueFoundry\"");
    }
}

}  // namespace tfy::policy_program_words_test
