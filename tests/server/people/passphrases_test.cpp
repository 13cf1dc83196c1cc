// A passphrase is right, wrong, or was not compared: the last is no guess.
#include "server/people/passphrases.hpp"

#include <doctest/doctest.h>
#include <sys/resource.h>

#include "tests/fakes/people.hpp"
#include "tests/fakes/state.hpp"

namespace tfy::passphrases_test {

namespace {

constexpr auto right = "correct horse battery";
policy::Secret typed(const char* text = right) { return policy::Secret(std::string(text)); }

/// As on a machine, or in a container, that has no memory left: no more of it than there is now.
struct NoMoreMemory {
    NoMoreMemory() {
        ::getrlimit(RLIMIT_AS, &before);
        const rlimit least{1, before.rlim_max};
        ::setrlimit(RLIMIT_AS, &least);
    }
    ~NoMoreMemory() { ::setrlimit(RLIMIT_AS, &before); }
    NoMoreMemory(const NoMoreMemory&) = delete;
    NoMoreMemory& operator=(const NoMoreMemory&) = delete;
    rlimit before = {};
};

}  // namespace

// Sanitizers need memory of their own.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST_CASE("without the memory to compare it, a right passphrase is not wrong, and no guess is counted") {
    const auto hash = people::hash_passphrase(typed()).value();
    const auto secret = typed();
    auto told = people::is_passphrase(fakes::cheap_hash(), typed());
    CHECK(told.value());
    CHECK_FALSE(people::is_passphrase(fakes::cheap_hash(), typed("another passphrase")).value());
    {
        const NoMoreMemory none;
        told = people::is_passphrase(hash, secret);
    }
    REQUIRE(told.has_error());
    CHECK(told.error().code == Errc::storage);
    CHECK(told.error().message.starts_with("There is not enough memory to check a passphrase"));
}
#endif

}  // namespace tfy::passphrases_test
