// The fast ways against the obvious ones, on seeded random texts: what is marked, what is decoded, what is
// found.
#include <doctest/doctest.h>

#include "policy/redaction/base64_block.hpp"
#include "policy/redaction/decoded_text.hpp"
#include "policy/redaction/dense_scan.hpp"
#include "policy/redaction/survey.hpp"
#include "tests/policy/leak_codes.hpp"
#include "tests/policy/leak_kinds.hpp"
#include "tests/policy/slow_search.hpp"

namespace tfy::scan_test {

using namespace tfy::policy;
using namespace tfy::leaks;

namespace {

using Places = std::vector<std::pair<std::size_t, std::size_t>>;

std::string random_bytes(std::mt19937_64& random, std::size_t size) {
    std::string bytes;
    while (bytes.size() < size) bytes += static_cast<char>(random() & 0xffU);
    return bytes;
}

/// Pieces of tokens, plain or encoded, in any case, among words, digits and rubbish.
std::string random_message(std::mt19937_64& random, const std::vector<std::string>& tokens) {
    std::string text;
    for (auto parts = 1 + random() % 6; parts > 0; --parts) {
        const auto& token = tokens[random() % tokens.size()];
        auto piece = token.substr(random() % (token.size() / 2 + 1), 6 + random() % token.size());
        switch (random() % 8) {
            case 0: text += random_text(random, random() % 80, "abc def, ghi.JKL-mno_p\n"); break;
            case 1: text += random_text(random, random() % 90, base64url_digits); break;
            case 2: text += random_bytes(random, random() % 30); break;
            case 3: text += token; break;
            case 4: text += upper(piece); break;
            case 5: text += codes[random() % std::size(codes)].write(piece); break;
            case 6: text += base64(codes[random() % std::size(codes)].write(token)); break;
            default: text += piece;
        }
    }
    return text;
}

std::vector<std::string> some_tokens(std::mt19937_64& random) {
    std::vector<std::string> tokens;
    for (auto count = 1 + random() % 4; count > 0; --count)
        tokens.push_back(
            token_of_kind(static_cast<unsigned>(random() % kinds), static_cast<unsigned>(random() % 1000)));
    return tokens;
}

std::vector<redaction::TokenFingerprints> prints_of(const std::vector<std::string>& tokens,
                                                    bool as_first_stored) {
    std::vector<redaction::TokenFingerprints> prints;
    for (const auto& token : tokens) {
        prints.push_back(redaction::fingerprint(token, "", a_key()));
        if (!as_first_stored) continue;
        for (auto& window : prints.back().windows) window.rolling &= 0xffffffffU;
    }
    return prints;
}

}  // namespace

TEST_CASE("bytes are marked alike with and without the processor's help, in texts of every length") {
    const redaction::CharacterSet sets[] = {
        redaction::token_characters,         redaction::hex_digits_and_separators,
        redaction::single_bytes(),           redaction::bytes_between(0xc2, 0xf4),
        redaction::CharacterSet{},           redaction::usual_separators,
        redaction::bytes_between(0x70, 0x90)};
    const auto of = [&](auto... set) { return redaction::ByteClasses{sets[set]...}; };
    const redaction::ByteClasses classes[] = {of(3),          of(0, 1),          of(0, 1, 2),
                                              of(0, 1, 2, 3), of(0, 1, 2, 3, 4), of(0, 1, 2, 3, 4, 5, 6)};
    std::mt19937_64 random(1);
    for (std::size_t size = 0; size < 400; ++size) {
        const auto text = random_bytes(random, size);
        for (const auto& some : classes) {
            std::array<std::uint64_t, 7 * 8> fast{};
            std::array<std::uint64_t, 7 * 8> portable{};
            some.mark(text, fast.data(), 8);
            some.mark_portably(text, portable.data(), 8);
            REQUIRE(fast == portable);
            for (std::size_t set = 0; set < some.size(); ++set)
                for (std::size_t i = 0; i < (size + 63) / 64 * 64; ++i)
                    REQUIRE(((fast[set * 8 + i / 64] >> (i % 64)) & 1U) ==
                            (i < size && redaction::has(sets[some.size() == 1 ? 3 : set], text[i])));
        }
    }
}

TEST_CASE("runs are found whole, wherever they begin and however long they are") {
    static constexpr redaction::CharacterSet set = redaction::characters("x");
    static constexpr redaction::ByteClasses classes = {set};
    std::mt19937_64 random(2);
    for (int round = 0; round < 2000; ++round) {
        std::string text;
        const auto size = random() % (round % 10 == 0 ? 9000 : 300);
        while (text.size() < size) text += std::string(random() % 150, 'x') + std::string(random() % 3, '.');
        const auto least = 1 + random() % 64;
        Places expected;
        for (std::size_t at = 0; at < text.size(); ++at) {
            const auto end = std::min(text.find('.', at), text.size());
            if (end - at >= least) expected.emplace_back(at, end);
            at = end;
        }
        Places found;
        redaction::for_each_run(text, classes, least,
                                [&](std::size_t begin, std::size_t end) { found.emplace_back(begin, end); });
        REQUIRE(found == expected);
    }
}

TEST_CASE("text among bytes is found as by looking at each pair of bytes") {
    const auto kind = [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x80 && byte < 0xc0) return 'c';
        if (byte >= 0xc2 && byte < 0xf5) return 'l';
        if (byte >= 0xc0) return '-';
        return byte != 0x7f &&
                       (byte >= 0x20 || std::string_view("\0\t\n\r\x1b", 5).find(c) != std::string_view::npos)
                   ? 's'
                   : 'k';
    };
    const auto follow = [&](char first, char second) {
        return std::string_view("ss sl lc cs cl cc sk ks kk").find(std::string{kind(first), kind(second)}) !=
               std::string_view::npos;
    };
    std::mt19937_64 random(3);
    for (int round = 0; round < 3000; ++round) {
        std::string bytes = random_bytes(random, random() % 60);
        if (round % 3 == 0) bytes += between(std::string(random() % 30, 'v'), "\x01", 1 + random() % 20);
        bytes += "some words, gr\u00fc\u00dfe " + random_bytes(random, random() % 9) +
                 std::string(random() % 200, 'w');
        const auto least = 6 + random() % 20;
        Places expected;
        for (std::size_t begin = 0; begin < bytes.size();) {
            auto end = begin + 1;
            while (end < bytes.size() && follow(bytes[end - 1], bytes[end])) ++end;
            if (end - begin >= least) expected.emplace_back(begin, end);
            begin = end;
        }
        Places found;
        redaction::for_each_text(bytes, least,
                                 [&](std::size_t begin, std::size_t end) { found.emplace_back(begin, end); });
        REQUIRE(found == expected);
    }
}

TEST_CASE("base64 in bulk is base64") {
    std::mt19937_64 random(4);
    for (std::size_t size = 0; size <= redaction::block_bytes; size += 3) {
        const auto bytes = random_bytes(random, size);
        for (const auto& digits : {base64(bytes), base64url(bytes)}) {
            std::array<char, redaction::block_bytes + redaction::block_slack> fast{};
            std::array<char, redaction::block_bytes + redaction::block_slack> portable{};
            redaction::decode_base64_block(digits.data(), digits.size(), fast.data());
            redaction::decode_base64_block_portably(digits.data(), digits.size(), portable.data());
            REQUIRE(std::string_view(fast.data(), size) == bytes);
            REQUIRE(std::string_view(portable.data(), size) == bytes);
        }
    }
}

TEST_CASE("a decoder that the survey leaves out would have given nothing") {
    std::mt19937_64 random(5);
    std::size_t left_out = 0;
    for (int round = 0; round < 4000; ++round) {
        const auto text = round % 2 == 0 ? random_message(random, some_tokens(random))
                                         : random_text(random, random() % 200, "aB3 -,=%\n\x01\xc3\xa9/x");
        const auto shortest = round % 3 == 0 ? 6 + random() % 11 : redaction::window_size;
        const auto reasons = redaction::survey(text, shortest);
        CAPTURE(text);
        for (const auto step : redaction::all_steps) {
            const bool by_index =  // what it knows is a reason
                step.decoding == redaction::Decoding::mirrored ||
                step.decoding == redaction::Decoding::any_base85;
            if (by_index || reasons.gives_reason_for(step.decoding)) continue;
            ++left_out;
            const auto view = redaction::decode(step, text, shortest, redaction::View::Origins::dropped);
            const bool nothing = view.text().empty() || view.text() == text || view.text().size() < shortest;
            REQUIRE(nothing);
        }
        if (redaction::may_hold_base64(text, shortest)) continue;
        for (std::size_t phase = 0; phase < 4; ++phase) {
            const auto view = redaction::decode({redaction::Decoding::base64, phase}, text, shortest,
                                                redaction::View::Origins::dropped);
            redaction::for_each_text(view.text(), shortest,
                                     [](std::size_t, std::size_t) { FAIL("there is text"); });
        }
    }
    CHECK(left_out > 10'000);
}

TEST_CASE("the scan finds the windows that are found by asking for each at every byte") {
    std::mt19937_64 random(6);
    std::size_t windows = 0;
    for (int round = 0; round < 250; ++round) {
        const auto tokens = some_tokens(random);
        const auto prints = prints_of(tokens, round % 4 == 0);
        const redaction::Index index(a_key(), prints);
        for (int texts = 0; texts < 3; ++texts) {
            const auto text = random_message(random, tokens);
            CAPTURE(text);
            std::vector<redaction::Hit> hits;
            index.find(text, hits);
            std::vector<std::size_t> found;
            for (const auto& hit : hits) found.push_back(hit.window);
            std::ranges::sort(found);
            std::vector<std::size_t> expected;
            for (const auto& [begin, size] : slow_windows(text, prints)) expected.push_back(begin);
            REQUIRE(found == expected);
            windows += found.size();
        }
    }
    CHECK(windows > 1000);
}

TEST_CASE("the sieve is asked alike with and without the processor's help") {
    std::mt19937_64 random(14);
    const redaction::WindowHash hash(a_key());
    const auto text = random_bytes(random, 40'000);
    for (const std::size_t windows : {10U, 3000U}) {
        redaction::Sieve sieve(windows);
        for (std::size_t i = 0; i < windows; ++i)
            sieve.add(hash.quick()(text.data() + random() % (text.size() - redaction::window_size),
                                   redaction::window_size));
        std::size_t found = 0;
        for (std::size_t at = 0; at + redaction::candidate_bytes <= text.size(); at += 61) {
            const auto fast = redaction::candidates(text.data() + at, hash.quick(), sieve.question());
            REQUIRE(fast == redaction::candidates_portably(text.data() + at, hash.quick(), sieve.question()));
            for (std::size_t i = 0; i < 64; ++i)
                REQUIRE(((fast >> i) & 1U) ==
                        sieve.question()(hash.quick()(text.data() + at + i, redaction::window_size)));
            found += fast != 0;
        }
        CHECK(found >= std::min<std::size_t>(windows / 2, 500));
    }
}

TEST_CASE("long unbroken texts are scanned as short ones are, across every border") {
    const auto token = opaque_token(3, 48);
    const auto prints = prints_of({token}, false);
    const redaction::Index index(a_key(), prints);
    std::mt19937_64 random(7);
    for (const std::size_t at : {0U, 1U, 47U, 63U, 64U, 65U, 4032U, 4047U, 4080U, 4095U, 4096U, 8190U}) {
        auto text = random_text(random, 8300, base64url_digits);
        text.replace(at, token.size(), token);
        CAPTURE(at);
        std::vector<redaction::Hit> hits;
        index.find(text, hits);
        REQUIRE(hits.size() == slow_windows(text, prints).size());
        for (const auto& hit : hits) CHECK(hit.window >= at);
        text.resize(std::min(text.size(), at + token.size()));
        hits.clear();
        index.find(text, hits);
        CHECK(hits.size() == prints.front().windows.size());
    }
}

TEST_CASE("the search covers what is covered by decoding in every way at every level") {
    std::mt19937_64 random(8);
    std::size_t marked = 0;
    for (int round = 0; round < 250; ++round) {
        const auto tokens = some_tokens(random);
        const redaction::Index index(a_key(), prints_of(tokens, round % 4 == 0));
        redaction::Search search(index);
        const auto text = random_message(random, tokens).substr(0, 700);
        CAPTURE(text);
        const auto hits = search.run(text, 100'000'000);
        REQUIRE(hits.has_value());
        const auto expected = covered(text.size(), slow_search(text, index, {redaction::most_nested}));
        REQUIRE(covered(text.size(), *hits) == expected);
        marked += expected.find('x') != std::string::npos;
    }
    CHECK(marked > 100);
}

TEST_CASE("a search that has looked at other texts finds what a new one finds") {
    std::mt19937_64 random(15);
    const auto token = opaque_token(1, 40);
    const redaction::Index index(a_key(), prints_of({token}, false));
    redaction::Search used(index);
    for (int round = 0; round < 100; ++round) {
        // Pieces of two lengths in turn: there is a reason to look for hex, and for nothing else.
        std::string text = random_text(random, random() % 12, "xyz");
        const auto digits = hex(round % 4 == 0 ? random_text(random, 40, base62) : token);
        for (std::size_t at = 0, size = 2; at < digits.size(); at += size, size = 5 - size)
            text += " " + digits.substr(at, size);
        CAPTURE(text);
        const auto hits = used.run(text);
        const auto expected = redaction::Search(index).run(text);
        REQUIRE(hits.has_value());
        REQUIRE(expected.has_value());
        CHECK(expected->empty() == (round % 4 == 0));
        REQUIRE(covered(text.size(), *hits) == covered(text.size(), *expected));
    }
}

}  // namespace tfy::scan_test
