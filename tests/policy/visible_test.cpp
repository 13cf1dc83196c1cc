// Whole texts and JSON on their way to a terminal.
#include "policy/visible.hpp"

#include <doctest/doctest.h>

#include "protocol/parse.hpp"
#include "tests/fakes/redactor.hpp"

namespace tfy::policy::visible_test {

TEST_CASE("what a terminal would act on, or nobody can see, is marked; lines and all else stay") {
    CHECK(visible(fakes::as_sealed("one\ntwo: Gr\u00fc\u00dfe \u4f1a \u2026\n")) ==
          "one\ntwo: Gr\u00fc\u00dfe \u4f1a \u2026\n");
    CHECK(visible(fakes::as_sealed("a\x1b[2Jb\rc\td")) == "a⟨U+001B⟩[2Jb⟨U+000D⟩c⟨U+0009⟩d");
    CHECK(visible(fakes::as_sealed("x\u202ey\u200bz\u009b\x7f")) == "x⟨U+202E⟩y⟨U+200B⟩z⟨U+009B⟩⟨U+007F⟩");
    CHECK(visible(fakes::as_sealed("broken \xff\xfe")) == "broken ⟨0xFF⟩⟨0xFE⟩");
    CHECK(visible(fakes::as_sealed("p\u0430l")) == "p\u0430l");  // that is shown()'s to mark
    CHECK(visible_line(fakes::as_sealed("one\ntwo")) == "one⟨U+000A⟩two");
    CHECK(visible(fakes::as_sealed(visible(fakes::as_sealed("\x1b\u202e")))) ==
          visible(fakes::as_sealed("\x1b\u202e")));
}

TEST_CASE("JSON stays the same value: what is invisible in it is escaped") {
    const Json value = {{"a\u200b", "\u202e \x1b \x7f \u009b \u2028 \U000e0041 \"\\ \n \u00fc"}, {"n", 1.5}};
    const auto text = visible_json(fakes::as_sealed(value.dump()));
    CHECK(text == R"({"a\u200b":"\u202e \u001b \u007f \u009b \u2028 \udb40\udc41 \"\\ \n )"
                  "\u00fc\",\"n\":1.5}");
    CHECK(protocol::parse(text).value() == value);
    CHECK(visible_json(fakes::as_sealed(value.dump(2))).find("\n  ") !=
          std::string::npos);  // its own white space
    CHECK(visible_json(fakes::as_sealed(text)) == text);
}

}  // namespace tfy::policy::visible_test
