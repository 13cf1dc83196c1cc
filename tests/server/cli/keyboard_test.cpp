// What is read of a terminal at once is taken key by key.
#include "server/cli/keyboard.hpp"

#include <doctest/doctest.h>

#include <vector>

namespace tfy::keyboard_test {

namespace {

std::vector<std::string> keys_of(std::string read) {
    std::vector<std::string> keys;
    while (!read.empty()) keys.push_back(cli::take_key(read));
    return keys;
}

}  // namespace

using Keys = std::vector<std::string>;

TEST_CASE("keys that were typed before they were read are taken one by one") {
    CHECK(keys_of("j") == Keys{"j"});
    CHECK(keys_of("\rd") == Keys{"\r", "d"});
    CHECK(keys_of("jjk/ci-\x7f\r") == Keys{"j", "j", "k", "/", "c", "i", "-", "\x7f", "\r"});
}

TEST_CASE("what one key sends stays together") {
    CHECK(keys_of("\x1b[A\x1b[Bj") == Keys{"\x1b[A", "\x1b[B", "j"});
    CHECK(keys_of("\x1b[1;5Ca") == Keys{"\x1b[1;5C", "a"});
    CHECK(keys_of("\x1b") == Keys{"\x1b"});
    CHECK(keys_of("\x1bxq") == Keys{"\x1bx", "q"});
    CHECK(keys_of("é€😀q") == Keys{"é", "€", "😀", "q"});
}

TEST_CASE("a sequence or a character that was cut off is no more than what there is of it") {
    CHECK(keys_of("j\x1b[") == Keys{"j", "\x1b["});
    CHECK(keys_of("j\xE2\x82") == Keys{"j", "\xE2\x82"});
}

TEST_CASE(
    "while signals are held one that comes is there to be read, and ends nothing; afterwards all is as "
    "before") {
    struct sigaction before{}, after{};
    ::sigaction(SIGTERM, nullptr, &before);
    {
        const cli::HeldSignals signals;
        CHECK_FALSE(cli::wait_for_key(signals, {}).signal);
        for (const int signal : {SIGTERM, SIGTSTP, SIGINT}) std::raise(signal);
        CHECK(cli::wait_for_key(signals, std::chrono::minutes{1}).signal);
    }
    ::sigaction(SIGTERM, nullptr, &after);
    const bool as_before = after.sa_handler == before.sa_handler;
    CHECK(as_before);
    const cli::HeldSignals again;
    CHECK_FALSE(cli::wait_for_key(again, {}).signal);
}

}  // namespace tfy::keyboard_test
