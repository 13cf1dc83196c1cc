// Benign text is sacred: what is no token leaves byte for byte. And the shapes of unknown tokens do not.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "policy/redaction/shapes.hpp"
#include "policy/sealed_state.hpp"
#include "tests/fakes/redactor.hpp"
#include "tests/policy/leak_tokens.hpp"

namespace tfy::benign_test {

using namespace tfy::policy;
using namespace tfy::leaks;

namespace {

std::string random_bytes(std::size_t size, unsigned seed) {
    std::mt19937_64 random(seed);
    std::string bytes;
    while (bytes.size() < size) bytes += static_cast<char>(random() & 0xffU);
    return bytes;
}

redaction::Redactor busy_redactor(std::size_t tokens) {
    std::vector<redaction::TokenFingerprints> prints;
    for (std::size_t i = 0; i < tokens; ++i)
        prints.push_back(
            redaction::fingerprint(opaque_token(static_cast<unsigned>(i) + 1000), "token", a_key()));
    prints.push_back(redaction::fingerprint(jwt_token(5, "https://acme.truefoundry.cloud"), "own", a_key()));
    return redaction::RedactorForTests::make(a_key(), std::move(prints));
}

void check_unchanged(const redaction::Redactor& redactor, const std::string& text) {
    // Long texts would drown the report, so only whether they are the same is checked.
    const bool text_same = redactor.seal_text(text).text() == text;
    CHECK(text_same);
    const Json message = {{"text", text}, {"list", {text}}};
    const bool message_same = redactor.seal(message).text() == message.dump();
    CHECK(message_same);
}

std::string own_sources() {
    std::string all;
    for (const auto* folder : {"policy", "protocol"})
        for (const auto& entry :
             std::filesystem::recursive_directory_iterator(std::filesystem::path(TFY_SOURCE_DIR) / folder)) {
            if (!entry.is_regular_file()) continue;
            std::ifstream in(entry.path(), std::ios::binary);
            std::ostringstream text;
            text << in.rdbuf();
            all += text.str();
        }
    return all;
}

}  // namespace

TEST_CASE("what looks a little like a token and is none leaves byte for byte") {
    const auto redactor = busy_redactor(100);
    const std::string texts[] = {
        "",
        "550e8400-e29b-41d4-a716-446655440000",
        "550E8400E29B41D4A716446655440000",
        "3f37e60aabbccddeeff00112233445566778899a",
        "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "sha512-" + base64(random_bytes(64, 1)),
        "data:image/png;base64,iVBORw0KGgo" + base64(random_bytes(3000, 2)),
        jwt_token(1, "https://login.example.com"),
        "Bearer " + jwt_token(2, "https://accounts.example.org"),
        "\u2713 \u20ac \u2605 " + jwt_token(3, "https://accounts.example.org") + " \u2605 \u20ac",
        "&#8364; &star; " + jwt_token(3, "https://accounts.example.org") + " &star; &#8364;",
        base64url(R"({"alg":"none"})") + "." + base64url(R"({"iss":"https://x.truefoundry.com"})") + ".",
        base64url(R"({"offset":100,"limit":100,"sort":"created"})"),
        "eyJhbGciOiJSUzI1NiJ9",
        "eyJ.eyJ.eyJ and eyJhbGciOiJSUzI1NiJ9.notjson.signature",
        "tfy-python-buildpack",
        "tfy-secret://acme:my-secret-group:my-secret-key",
        "tfy-ci-deploy-2026-prod",
        "tfy-sandbox-key-0000-not-a-secret",
        "tfy-a1b2c3d4e5f6a7b8c9d0e1f2",
        "tfy-service-3f37e60aabbccddeeff00112233445566778899a",
        "tfy-run-550e8400-e29b-41d4-a716-446655440000",
        "tfy-python-service-deployment-7f9c6d5b8f-x2x4z-canary-green",
        "TFY_API_KEY=tfy-... or tfy_****...****",
        "tfy_access_tokens_create and tfy_access_tokens_reveal_and_more",
        "tfy-MyLittleServiceForProduction2026",
        "apr_" + random_id(),
        "rev_" + random_id(),
        "jqfwg345gi25n5ju2yz5iz6m",
        "placeholder0000000000000000",
        "C:\\Users\\alice\\temp\\new\\x41 and \\\\server\\share",
        "100% %zz 50%25 &amp; &lt;b&gt; &nbsp; =3D a=b&c=d",
        "Grüße, Привет, 你好, \u202eabc\u200b, e\u0301, \U0001f600, ＡＢＣ",
        "\x1b[31mred\x1b[0m\ttab\r\n",
        "{\"a\":\"\\u0041\\n\",\"b\":[1,2,3]}",
        "74 66 79 2d 61 62 63 64 65 66 67 68 69 6a 6b 6c 6d 6e 6f 70",
        "[redacted:access-token ci-pipeline]",
        "| id | name | created |\n|----|------|---------|\n| jqfwg345gi25n5ju2yz5iz6m | ci | "
        "2026-08-25T09:30:00.000Z |\n",
    };
    for (const auto& text : texts) {
        CAPTURE(text);
        check_unchanged(redactor, text);
    }
}

TEST_CASE("pictures of a megabyte and sealed states pass, well inside the budget") {
    const auto redactor = busy_redactor(100);
    check_unchanged(redactor, base64(random_bytes(1 << 20, 3)));
    check_unchanged(redactor, between(base64(random_bytes(1 << 18, 4)), "\n", 76));
    check_unchanged(redactor, base64(base64(base64(random_bytes(1 << 16, 5)))));
    check_unchanged(redactor, hex(random_bytes(1 << 17, 6)));
    SealKey key;
    key.bytes.fill(3);
    for (const std::size_t size : {100U, 600U, 1500U, 3000U}) {
        const auto state = seal_state({{"digest", std::string(size, 'd')}}, "requestState", key);
        check_unchanged(redactor, state);
    }
}

TEST_CASE(
    "ten thousand registered tokens find nothing in a megabyte of random text, nor in our own sources") {
    const auto redactor = busy_redactor(10'000);
    std::mt19937_64 random(77);
    check_unchanged(redactor, random_text(random, 1 << 20, base64url_digits));
    const auto sources = own_sources();
    CHECK(sources.size() > 100'000);
    check_unchanged(redactor, sources);
    CHECK(redactor.seal_text(opaque_token(10'999)).text() == "[redacted:access-token token]");
}

TEST_CASE("tokens that nobody registered are known by their shape") {
    const auto redactor = redaction::RedactorForTests::make();
    const auto claims = [](const Json& value) {
        return base64url(R"({"alg":"RS256","typ":"JWT"})") + "." + base64url(value.dump()) + "." +
               opaque_token(9, 86);
    };
    const std::string tokens[] = {
        jwt_token(1, "https://acme.truefoundry.cloud"),
        jwt_token(1, "TrueFoundry"),
        claims({{"sub", "x"}, {"tenantName", "acme"}}),
        claims({{"tfyUserId", "x"}}),
        claims({{"aud", {"api", "https://app.truefoundry.com"}}}),
        "tfy-" + opaque_token(1, 40),
        "tfy_" + opaque_token(2, 32),
        "tfy-aB3xY9_kQ7mZ2-pL5nR8wT1vC4s",
        "tfy-9f3a7c51d2e84b60a1c7e5f2d8b4c6a09e7f5d3b",
    };
    for (const auto& token : tokens) {
        CAPTURE(token);
        CHECK(redactor.seal_text("key: " + token + ", yes").text() == "key: [redacted:access-token], yes");
        CHECK(redactor.seal_text("https://x/?t=" + token + "&a=1").text() ==
              "https://x/?t=[redacted:access-token]&a=1");
        CHECK(redactor.seal({{"note", base64("key: " + token)}}).text().find("[redacted:access-token]") !=
              std::string_view::npos);
    }
}

TEST_CASE("the words and ids of TrueFoundry's own documents are no keys") {
    for (const auto* word : {"tfy-python-buildpack", "tfy-ci-deploy-2026-prod",
                             "tfy-sandbox-key-0000-not-a-secret", "tfy-4f3a9c2b7d6e5f1a0b9c8d7e6f5a",
                             "tfy-AAAAAAAAAAAAAAAAAAAAAAAA", "tfy-123456789012345678901234567890123",
                             "tfy-THIS-IS-YOUR-KEY-HERE-2026-OK", "tfy-", "xtfy-aB3xY9kQ7mZ2pL5nR8wT1vC4s"})
        CHECK(!redaction::looks_like_key(word));
}

}  // namespace tfy::benign_test
