// The table of look-alikes against ICU's own skeletons.
#include "policy/redaction/look_alikes.hpp"

#include <doctest/doctest.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uspoof.h>

#include <array>
#include <map>
#include <memory>
#include <string>

#include "policy/redaction/unicode.hpp"

namespace tfy::look_alikes_test {

namespace {

class Skeletons {
public:
    std::u16string of(char32_t value) const {
        std::array<UChar, 2> text{};
        std::int32_t size = 0;
        U16_APPEND_UNSAFE(text.data(), size, value);
        std::array<UChar, 64> skeleton{};
        UErrorCode status = U_ZERO_ERROR;
        const auto length = uspoof_getSkeleton(checker_.get(), 0, text.data(), size, skeleton.data(),
                                               static_cast<std::int32_t>(skeleton.size()), &status);
        REQUIRE(U_SUCCESS(status));
        return {skeleton.data(), static_cast<std::size_t>(length)};
    }

private:
    static USpoofChecker* opened() {
        UErrorCode status = U_ZERO_ERROR;
        return uspoof_open(&status);
    }
    std::unique_ptr<USpoofChecker, void (*)(USpoofChecker*)> checker_{opened(), uspoof_close};
};

bool normalises_to_ascii(char32_t value) {
    UErrorCode status = U_ZERO_ERROR;
    std::array<UChar, 32> parts{};
    const auto size = unorm2_getDecomposition(unorm2_getNFKCInstance(&status), static_cast<UChar32>(value),
                                              parts.data(), static_cast<std::int32_t>(parts.size()), &status);
    for (std::int32_t i = 0; i < size; ++i)
        if (parts[static_cast<std::size_t>(i)] < 0x80) return true;
    return false;
}

bool is_letter_or_sign(char32_t value) {
    const auto mask = U_GET_GC_MASK(static_cast<UChar32>(value));
    return (mask & (U_GC_C_MASK | U_GC_M_MASK)) == 0;
}

}  // namespace

TEST_CASE("the table of look-alikes is what ICU's skeletons say, no more and no less") {
    const Skeletons skeletons;
    std::map<std::u16string, std::string> ascii;
    for (char c = 0x21; c < 0x7f; ++c) ascii[skeletons.of(static_cast<char32_t>(c))] += c;
    std::string wrong;
    for (char32_t value = 0x80; value < 0x20000; ++value) {
        if (!is_letter_or_sign(value) || normalises_to_ascii(value)) continue;
        const auto found = ascii.find(skeletons.of(value));
        const auto has = redaction::look_alike(value);
        const bool right = found == ascii.end() ? has == '\0' : found->second.find(has) != std::string::npos;
        if (!right) wrong += " " + std::to_string(value);
    }
    CHECK(wrong == "");
}

TEST_CASE("a character is read as what it looks like, or as nothing") {
    using redaction::plain_form;
    CHECK(plain_form(U'\u0430') == "a");
    CHECK(plain_form(U'\u0391') == "A");
    CHECK(plain_form(U'\u0661') == "1");
    CHECK(plain_form(U'\u0416') == "\u0416");
    CHECK(plain_form(U'\u4e2d') == "\u4e2d");
    CHECK(plain_form(U'\u3000') == " ");
    CHECK(plain_form(U'\u1680') == " ");
    CHECK(plain_form(U'\u2028') == "\n");
    CHECK(plain_form(U'\u0903') == "");
    CHECK(plain_form(U'\U0001f600') == "");
    CHECK(plain_form(U'\U0001f1ff') == "Z");
    CHECK(plain_form(U'\U0001f170') == "A");
    CHECK(plain_form(U'\u24b6') == "A");
}

}  // namespace tfy::look_alikes_test
