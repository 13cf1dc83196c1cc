#include "tools/text.hpp"

#include <doctest/doctest.h>
#include <sodium.h>

#include "policy/redaction/redactor.hpp"
#include "tests/fakes/permits.hpp"
#include "tests/fakes/redactor.hpp"
#include "tests/tools/examples.hpp"
#include "tools/access_tokens/cursor.hpp"
#include "tools/access_tokens/expiration.hpp"
#include "tools/identifier.hpp"

namespace tfy::text_test {

using namespace tfy::examples;
using namespace tfy::tools;
using std::chrono::days;

namespace {

std::string base64url(std::string_view plain) {
    constexpr int variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
    std::string text(sodium_base64_encoded_len(plain.size(), variant), '\0');
    sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(plain.data()),
                      plain.size(), variant);
    text.pop_back();  // libsodium's closing zero
    return text;
}

}  // namespace

TEST_CASE("text from others stays on its line") {
    CHECK(tools::one_line(fakes::no_tokens(), "a\nb\r\tc") == "a b  c");
    CHECK(tools::one_line(fakes::no_tokens(), "a\u202Eb") == "a⟨U+202E⟩b");
    CHECK(tools::one_line(fakes::no_tokens(), "plain-name") == "plain-name");
    CHECK(tools::in_quotes(fakes::no_tokens(), "x\ny") == "\"x y\"");
}

TEST_CASE("a distance counts days by the calendar, within three days the hours, and says what is over") {
    CHECK(tools::distance(noon + days{90} - 12h, noon) == "in 90 days");
    CHECK(tools::distance(noon + days{3}, noon) == "in 3 days");
    CHECK(tools::distance(noon + days{3} - 1h, noon) == "in 2 days 23 hours");
    CHECK(tools::distance(noon + days{1} + 7h, noon) == "in 1 day 7 hours");
    CHECK(tools::distance_from_asking(noon + days{2} - 12h, noon) == "1 day 12 hours after this was asked");
    CHECK(tools::distance(noon + 5h, noon) == "in 5 hours");
    CHECK(tools::distance(noon - 2h, noon) == "2 hours ago");
    CHECK(tools::distance(noon, noon) == "0 seconds ago");
    CHECK(tools::distance(noon + 1min, noon) == "in 1 minute");
    CHECK(tools::distance_from_asking(noon + days{90} - 12h, noon) == "90 days after this was asked");
    CHECK(tools::distance_from_asking(noon + 5h, noon) == "5 hours after this was asked");
    CHECK(tools::distance_from_asking(noon - 2h, noon) == "2 hours before this was asked");
    CHECK(tools::day(noon) == "2026-11-23");
}

TEST_CASE("what has just happened is said so, also if another clock is a little ahead") {
    for (const auto time : {noon, noon - 4999ms, noon + 5s}) {
        CHECK(tools::ago(time, noon) == "just now");
        CHECK(tools::before_asking(time, noon) == "just before this was asked");
        CHECK(tools::ago_holds_until(time, noon) == time + 5s);
    }
    CHECK(tools::ago(noon - 5s, noon) == "5 seconds ago");
    CHECK(tools::ago_holds_until(noon - 5s, noon) == noon + 1s);
    CHECK(tools::before_asking(noon - 2h, noon) == "2 hours before this was asked");
    CHECK(tools::ago(noon + 6s, noon) == "in 6 seconds");
}

TEST_CASE("an expiry is read as a date, a time or a number of days, and written in one way") {
    struct Row {
        const char* asked;
        const char* sent;
    };
    const Row rows[] = {{"2027-02-21", "2027-02-21T00:00:00.000Z"},
                        {"2027-02-21T12:30:00Z", "2027-02-21T12:30:00.000Z"},
                        {"2027-02-21T12:30:00.789Z", "2027-02-21T12:30:00.000Z"},
                        {"2027-02-21T12:30:00+02:00", "2027-02-21T10:30:00.000Z"},
                        {"2027-02-21T12:00", "2027-02-21T12:00:00.000Z"},
                        {"90 days", "2027-02-21T23:59:59.000Z"},
                        {"90d", "2027-02-21T23:59:59.000Z"},
                        {"1 day", "2026-11-24T23:59:59.000Z"}};
    for (const auto& row : rows) {
        CAPTURE(row.asked);
        CHECK(access_tokens::resolve_expiration(row.asked, noon, fakes::no_tokens()).value() == row.sent);
        CHECK(access_tokens::resolve_expiration(row.sent, noon, fakes::no_tokens()).value() == row.sent);
    }
}

TEST_CASE("a number of days means the same all day") {
    const auto midnight = std::chrono::floor<days>(noon);
    CHECK(access_tokens::resolve_expiration("90 days", midnight, fakes::no_tokens()).value() ==
          access_tokens::resolve_expiration("90 days", midnight + 24h - 1ms, fakes::no_tokens()).value());
    CHECK(access_tokens::resolve_expiration("90 days", midnight, fakes::no_tokens()).value() !=
          access_tokens::resolve_expiration("90 days", midnight + 24h, fakes::no_tokens()).value());
}

TEST_CASE("a number of days is never less than that, whatever the hour, and is told as that number") {
    const auto midnight = std::chrono::floor<days>(noon);
    for (const auto asked : std::initializer_list<policy::Time>{midnight, noon, midnight + 23h + 55min})
        for (const int count : {1, 30, 90}) {
            CAPTURE(count);
            const auto words = std::to_string(count) + " days";
            const auto sent = access_tokens::resolve_expiration(words, asked, fakes::no_tokens()).value();
            const auto end = policy::read_time(sent).value();
            CHECK((end >= asked + days{count} && end < asked + days{count + 1}));
            if (count > 3) CHECK(tools::distance_from_asking(end, asked) == words + " after this was asked");
        }
}

TEST_CASE("an expiry that is not in the future, or that cannot be read, is refused and nothing was created") {
    const std::string rows[] = {"2020-01-01",
                                "2026-11-23",
                                "2026-11-23T12:00:00Z",
                                "0 days",
                                "-5 days",
                                "soon",
                                "",
                                "90",
                                "90 weeks",
                                "9999999999 days",
                                "2027-02-30",
                                "10000-01-01",
                                "+010000-01-01T00:00:00Z",
                                "9999-12-31T23:59:59-05:00",
                                "36501 days",
                                "99999999999999999999 days",
                                "2027-13-01",
                                "days",
                                "\u202E2027-02-21"};
    for (const auto& row : rows) {
        CAPTURE(row);
        const auto resolved = access_tokens::resolve_expiration(row, noon, fakes::no_tokens());
        REQUIRE_FALSE(resolved.has_value());
        CHECK(resolved.error().code == Errc::refused);
        CHECK(resolved.error().message.find("Nothing was created") != std::string::npos);
        CHECK(resolved.error().message.find("\u202E") == std::string::npos);
    }
}

TEST_CASE("a cursor comes back as it was written, and nothing else is one") {
    const policy::SealKey key{{1, 2, 3}}, other{{1, 2, 4}};
    const std::string unusual("\0\xC3\xBF.3.\"", 7);
    for (const auto& cursor :
         {access_tokens::Cursor{},
          access_tokens::Cursor{"0123", policy::Time{5ms}, {"a", "jqfwg345gi25n5ju2yz5iz6m"}},
          access_tokens::Cursor{"1.2", policy::Time{-5ms}, {unusual, "a.b|c"}}}) {
        const auto text = access_tokens::write_cursor(cursor, key);
        CHECK(text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
              std::string::npos);
        const auto read = access_tokens::read_cursor(text, key);
        REQUIRE(read.has_value());
        CHECK(read->question == cursor.question);
        CHECK(read->since == cursor.since);
        CHECK(read->last.key == cursor.last.key);
        CHECK(read->last.id == cursor.last.id);
        CHECK_FALSE(access_tokens::read_cursor(text, other));
        const auto adas = access_tokens::write_cursor(cursor, key, "key:ADA");
        CHECK(access_tokens::read_cursor(adas, key, "key:ADA").has_value());
        CHECK_FALSE(access_tokens::read_cursor(adas, key, "key:BOB"));
        CHECK_FALSE(access_tokens::read_cursor(adas, key));
        CHECK_FALSE(access_tokens::read_cursor(text.substr(0, text.size() - 2), key));
        CHECK_FALSE(access_tokens::read_cursor(text + "AAAA", key));
        for (std::size_t at = 0; at < text.size(); ++at) {
            auto changed = text;
            changed[at] = changed[at] == 'A' ? 'B' : 'A';
            CHECK_FALSE(access_tokens::read_cursor(changed, key));
        }
    }
    const auto foreign = policy::seal_state("2ci\nid", "cursor resources/list", key);
    for (const std::string text : {"", "!", "NTA", "LmE", "NTAuYQ==", "../..", "%00", foreign.c_str()}) {
        CAPTURE(text);
        CHECK_FALSE(access_tokens::read_cursor(text, key));
    }
}

TEST_CASE("no token that is known can be found in a cursor, whatever stands in it") {
    const policy::SealKey key{{7}};
    const std::string id = "jqfwg345gi25n5ju2yz5iz6m";
    for (const std::string before : {"", "a", "ab"}) {
        const auto claims = R"({"x":")" + before + R"(","sub":")" + id + R"(","tenantName":"acme"})";
        const auto jwt =
            base64url(R"({"alg":"RS256"})") + "." + base64url(claims) + "." + base64url(std::string(48, 'q'));
        const auto redactor = redaction::RedactorForTests::make(
            redaction::FingerprintKeyForTests::make(),
            {redaction::fingerprint(jwt, "ci-bot", redaction::FingerprintKeyForTests::make())});
        std::size_t marked = 0;
        for (const std::string name : {"ci", "ci-", "ci-b"}) {
            const Json plain = base64url(name + id);
            marked += redactor.scrub(plain) != plain;
            const Json cursor =
                access_tokens::write_cursor({.question = "q", .last = {.key = name, .id = id}}, key);
            CHECK(redactor.scrub(cursor) == cursor);
        }
        CHECK(marked == 1);  // an id that is only encoded is as in the JWT, at one of three phases
    }
}

TEST_CASE("an identifier is its prefix and 26 characters of base32") {
    CHECK(tools::is_identifier("rev_" + std::string(26, 'a'), "rev_"));
    for (const auto& text :
         {"rev_" + std::string(25, 'a'), "rev_" + std::string(27, 'a'), "apr_" + std::string(26, 'a'),
          "rev_" + std::string(26, '1'), "rev_" + std::string(26, 'A'), std::string{}})
        CHECK_FALSE(tools::is_identifier(text, "rev_"));
}

}  // namespace tfy::text_test
