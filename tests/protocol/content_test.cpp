// Content blocks and resource contents.
#include "protocol/content.hpp"

#include <doctest/doctest.h>

namespace tfy::protocol::content_test {

TEST_CASE("a block says its type and has the members of that type") {
    struct Row {
        const char* name;
        Json block;
        const char* expected;
    };
    const protocol::ResourceContents page{"ui://approval", "text/html", "<p>"};
    const Row rows[] = {
        {"text", protocol::text_content("hi"), R"({"type":"text","text":"hi"})"},
        {"empty text", protocol::text_content(""), R"({"type":"text","text":""})"},
        {"image", protocol::image_content({"AA=="}, "image/png"),
         R"({"type":"image","data":"AA==","mimeType":"image/png"})"},
        {"audio", protocol::audio_content({"AA=="}, "audio/wav"),
         R"({"type":"audio","data":"AA==","mimeType":"audio/wav"})"},
        {"resource", protocol::embedded_resource(page),
         R"({"type":"resource","resource":{"uri":"ui://approval","mimeType":"text/html","text":"<p>"}})"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        CHECK(row.block == Json::parse(row.expected));
    }
}

TEST_CASE("contents are text or a blob, never both, and have a type where one is known") {
    CHECK(protocol::write_contents({"x://a", "", "hi"}) == Json{{"uri", "x://a"}, {"text", "hi"}});
    CHECK(protocol::write_contents({"x://a", "image/png", protocol::Base64{"AA=="}}) ==
          Json{{"uri", "x://a"}, {"mimeType", "image/png"}, {"blob", "AA=="}});
    CHECK(protocol::write_contents({"x://a", "", ""}) == Json{{"uri", "x://a"}, {"text", ""}});
}

}  // namespace tfy::protocol::content_test
