// The signature, against the example of Standard Webhooks and against what a receiver would compute.
#include "policy/notice/signature.hpp"
#include "tests/fakes/redactor.hpp"

#include <doctest/doctest.h>

namespace tfy::policy::signature_test {
namespace {

const auto redactor = redaction::RedactorForTests::make();

Secret key(const char* text) { return std::move(notice::read_signing_key(text).value()); }

std::string refusal(std::string text) {
    auto read = notice::read_signing_key(std::move(text));
    return read ? std::string{} : read.error().message;
}

}  // namespace

TEST_CASE("the signature is that of the Standard Webhooks") {
    // From the specification's reference implementations (their test vector).
    const auto secret = key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n");
    const auto body = redactor.seal_text(R"({"test": 2432232314})");
    CHECK(notice::sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body) ==
          "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST_CASE("another key, id, time or body has another signature") {
    const auto body = redactor.seal_text("{}");
    const auto one = notice::sign(key("0123456789abcdef0123456789abcdef"), "evt_1", 1, body);
    CHECK(one == notice::sign(key("  0123456789abcdef0123456789abcdef\r\n"), "evt_1", 1, body));
    CHECK(one != notice::sign(key("0123456789abcdef0123456789abcdeX"), "evt_1", 1, body));
    CHECK(one != notice::sign(key("0123456789abcdef0123456789abcdef"), "evt_2", 1, body));
    CHECK(one != notice::sign(key("0123456789abcdef0123456789abcdef"), "evt_1", 2, body));
    CHECK(one !=
          notice::sign(key("0123456789abcdef0123456789abcdef"), "evt_1", 1, redactor.seal_text("{ }")));
}

TEST_CASE("a key that is too short, or no base64, is refused without a word of it") {
    CHECK(refusal("short").find("less than 24 bytes") != std::string::npos);
    CHECK(refusal("").find("less than 24 bytes") != std::string::npos);
    CHECK(refusal("whsec_c2hvcnQ=").find("less than 24 bytes") != std::string::npos);
    CHECK(refusal("whsec_!!!not-base64!!!").find("base64") != std::string::npos);
    CHECK(refusal("whsec_").find("base64") != std::string::npos);
    CHECK(refusal("whsec_!!!not-base64!!!").find("not-base64") == std::string::npos);
}

}  // namespace tfy::policy::signature_test
