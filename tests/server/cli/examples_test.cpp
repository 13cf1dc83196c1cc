// The examples of the reference pages and of --help, as a shell hands them over.
#include <doctest/doctest.h>
#include <wordexp.h>

#include <fstream>
#include <sstream>

#include "server/cli/command_line.hpp"
#include "server/cli/run.hpp"

namespace tfy::cli::examples_test {
namespace {

/// What becomes of the words of one command, without what a shell does itself with "<", ">" and "|".
struct Parsed {
    std::optional<int> over;
    std::string said;
};
Parsed parse_example(const std::string& command) {
    wordexp_t words{};
    REQUIRE(wordexp(command.substr(0, command.find_first_of("<>|")).c_str(), &words, WRDE_NOCMD) == 0);
    CommandLine line;
    add_verbs(line);
    std::ostringstream out;
    const auto over = line.parse({words.we_wordv, words.we_wordc}, out, out);
    wordfree(&words);
    return {over, out.str()};
}

std::vector<std::string> examples_of_reference() {
    std::ifstream page(TFY_SOURCE_DIR "/docs/reference/commands.md");
    std::vector<std::string> found;
    for (std::string line; std::getline(page, line);)
        if (line.starts_with("tfy-pat-mcp ")) found.push_back(line);
    return found;
}

}  // namespace

TEST_CASE("each example can be used as it stands") {
    const auto examples = examples_of_reference();
    CHECK(examples.size() > 80);
    for (const auto& each : examples) {
        CAPTURE(each);
        const auto parsed = parse_example(each);
        CHECK_FALSE(parsed.over);
        CHECK(parsed.said.empty());
    }
}

TEST_CASE("an example that lacks a required option is not usable") {
    const auto parsed = parse_example("tfy-pat-mcp approvals permit --principal stdio:ada --names 'tmp-*'");
    CHECK(parsed.over == 2);
    CHECK(parsed.said.find("--uses is required.") != std::string::npos);
}

}  // namespace tfy::cli::examples_test
