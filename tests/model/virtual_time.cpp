// Two functions of the system are defined here once more: the linker takes ours.
#include "tests/model/virtual_time.hpp"

#include <sodium.h>
#include <sys/timerfd.h>

#include <cerrno>
#include <random>

namespace {

std::chrono::nanoseconds since_start{0};
std::mt19937_64 generator;  // NOLINT(cert-msc51-cpp): it is to be the same each time

const char* name() { return "seeded"; }
std::uint32_t draw() { return static_cast<std::uint32_t>(generator()); }
void fill(void* const bytes, const std::size_t size) {
    auto* to = static_cast<unsigned char*>(bytes);
    for (std::size_t i = 0; i < size; ++i) to[i] = static_cast<unsigned char>(generator());
}

}  // namespace

// What every timer of Asio is measured by.
std::chrono::steady_clock::time_point std::chrono::_V2::steady_clock::now() noexcept {
    return time_point{std::chrono::hours{1} + since_start};
}

// Without a timer of the kernel, which would tell real time, Asio looks at its timers in every step.
extern "C" int timerfd_create(clockid_t, int) noexcept {
    errno = ENOSYS;
    return -1;
}

namespace tfy::model {

VirtualTime::VirtualTime() { since_start = std::chrono::nanoseconds{0}; }

void VirtualTime::advance(policy::Duration by) {
    clock_.advance(by);
    since_start += by;
}

void take_over_randomness() {
    static randombytes_implementation ours{.implementation_name = name,
                                           .random = draw,
                                           .stir = nullptr,
                                           .uniform = nullptr,
                                           .buf = fill,
                                           .close = nullptr};
    randombytes_set_implementation(&ours);
}

void seed_randomness(std::uint64_t seed) { generator.seed(seed); }

}  // namespace tfy::model
