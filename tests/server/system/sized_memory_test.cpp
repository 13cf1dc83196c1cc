// Memory that knows its size.
#include "server/system/sized_memory.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <cstring>

namespace tfy::sized_memory_test {

TEST_CASE("it knows its size, and is aligned for anything") {
    for (const std::size_t size :
         {std::size_t{0}, std::size_t{1}, std::size_t{15}, std::size_t{16}, std::size_t{4097}}) {
        auto* memory = system::take_sized(size);
        REQUIRE(memory != nullptr);
        CHECK(system::size_of_taken(memory) == size);
        CHECK(reinterpret_cast<std::uintptr_t>(memory) % alignof(std::max_align_t) == 0);
        std::memset(memory, 'x', size);
        CHECK(system::size_of_taken(memory) == size);
        system::give_back_wiped(memory);
    }
    system::give_back_wiped(nullptr);
    CHECK(system::size_of_taken(nullptr) == 0);
    CHECK(system::take_sized(std::numeric_limits<std::size_t>::max() - 1) == nullptr);
}

}  // namespace tfy::sized_memory_test
