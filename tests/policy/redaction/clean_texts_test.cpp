// What was found clean once is not looked through again, until a token is registered.
#include "policy/redaction/clean_texts.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <thread>

#include "policy/redaction/index.hpp"
#include "tests/fakes/permits.hpp"
#include "tests/fakes/redactor.hpp"
#include "tests/policy/leak_tokens.hpp"

namespace tfy::clean_texts_test {

using namespace tfy::redaction;
using namespace tfy::leaks;

namespace {

const std::string token = opaque_token();
const std::string text = "the value is " + token + ", it says";

bool masks(const Redactor& redactor) {
    const auto in_text = redactor.seal_text(text);
    const auto in_message = redactor.seal({{"key " + token, text}});
    return in_text.text().find(token) == std::string_view::npos &&
           in_message.text().find(token) == std::string_view::npos;
}

std::vector<TokenFingerprints> prints() { return {fingerprint(token, "ci", FingerprintKeyForTests::make())}; }

}  // namespace

TEST_CASE("a text that left clean is masked at once when a token in it is registered") {
    const auto before = RedactorForTests::make();
    for (int i = 0; i < 3; ++i) CHECK_FALSE(masks(before));
    const auto after = before.with(prints());
    for (int i = 0; i < 3; ++i) CHECK(masks(after));
    CHECK_FALSE(masks(before));
    CHECK(masks(after));
}

TEST_CASE("a redactor in the memory of another one does not know what that one found clean") {
    std::optional<Redactor> place;
    place.emplace(RedactorForTests::make());
    CHECK_FALSE(masks(*place));
    for (int i = 0; i < 100; ++i) {
        place.emplace(RedactorForTests::make(FingerprintKeyForTests::make(), prints()));
        CHECK(masks(*place));
        place.emplace(RedactorForTests::make());
        CHECK_FALSE(masks(*place));
    }
}

TEST_CASE("a text is remembered for one index and one thread") {
    const Index one(FingerprintKeyForTests::make(), {});
    const Index other(FingerprintKeyForTests::make(), {});
    CHECK(one.identity() != other.identity());
    const std::string clean = "nothing is in this text";
    CHECK_FALSE(is_remembered_clean(one.identity(), clean));
    remember_clean(one.identity(), clean);
    CHECK(is_remembered_clean(one.identity(), clean));
    CHECK_FALSE(is_remembered_clean(other.identity(), clean));
    CHECK_FALSE(is_remembered_clean(one.identity(), clean + "."));
    std::thread([&] { CHECK_FALSE(is_remembered_clean(one.identity(), clean)); }).join();
    remember_clean(other.identity(), clean);
    CHECK_FALSE(is_remembered_clean(one.identity(), clean));
    for (const auto size : {std::size_t{2048}, std::size_t{2049}, std::size_t{64 * 1024}}) {
        const std::string long_text(size, 'a');
        remember_clean(one.identity(), long_text);
        CHECK(is_remembered_clean(one.identity(), long_text));
        CHECK_FALSE(is_remembered_clean(other.identity(), long_text));
    }
    const std::string lengthy(64 * 1024 + 1, 'a');
    remember_clean(one.identity(), lengthy);
    CHECK_FALSE(is_remembered_clean(one.identity(), lengthy));
    remember_clean(one.identity(), "");
    CHECK_FALSE(is_remembered_clean(one.identity(), ""));
}

TEST_CASE("a text that is to be forgotten is, and no other one") {
    const Index index(FingerprintKeyForTests::make(), {});
    const std::string secret = "this opens the approvals page";
    remember_clean(index.identity(), secret);
    forget_clean(secret + ".");
    CHECK(is_remembered_clean(index.identity(), secret));
    forget_clean(secret);
    CHECK_FALSE(is_remembered_clean(index.identity(), secret));
    forget_clean(secret);
    remember_clean(index.identity(), secret);
    CHECK(is_remembered_clean(index.identity(), secret));
}

}  // namespace tfy::clean_texts_test
