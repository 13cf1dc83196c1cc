// Secret: what it holds, what it shows, what it leaves behind.
#include "policy/secret.hpp"

#include <doctest/doctest.h>

#include <utility>

namespace tfy::secret_test {

using tfy::policy::Secret;
using tfy::policy::wipe;

TEST_CASE("a secret holds its value, and the text that it was made of is wiped") {
    std::string plain = "tfy-9f3a7c51d2e84b60a1c7e5f2-long-enough-for-the-heap";
    const char* const bytes = plain.data();
    const auto size = plain.size();
    const Secret secret(std::move(plain));
    CHECK(secret.reveal() == "tfy-9f3a7c51d2e84b60a1c7e5f2-long-enough-for-the-heap");
    CHECK(secret.size() == size);
    CHECK(plain.empty());  // NOLINT(bugprone-use-after-move): the promise of the constructor
    CHECK(plain.data() == bytes);
    CHECK(std::string_view(bytes, size) == std::string(size, '\0'));
}

TEST_CASE("moving takes the value along and leaves an empty secret") {
    Secret first(std::string("first-value"));
    Secret second(std::move(first));
    CHECK(first.empty());  // NOLINT(bugprone-use-after-move)
    CHECK(second.reveal() == "first-value");
    Secret third(std::string("third-value"));
    third = std::move(second);
    CHECK(third.reveal() == "first-value");
    CHECK(second.empty());  // NOLINT(bugprone-use-after-move)
    auto& same = third;
    third = std::move(same);
    CHECK(third.reveal() == "first-value");
}

TEST_CASE("an empty secret is empty and needs no memory") {
    CHECK(Secret().empty());
    CHECK(Secret(std::string()).empty());
    CHECK(Secret().reveal().empty());
}

TEST_CASE("the mask never shows enough to help") {
    struct Row {
        const char* name;
        std::string value;
        std::string masked;
    };
    const Row rows[] = {
        {"long", "tfy_0123456789abcdefghij9f3a", "tfy_****...****9f3a"},
        {"exactly 24", "abcdefghijklmnopqrstuvwx", "abcd****...****uvwx"},
        {"23", "abcdefghijklmnopqrstuvw", "****...****vw"},
        {"8", "abcdefgh", "****...****gh"},
        {"7: two characters of it would be a good part", "abcdefg", "****...****"},
        {"empty", "", "****...****"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        CHECK(Secret(std::string(row.value)).masked() == row.masked);
    }
}

TEST_CASE("wiping overwrites all that the text ever held, and empties it") {
    std::string text = "a value that is long enough to be on the heap";
    const char* const bytes = text.data();
    const auto size = text.size();
    text.resize(3);
    wipe(text);
    CHECK(text.empty());
    CHECK(std::string_view(bytes, size) == std::string(size, '\0'));
}

}  // namespace tfy::secret_test
