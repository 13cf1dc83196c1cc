// malloc and free for systems that do not say how large what they gave is: the size is ahead of it.
#pragma once

#include <sodium.h>

#include <cstddef>
#include <cstdlib>
#include <limits>

namespace tfy::system {

// NOLINTBEGIN(cppcoreguidelines-no-malloc): these are in for malloc
struct alignas(std::max_align_t) SizeAhead {
    std::size_t size;
};

inline const SizeAhead* ahead_of(const void* memory) { return static_cast<const SizeAhead*>(memory) - 1; }

/// As malloc, and to be given back below only.
inline void* take_sized(std::size_t size) {
    if (size > std::numeric_limits<std::size_t>::max() - sizeof(SizeAhead)) return nullptr;
    auto* ahead = static_cast<SizeAhead*>(std::malloc(sizeof(SizeAhead) + size));
    if (ahead == nullptr) return nullptr;
    ahead->size = size;
    return ahead + 1;
}

inline std::size_t size_of_taken(const void* memory) {
    return memory == nullptr ? 0 : ahead_of(memory)->size;
}

/// As free, and all of it is wiped first.
inline void give_back_wiped(void* memory) {
    if (memory == nullptr) return;
    sodium_memzero(memory, size_of_taken(memory));
    std::free(static_cast<SizeAhead*>(memory) - 1);
}
// NOLINTEND(cppcoreguidelines-no-malloc)

}  // namespace tfy::system
