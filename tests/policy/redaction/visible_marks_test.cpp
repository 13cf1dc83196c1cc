// A value that was made visible before it was sealed is found all the same.
#include <doctest/doctest.h>

#include "policy/facts.hpp"
#include "policy/visible.hpp"
#include "tests/fakes/redactor.hpp"
#include "tests/policy/leak_tokens.hpp"

namespace tfy::leaks {

namespace {

/// `between` behind each character, or behind every `step`th one.
std::string spread(std::string_view value, std::string_view between, std::size_t step = 1) {
    std::string text;
    for (std::size_t i = 0; i < value.size(); ++i) {
        text += value[i];
        if ((i + 1) % step == 0) text += between;
    }
    return text;
}

}  // namespace

TEST_CASE("a value with invisible characters inside is found after these were made visible") {
    const auto value = opaque_token(3, 48);
    const auto redactor = redactor_for({{"ci", value}});
    const std::string mark = "[redacted:access-token ci]";
    for (const auto* between : {"\u200b", "\u202e", "\u2060", "\u00ad", "\U000e0001"})
        for (const std::size_t step : {1, 5, 24}) {
            CAPTURE(step);
            const auto text = "client " + spread(value, between, step) + " 1.0";
            for (const auto& seen :
                 {policy::shown(fakes::as_sealed(text)), policy::visible(fakes::as_sealed(text)),
                  policy::visible_line(fakes::as_sealed(text))}) {
                CAPTURE(seen);
                REQUIRE(seen.find("⟨U+") != std::string::npos);
                const auto sealed = std::string(redactor.seal_text(seen).text());
                CHECK(sealed.starts_with("client " + mark));
                CHECK(sealed.ends_with(" 1.0"));
                CHECK(redactor.seal(Json{{"client", seen}}).text().find(mark) != std::string_view::npos);
                const auto found = redactor.find(seen);
                REQUIRE(found);
                CHECK(found->size() == 1);
            }
        }
}

TEST_CASE("what is cut off behind a piece leaves a piece that is found") {
    const auto value = opaque_token(3, 48);
    const auto redactor = redactor_for({{"ci", value}});
    const auto cut =
        policy::shown(fakes::as_sealed(spread(value, "\u200b")), 60);  // 30 characters of the value
    CHECK(cut.find(value.substr(0, 1) + "⟨U+200B⟩") == 0);
    CHECK(redactor.seal_text(cut).text().starts_with("[redacted:access-token ci]"));
}

TEST_CASE("a short value is taken out before a cut goes through it") {
    const std::string value = "Qm7xKp2vWz9r";  // found whole only
    const auto redactor = redactor_for({{"ci", value}});
    const auto text = std::string(90, 'x') + " " + spread(value, "\u200b", 4) + " and more";
    const auto cut = policy::shown(fakes::as_sealed(text), 100);
    CHECK(redactor.seal_text(cut).text().find("Qm7x") != std::string_view::npos);  // too late
    for (const auto& shown :
         {policy::shown(redactor, text, 100), policy::shown_line(redactor.seal_text(text), 100),
          policy::shown_lines(redactor.seal_text(text))}) {
        CAPTURE(shown);
        CHECK(shown.find("Qm7x") == std::string::npos);
        CHECK(shown.find("x [redacte") != std::string::npos);
    }
}

TEST_CASE("marks of other text, and what only looks like one, stay as they are") {
    const auto redactor = redactor_for({{"ci", opaque_token(3, 48)}});
    for (const auto* text :
         {"a⟨U+200B⟩b", "⟨U+⟩", "⟨U+200B", "⟨0xFF⟩", "⟨x⟩ ⟨U+110000⟩ ⟨U+0041⟩", "⟨", "⟨U+FFFFFF⟩"})
        CHECK(redactor.seal_text(text).text() == text);
}

}  // namespace tfy::leaks
