// A text that is searched in pieces: what a whole search finds, wherever the pieces end, and every byte once.
#include "policy/redaction/streamed_search.hpp"

#include <doctest/doctest.h>

#include "policy/redaction/marks.hpp"
#include "tests/policy/leak_codes.hpp"
#include "tests/policy/leak_compressed.hpp"
#include "tests/policy/leak_kinds.hpp"

namespace tfy::streamed_search_test {

using namespace tfy::leaks;

namespace {

const std::string token = opaque_token(1, 48);

struct Streamed {
    std::string bytes;   // all that came by
    std::string marked;  // what a filter writes
    std::size_t tokens = 0;
    std::size_t unknown = 0;
};

/// Fed in parts of random sizes.
Streamed stream(const redaction::Redactor& redactor, std::string_view text, redaction::PieceSizes sizes,
                unsigned seed = 1) {
    Streamed seen;
    redaction::StreamedSearch search(
        redactor,
        [&](const redaction::Stretch& stretch) -> Result<void> {
            seen.bytes.append(stretch.bytes);
            const auto nothing = stretch.holds == redaction::Stretch::Holds::nothing;
            seen.marked.append(nothing ? std::string(stretch.bytes) : stretch.mark());
            seen.tokens += stretch.holds == redaction::Stretch::Holds::token;
            seen.unknown += stretch.holds == redaction::Stretch::Holds::unknown;
            return {};
        },
        sizes);
    std::mt19937_64 random(seed);
    for (std::size_t at = 0; at < text.size();) {
        const auto part = text.substr(at, 1 + random() % (2 * sizes.piece));
        REQUIRE(search.feed(part).has_value());
        at += part.size();
    }
    REQUIRE(search.finish().has_value());
    return seen;
}

std::string whole(const redaction::Redactor& redactor, std::string_view text) {
    std::string marked;
    std::size_t at = 0;
    const auto findings = redactor.find(text);
    REQUIRE(findings.has_value());
    for (const auto& finding : *findings) {
        marked.append(text.substr(at, finding.begin - at)).append(redaction::mark_for(finding.token));
        at = finding.end;
    }
    return marked.append(text.substr(at));
}

/// Words of many lengths, so that nothing in them is a row of pieces or a run.
std::string words(std::mt19937_64& random, std::size_t size) {
    std::string text;
    while (text.size() < size)
        text += random_text(random, 1 + random() % 9, "abcdefghijklmnopqrstuvwxyz") +
                (random() % 9 == 0 ? ",\r\n" : " ");
    return text;
}

}  // namespace

TEST_CASE("a hit is found wherever the pieces end, at every place around it") {
    const auto redactor = redactor_for({{"ci", token}});
    const std::string leaks[] = {token,
                                 "key=" + token,
                                 hex(token),
                                 base64(token),
                                 base64(hex(token)),
                                 as(token, "%%%02x"),
                                 reversed(token),
                                 between(token, "\u200b", 4),
                                 "tfy-aB3xY9_kQ7mZ2-pL5nR8wT1vC4s",
                                 jwt_token(3, "https://acme.truefoundry.cloud")};
    std::mt19937_64 random(3);
    for (const auto& leak : leaks) {
        CAPTURE(leak);
        const auto overlap = leak.size() + 24;
        const auto more = words(random, 4 * overlap);
        // Pieces end at the multiples of the overlap: the hit is moved over one of them.
        for (auto before = overlap; before <= 3 * overlap + 1; before += 1 + leak.size() / 100) {
            CAPTURE(before);
            const auto text = more.substr(0, before) + " (" + leak + ") " + more;
            const auto expected = whole(redactor, text);
            REQUIRE(readable_piece(expected, leak, {same}) == "");
            const auto seen = stream(redactor, text, {3 * overlap, overlap});
            CHECK(seen.bytes == text);
            CHECK(seen.marked == expected);
        }
    }
}

TEST_CASE("in pieces or whole, random texts with random leaks come out the same") {
    std::mt19937_64 random(11);
    for (unsigned round = 0; round < 150; ++round) {
        CAPTURE(round);
        const auto value = round % 3 == 0 ? jwt_token(round) : opaque_token(round, 24 + random() % 40);
        const auto redactor = redactor_for({{"ci", value}, {"other", token}});
        std::string text;
        for (auto leaks = 1 + random() % 4; leaks > 0; --leaks) {
            const auto& code = codes[random() % std::size(codes)];
            text += words(random, 900 + random() % 3000) + "\n: ";
            text += random() % 2 == 0 ? code.write(value) : code.write(token);
            text += " ;\n" + words(random, 300 + random() % 900);
        }
        const std::size_t overlap = 12 * value.size() + 1000;
        const auto seen = stream(redactor, text, {2 * overlap + 1 + random() % overlap, overlap}, round);
        CHECK(seen.bytes == text);
        CHECK(seen.marked == whole(redactor, text));
    }
}

TEST_CASE("whatever the bytes and the pieces are, every byte comes by once, and benign ones stay") {
    const auto redactor = redactor_for({{"ci", token}});
    std::mt19937_64 random(12);
    for (unsigned round = 0; round < 40; ++round) {
        std::string text;
        for (auto size = random() % 20'000; size > 0; --size) text += static_cast<char>(random());
        const auto seen = stream(redactor, text, {1 + 2 * (1 + random() % 900), 1 + random() % 2}, round);
        CHECK(seen.bytes == text);
        CHECK(seen.marked == text);
    }
    const auto run = random_text(random, 60'000, base64url_digits) + "\r\n\xff\xfe";
    CHECK(stream(redactor, run, {1024, 256}).marked == run);
    CHECK(stream(redactor, "", {}).marked.empty());
}

TEST_CASE("tokens in a row that is longer than a piece leave no readable piece") {
    const auto redactor = redactor_for({{"ci", token}});
    std::string row;
    while (row.size() < 20'000) row += token;
    for (const auto& text : {row, hex(row), base64(row), "\n" + between(base64(row), "\n", 76)}) {
        const auto seen = stream(redactor, text, {4096, 1024});
        CHECK(seen.bytes == text);
        CHECK(readable_piece(seen.marked, token, {unblank, unbase64}) == "");
        CHECK(readable_piece(seen.marked, token, {unhex}) == "");
    }
}

TEST_CASE("an invisible stretch inside of a token that is longer than a piece is one of its parts") {
    const auto redactor = redactor_for({{"ci", token}});
    std::string gap;
    while (gap.size() < 9000) gap += "\u200b";
    const auto text = "a " + token.substr(0, 24) + gap + token.substr(24) + " b";
    const auto seen = stream(redactor, text, {2048, 512});
    CHECK(seen.bytes == text);
    CHECK(seen.tokens >= 2);
    CHECK(readable_piece(seen.marked, token, {ascii_only}) == "");
}

TEST_CASE("a part that is too much to decode is withheld, and what stands behind it is searched again") {
    const auto redactor = redactor_for({{"ci", token}});
    const auto bomb = decoding_bomb(300'000);
    std::mt19937_64 random(13);
    const auto before = words(random, 200'000);
    const auto behind = words(random, 200'000) + token + " and " + words(random, 1000);
    const redaction::PieceSizes sizes{std::size_t{128} * 1024, std::size_t{16} * 1024};
    const auto seen = stream(redactor, before + bomb + behind, sizes);
    CHECK(seen.bytes == before + bomb + behind);
    CHECK(seen.unknown >= 2);
    CHECK(seen.tokens == 1);
    CHECK(seen.marked.starts_with(before.substr(0, sizes.overlap)));
    CHECK(seen.marked.find("[redacted:over-budget]") != std::string::npos);
    CHECK(seen.marked.ends_with(behind.substr(behind.size() - 1000)));
    CHECK(seen.marked.size() + 100'000 < seen.bytes.size());
}

TEST_CASE("what is compressed is read from its head, wherever the pieces end; what fills one is withheld") {
    const auto redactor = redactor_for({{"ci", token}});
    std::mt19937_64 random(14);
    const redaction::PieceSizes sizes{std::size_t{64} * 1024, std::size_t{8} * 1024};
    const auto packed = [&](std::size_t noise) {
        return deflated(random_text(random, noise, base64url_digits) + " " + token + " ", gzip_header);
    };
    for (const auto before : {10'000, 50'000, 57'000, 63'000}) {
        CAPTURE(before);
        const auto text = words(random, static_cast<std::size_t>(before)) + "\n" + base64(packed(24'000)) +
                          "\n" + words(random, 70'000);
        const auto seen = stream(redactor, text, sizes);
        CHECK(seen.bytes == text);
        CHECK(seen.marked == whole(redactor, text));
        CHECK(seen.tokens == 1);
    }
    const auto behind = words(random, 70'000);
    const auto text = words(random, 30'000) + "\n" + base64(packed(90'000)) + "\n" + behind;
    const auto seen = stream(redactor, text, sizes);
    CHECK(seen.bytes == text);
    CHECK(seen.unknown == 1);
    CHECK(seen.marked.ends_with(behind));
    CHECK(uninflated(unbase64(seen.marked)).find(token) == std::string::npos);
    const auto cut = words(random, 90'000) + base64(packed(24'000)).substr(0, 12'000) + "\n" + behind;
    CHECK(stream(redactor, cut, sizes).marked == cut);
}

TEST_CASE("an error of who takes the text ends the search") {
    const auto redactor = redactor_for({{"ci", token}});
    redaction::StreamedSearch search(
        redactor, [](const redaction::Stretch&) -> Result<void> { return Error{Errc::closed, "gone"}; },
        {64, 16});
    const auto fed = search.feed(std::string(200, 'a'));
    REQUIRE(!fed.has_value());
    CHECK(fed.error().message == "gone");
}

}  // namespace tfy::streamed_search_test
