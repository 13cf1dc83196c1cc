// Views: each decoder on its own, and the way back to the source.
#include "policy/redaction/views.hpp"

#include <doctest/doctest.h>

#include <random>

#include "policy/redaction/decoded_text.hpp"
#include "tests/policy/leak_large_digits.hpp"
#include "tests/policy/leak_tokens.hpp"

namespace tfy::views_test {

using namespace tfy::policy;
using namespace tfy::leaks;

namespace {

constexpr std::size_t shortest = 16;

std::string view_of(redaction::Decoding decoding, std::string_view text, std::size_t phase = 0) {
    return redaction::decode({decoding, phase}, text, shortest, redaction::View::Origins::dropped).text();
}

}  // namespace

TEST_CASE("each decoder reads its own code and leaves the rest as it is") {
    struct Row {
        redaction::Decoding decoding;
        std::string text;
        std::string view;
    };
    const Row rows[] = {
        {redaction::Decoding::escapes, "100% of a\\u0062c %41%zz&amp;&#66;&unknown; \\",
         "100% of abc A%zz&B&unknown; \\"},
        {redaction::Decoding::escapes, "\\x41\\101\\u{42}\\U00000043\\/\\\"\\n", "AABC/\"\n"},
        {redaction::Decoding::escapes, "%u0041 \\ud835\\udc00 \\ud835 \\udc00x", "A A  x"},
        {redaction::Decoding::escapes, "&lowbar;&hyphen;&#x2e;&#0000065&ZeroWidthSpace;", "_-.A"},
        {redaction::Decoding::escapes, "a\\", "a\\"},
        {redaction::Decoding::escapes, "%", "%"},
        {redaction::Decoding::escapes, "&#;&#x;&#99999999999;&", "&#;&#x;&#99999999999;&"},
        {redaction::Decoding::plain_forms,
         "t\u200bf\u00ady \uff21\U0001d400\u24b6\u0301 \x1b[31mred\x1b[0m\x01", "tfy AAA red"},
        {redaction::Decoding::plain_forms, "Привет \u4e2d", "Пpивeт \u4e2d"},
        {redaction::Decoding::plain_forms, "\xff\xc3", "\xff\xc3"},
        {redaction::Decoding::quoted_printable, "a=3D=\nb=zz=41=", "a=b=zzA="},
        {redaction::Decoding::quoted_printable, "a=b c==", ""},
        {redaction::Decoding::tags, "x\U000e0041\U000e0042y", "AB"},
        {redaction::Decoding::chunks, "say abcd efgh ijkl mnop qr now", "abcdefghijklmnopqr"},
        {redaction::Decoding::chunks, "the quick brown fox jumps over the lazy dog", ""},
        {redaction::Decoding::hyphened, "abcd-efgh-ijkl-mnop-qr", "abcdefghijklmnopqr"},
        {redaction::Decoding::reversed, "short 0123456789abcdef", "fedcba9876543210"},
        {redaction::Decoding::base32, base32("sixteen chars.....") + " x", "sixteen chars....."},
        {redaction::Decoding::hex, "0x740x660x790x2d0x740x660x790x2d0x740x660x790x2d0x740x660x790x2d",
         "tfy-tfy-tfy-tfy-"},
        {redaction::Decoding::hex, "74:66:79:2d 74 66 79 2D 0x74,0x66,0x79,0x2d 7466792d",
         "tfy-tfy-tfy-tfy-"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.text);
        CHECK(view_of(row.decoding, row.text) == row.view);
    }
}

TEST_CASE("base64 is read in both alphabets, at every phase, over line breaks") {
    const std::string plain = "a text of more than sixteen bytes \xfb\xff\xfe";
    CHECK(view_of(redaction::Decoding::base64, base64(plain)) == plain);
    CHECK(view_of(redaction::Decoding::base64, base64url(plain)) == plain);
    CHECK(view_of(redaction::Decoding::base64, between(base64(plain), "\n", 20)) == plain);
    CHECK(view_of(redaction::Decoding::base64, between(base64(plain), "\r\n\t", 19)) == plain);
    for (std::size_t glued = 0; glued < 4; ++glued)
        CHECK(view_of(redaction::Decoding::base64, std::string(glued, 'x') + base64(plain), glued) == plain);
    CHECK(view_of(redaction::Decoding::base64, "a sentence of short words only, and some-more").empty());
}

TEST_CASE("origins lead from a view's bytes to the bytes that they stand for") {
    const std::string text = "id=%74\\u0066y-";
    const auto view =
        redaction::decode({redaction::Decoding::escapes, 0}, text, shortest, redaction::View::Origins::kept);
    REQUIRE(view.text() == "id=tfy-");
    CHECK(text.substr(view.origin(3, 4).begin, 3) == "%74");
    const auto both = view.origin(3, 5);
    CHECK(text.substr(both.begin, both.end - both.begin) == "%74\\u0066");

    const auto encoded = base64("0123456789abcdefghij");
    const auto decoded = redaction::decode({redaction::Decoding::base64, 0}, encoded, shortest,
                                           redaction::View::Origins::kept);
    CHECK(decoded.origin(0, 1).begin == 0);
    CHECK(decoded.origin(0, 1).end == 2);
    CHECK(decoded.origin(1, 2).begin == 1);
    CHECK(decoded.origin(3, 6).begin == 4);
    CHECK(decoded.origin(3, 6).end == 8);

    const auto backwards = redaction::decode({redaction::Decoding::reversed, 0}, "0123456789abcdef", shortest,
                                             redaction::View::Origins::kept);
    CHECK(backwards.origin(0, 4).begin == 12);
    CHECK(backwards.origin(0, 4).end == 16);
}

TEST_CASE("stretches of text are found among random bytes, whole") {
    const std::string garbage = "\x01\xff\x02\x80\x81\x03";
    const std::string words = "words, and gr\u00fc\u00dfe";
    const auto bytes = garbage + words + garbage + "short" + garbage + words;
    std::vector<std::string> found;
    redaction::for_each_text(bytes, shortest, [&](std::size_t begin, std::size_t end) {
        found.push_back(bytes.substr(begin, end - begin));
    });
    REQUIRE(found.size() == 2);
    for (const auto& stretch : found) CHECK(stretch.find(words) != std::string::npos);
}

TEST_CASE("base85 gives no more bytes than a small multiple of its digits, whatever they spell") {
    std::mt19937_64 random(12);
    std::string accents;
    while (accents.size() < 1600) accents += "ab\u00e9";
    const auto zeros = std::string(1600, '\0');
    const auto continued = random_text(random, 1600, "\x80\x95\xa3\xbf");
    const auto halves = random_text(random, 1600, "abcdefgh\x80\xff\xe9");
    for (const auto& digits : {ascii85_digits, z85_digits, rfc1924_digits})
        for (const auto& bytes : {accents, zeros, continued, halves})
            for (const auto& text : {base85(bytes, digits), between(base85(bytes, digits), "\n", 20)})
                for (const std::size_t least : {6U, 16U})
                    for (const auto decoding :
                         {redaction::Decoding::base85, redaction::Decoding::any_base85}) {
                        CAPTURE(text);
                        const auto view =
                            redaction::decode({decoding}, text, least, redaction::View::Origins::dropped);
                        CHECK(view.text().size() < 24 * text.size());
                    }
}

TEST_CASE("any bytes can be decoded in any way, and every byte of a view has its origin in the text") {
    std::mt19937_64 random(11);
    static constexpr char bytes[] =
        "ABCabc0123456789+/-_=%\\&#;ux{} \n\r\t.,:'\"\x00\x01\x1b[m\x80\xc3\xe2\xf3\xff";
    const std::string_view digits(bytes, sizeof bytes - 1);  // with the zero byte in it
    for (int round = 0; round < 3000; ++round) {
        const auto text = random_text(random, random() % 120, digits);
        for (const auto step : redaction::all_steps) {
            const auto plain = redaction::decode(step, text, 6, redaction::View::Origins::dropped);
            const auto mapped = redaction::decode(step, text, 6, redaction::View::Origins::kept);
            REQUIRE(plain.text() == mapped.text());
            for (std::size_t i = 0; i < mapped.text().size(); ++i) {
                const auto origin = mapped.origin(i, i + 1);
                REQUIRE(origin.begin <= origin.end);
                REQUIRE(origin.end <= text.size());
            }
        }
    }
}

}  // namespace tfy::views_test
