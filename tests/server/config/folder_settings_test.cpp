// What a folder's .env may set: its own key and address, and nothing that reaches for a file.
#include <doctest/doctest.h>

#include "server/config/folder_settings.hpp"

namespace tfy::folder_settings_test {

using Pairs = std::vector<std::pair<std::string, std::string>>;

TEST_CASE("an address counts only with its own key, no file is named, and each refusal has its sentence") {
    struct Row {
        const char* text;
        config::EnvironmentHas has;
        Pairs pairs;
        std::size_t refused;
    };
    const Pairs both = {{"TFY_HOST", "h"}, {"TFY_API_KEY", "k"}}, key = {{"TFY_API_KEY", "k"}};
    for (const auto& [text, has, pairs, refused] :
         std::vector<Row>{{"TFY_HOST=h\nTFY_API_KEY=k", {}, both, 0},
                          {"TFY_HOST=h\nTFY_API_KEY=k", {.address = true}, key, 0},
                          {"TFY_HOST=h\nTFY_API_KEY=k", {.key = true}, {}, 1},
                          {"TFY_HOST=h\nTFY_API_KEY=k", {.address = true, .key = true}, {}, 0},
                          {"TFY_HOST=h", {}, {}, 1},
                          {"TFY_API_HOST=h\nTFY_API_KEY=' '", {}, {{"TFY_API_KEY", " "}}, 1},
                          {"TFY_BASE_URL=h\nTFY_API_KEY=k\nTFY_API_KEY=", {}, {{"TFY_API_KEY", ""}}, 1},
                          {"TFY_BASE_URL=h\nTFY_API_KEY_FILE=f", {}, {}, 2},
                          {"TFY_HOST=h\nTFY_API_KEY=k\nexport TFY_API_KEY_FILE='f'", {}, both, 1},
                          {"TFY_PAT_MCP_POLICY=p\nTFY_API_KEY=k", {}, key, 1},
                          {"TFY_API_KEY_FILE=f", {.address = true, .key = true}, {}, 1},
                          {"OTHER=1", {}, {{"OTHER", "1"}}, 0}}) {
        CAPTURE(text);
        const auto read = config::read_folder_settings(text, has);
        CHECK(read.pairs == pairs);
        CHECK(read.refused.size() == refused);
    }
}

TEST_CASE("a refused name is repeated only if it is a variable's name") {
    const auto read = config::read_folder_settings("TFY_PAT_MCP_HOLD=1s\nTFY_PAT_MCP_<b>=2", {});
    REQUIRE(read.refused.size() == 2);
    CHECK(read.refused[0].starts_with("TFY_PAT_MCP_HOLD in .env is not read"));
    CHECK(read.refused[1].find("<b>") == std::string::npos);
}

}  // namespace tfy::folder_settings_test
