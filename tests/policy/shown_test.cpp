// Other people's text, made safe to look at.
#include <doctest/doctest.h>

#include "policy/facts.hpp"
#include "policy/visible.hpp"
#include "tests/fakes/redactor.hpp"

namespace tfy::policy::shown_test {

TEST_CASE("what cannot be seen, or passes for something else, is marked") {
    struct Row {
        const char* name;
        std::string_view text;
        const char* shown;
    };
    const Row rows[] = {
        {"right-to-left override", "a\u202egnp.exe", "a⟨U+202E⟩gnp.exe"},
        {"bidi isolate", "\u2066x\u2069", "⟨U+2066⟩x⟨U+2069⟩"},
        {"right-to-left mark", "x\u200f", "x⟨U+200F⟩"},
        {"Arabic letter mark", "x\u061c", "x⟨U+061C⟩"},
        {"zero-width space", "ci\u200bprod", "ci⟨U+200B⟩prod"},
        {"zero-width joiner", "a\u200db", "a⟨U+200D⟩b"},
        {"byte order mark", "\ufeffx", "⟨U+FEFF⟩x"},
        {"word joiner", "a\u2060b", "a⟨U+2060⟩b"},
        {"soft hyphen", "a\u00adb", "a⟨U+00AD⟩b"},
        {"tag characters", "a\U000e0041\U000e007f", "a⟨U+E0041⟩⟨U+E007F⟩"},
        {"variation selectors", "a\ufe0f\U000e0100", "a⟨U+FE0F⟩⟨U+E0100⟩"},
        {"Hangul filler", "a\u3164b", "a⟨U+3164⟩b"},
        {"Braille blank", "a\u2800b", "a⟨U+2800⟩b"},
        {"combining grapheme joiner", "a\u034fb", "a⟨U+034F⟩b"},
        {"line feed", "a\nb", "a⟨U+000A⟩b"},
        {"carriage return and tab", "a\r\tb", "a⟨U+000D⟩⟨U+0009⟩b"},
        {"escape", "\x1b[31mred", "⟨U+001B⟩[31mred"},
        {"null", std::string_view("a\0b", 3), "a⟨U+0000⟩b"},
        {"delete and C1", "\x7f\u009b", "⟨U+007F⟩⟨U+009B⟩"},
        {"line and paragraph separators", "a\u2028b\u2029c", "a⟨U+2028⟩b⟨U+2029⟩c"},
        {"no-break space", "a\u00a0b", "a⟨U+00A0⟩b"},
        {"hair space", "a\u200ab", "a⟨U+200A⟩b"},
        {"private use", "a\ue000", "a⟨U+E000⟩"},
        {"not a character", "a\uffff", "a⟨U+FFFF⟩"},
        {"a stray byte",
         "a\xff"
         "b",
         "a⟨0xFF⟩b"},
        {"a cut sequence", "a\xe2\x82", "a⟨0xE2⟩⟨0x82⟩"},
        {"an overlong slash", "\xc0\xaf", "⟨0xC0⟩⟨0xAF⟩"},
        {"an encoded surrogate", "\xed\xa0\x80", "⟨0xED⟩⟨0xA0⟩⟨0x80⟩"},
        {"a combining mark with nothing to stand on", "\u0338yes", "⟨U+0338⟩yes"},
        {"combining marks piled up", "a\u0300\u0301\u0302\u0303\u0304", "a\u0300\u0301\u0302\u0303⟨U+0304⟩"},
        {"Cyrillic in Latin", "p\u0430yp\u0430l", "p⟨U+0430⟩yp⟨U+0430⟩l"},
        {"Latin after a Cyrillic first letter", "\u0430pple", "⟨U+0430⟩pple"},
        {"Greek in Latin", "g\u03bfogle", "g⟨U+03BF⟩ogle"},
        {"Greek in Cyrillic", "Москв\u03b1", "Москв⟨U+03B1⟩"},
        {"Cherokee in Latin", "\u13aace", "⟨U+13AA⟩ce"},
        {"a mixture split by a zero-width space", "pay\u200b\u0430", "pay⟨U+200B⟩⟨U+0430⟩"},
        {"a space that is marked still ends a word", "pay\u00a0\u0430", "pay⟨U+00A0⟩\u0430"},
        {"a mixture across an underscore", "ci_\u0441", "ci_⟨U+0441⟩"},
        {"a mixture with digits between", "ci2\u0441", "ci2⟨U+0441⟩"},
        {"the second word only", "Москва p\u0430y", "Москва p⟨U+0430⟩y"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        CHECK(shown(fakes::as_sealed(row.text)) == row.shown);
        CHECK(deceptive(row.text));
    }
}

TEST_CASE("plain text is unchanged, in any language") {
    const std::string_view rows[] = {"",
                                     "ci-pipeline",
                                     "Grace's token (3rd), 50% of \"it\" <b>&amp;</b> \\n",
                                     "Größe, naïve, Dvořák, Tiếng Việt",
                                     "e\u0301 te\u0323\u0302",
                                     "Привет, мир",
                                     "web-сервер на Linux",
                                     "Καλημέρα κόσμε",
                                     "שלום עולם",
                                     "مرحبا بالعالم",
                                     "नमस्ते दुनिया",
                                     "สวัสดี",
                                     "東京Tokyoタワーでーす",
                                     "Git用トークン　です",
                                     "한국어API漢字",
                                     "ㄅㄆㄇabc注音",
                                     "🚀 done ✓ → 5 µs"};
    for (const auto text : rows) {
        CAPTURE(text);
        CHECK(shown(fakes::as_sealed(text)) == text);
        CHECK_FALSE(deceptive(text));
    }
}

TEST_CASE("text is cut by characters, and says how much is missing") {
    CHECK(shown(fakes::as_sealed("abcdef"), 6) == "abcdef");
    CHECK(shown(fakes::as_sealed("abcdef"), 4) == "abcd… (2 more)");
    CHECK(shown(fakes::as_sealed("äöü€😀"), 3) == "äöü… (2 more)");
    CHECK(shown(fakes::as_sealed("\n\n\n"), 1) == "⟨U+000A⟩… (2 more)");
    CHECK(shown(fakes::as_sealed("\xff\xff"), 1) == "⟨0xFF⟩… (1 more)");
    CHECK(shown(fakes::as_sealed("abc"), 0) == "… (3 more)");
    CHECK(shown(fakes::as_sealed("p\u0430y"), 2) == "p⟨U+0430⟩… (1 more)");
    CHECK(shown(fakes::as_sealed("\u0430pple"), 1) ==
          "⟨U+0430⟩… (4 more)");  // the cut does not hide the mixture
    CHECK(shown(fakes::as_sealed(std::string(2001, 'x'))).ends_with("x… (1 more)"));
    CHECK_FALSE(deceptive(std::string(5000, 'x')));
}

TEST_CASE("text that was shown is not changed by showing it again") {
    for (const std::string_view text : {"a\u202eb\n", "p\u0430ypal", "\xff"})
        CHECK(shown(fakes::as_sealed(shown(fakes::as_sealed(text)))) == shown(fakes::as_sealed(text)));
}

TEST_CASE("on one line, or whole with its line ends") {
    CHECK(shown_line(fakes::as_sealed("a\nb\r\tc\u202e")) == "a b  c⟨U+202E⟩");
    CHECK(shown_line(fakes::as_sealed("ab\ncd"), 3) == "ab … (2 more)");
    CHECK(shown_lines(fakes::as_sealed("a\u202e\n\nb\r\n")) == "a⟨U+202E⟩\n\nb⟨U+000D⟩\n");
    CHECK(shown_lines(fakes::as_sealed(std::string(3000, 'x'))) == std::string(3000, 'x'));
}

TEST_CASE("facts come back from storage as they were") {
    const Facts facts{"ci",        "It is deleted.", {{"Created", "2026"}, {"Last used", "never"}},
                      {"careful"}, {{"id", 7}},      true};
    const auto back = Facts::read(facts.json());
    CHECK(back.json() == facts.json());
    CHECK(back.yields_value);
    CHECK(back.shown.size() == 2);
    CHECK_FALSE(back.changed({{"id", 7}}));
    CHECK(back.changed({{"id", 8}}));
    CHECK(back.changed(nullptr));
}

TEST_CASE("facts that are damaged are read as empty and never throw") {
    for (const auto* text :
         {"null", "7", "[]", "{}", R"({"subject":7,"shown":{},"warnings":[1],"yields_value":"yes"})",
          R"({"shown":[7,{"label":1}]})"}) {
        CAPTURE(text);
        CHECK(Facts::read(Json::parse(text)).subject.empty());
    }
}

}  // namespace tfy::policy::shown_test
