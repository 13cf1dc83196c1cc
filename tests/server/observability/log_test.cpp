// Lines that are said again read as if each were sealed anew.
#include "server/observability/log.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <array>
#include <cstdio>

#include "tests/fakes/permits.hpp"
#include "tests/policy/leak_tokens.hpp"

namespace tfy::log_test {

using namespace tfy::leaks;
using observability::Log;

namespace {

const auto value = opaque_token(9, 48);

/// What is written to stderr while `write` runs, without times.
template <class Write>
std::string written_by(const Write& write) {
    std::FILE* file = std::tmpfile();
    REQUIRE(file != nullptr);
    const int before = ::dup(STDERR_FILENO);
    std::fflush(stderr);
    ::dup2(::fileno(file), STDERR_FILENO);
    write();
    std::fflush(stderr);
    ::dup2(before, STDERR_FILENO);
    ::close(before);
    std::rewind(file);
    std::string all;
    for (int c = std::fgetc(file); c != EOF; c = std::fgetc(file)) all += static_cast<char>(c);
    std::fclose(file);
    std::string lines;
    for (std::size_t at = 0; at < all.size(); at = all.find('\n', at) + 1)
        lines += all.substr(at + 25, all.find('\n', at) - at - 24);
    return lines;
}

struct Lines {
    sealing::Sealer redaction{redaction::FingerprintKeyForTests::make(), {}};
    Log log{redaction, Log::Level::info};

    std::string plain(const std::string& client) {
        return written_by([&] { log.info("called", {{"client", client}, {"tool", "a"}}); });
    }
    std::string again(const std::string& client, std::string_view tool = "a") {
        const std::array<Log::Text, 2> fields{{{"client", client}, {"tool", tool}}};
        return written_by([&] { log.info_again("called", fields); });
    }
};

}  // namespace

TEST_CASE("a line that is written again is the line that any other way of writing it gives") {
    Lines lines;
    CHECK(lines.again("claude 1") == "info called client=\"claude 1\" tool=\"a\"\n");
    for (const auto* client : {"claude 1", "claude 2", "claude 1", "", "two\nlines \u202e", "a\" tool=\"b"}) {
        CAPTURE(client);
        CHECK(lines.again(client) == lines.plain(client));
        CHECK(lines.again(client) == lines.plain(client));
    }
    CHECK(lines.again(std::string(700, 'x')) == lines.plain(std::string(700, 'x')));
    CHECK(lines.again("claude 1", "b") != lines.again("claude 1"));
}

TEST_CASE("a token that is registered is taken out of the very next line") {
    Lines lines;
    for (int i = 0; i < 2; ++i) CHECK(lines.again(value).find(value) != std::string::npos);
    lines.redaction.add(redaction::fingerprint(value, "ci", redaction::FingerprintKeyForTests::make()));
    for (int i = 0; i < 2; ++i) {
        CHECK(lines.again(value) == lines.plain(value));
        CHECK(lines.again(value).find(value) == std::string::npos);
    }
}

TEST_CASE("a line below the level is not written") {
    Lines lines;
    Log quiet(lines.redaction, Log::Level::warn);
    CHECK(written_by([&] { quiet.info_again("called", {}); }).empty());
}

TEST_CASE("attack: what a field holds cannot end it and go on as another one") {
    Lines lines;
    const std::string forged = R"(raw" principal="stdio:root\)";
    const auto whole = "info called client=\"raw\\\" principal=\\\"stdio:root\\\\\" tool=\"a\"\n";
    CHECK(lines.plain(forged) == whole);
    CHECK(lines.again(forged) == whole);
}

}  // namespace tfy::log_test
