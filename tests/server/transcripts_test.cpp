#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <vector>

#include "tests/server/transcript.hpp"

namespace tfy::transcripts_test {

namespace {

std::string text_of(const std::filesystem::path& file) {
    std::stringstream text;
    text << std::ifstream(file, std::ios::binary).rdbuf();
    return text.str();
}

}  // namespace

// TFY_UPDATE_TRANSCRIPTS=1 rewrites them; the difference is then reviewed like code.
TEST_CASE("conversations go as they are written down") {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(TFY_SOURCE_DIR "/tests/transcripts"))
        if (entry.path().extension() == ".transcript") files.push_back(entry.path());
    std::ranges::sort(files);
    REQUIRE(files.size() >= 8);
    for (const auto& file : files) {
        CAPTURE(file.filename().string());
        const auto happened = tfy::test::play(file);
        const bool whole = happened.find("@ ended by: ") == std::string::npos;  // else it is not written down
        CHECK_MESSAGE(whole, happened);
        if (whole && std::getenv("TFY_UPDATE_TRANSCRIPTS") != nullptr)
            std::ofstream(file, std::ios::binary) << happened;
        CHECK(happened == text_of(file));
    }
}

}  // namespace tfy::transcripts_test
