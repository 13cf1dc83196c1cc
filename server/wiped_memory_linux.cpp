// Whatever this program gives back is wiped first: what a person typed, or a browser sent, is in no memory
// that is free. Sizes come along with nearly all of it, so that this costs a few instructions.
#include <malloc.h>

#include <cstdlib>
#include <cstring>
#include <new>

// NOLINTBEGIN(cppcoreguidelines-no-malloc): these are what is above malloc
void* operator new(std::size_t size) {
    for (;;) {
        if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
        const auto handler = std::get_new_handler();
        if (handler == nullptr) throw std::bad_alloc();
        handler();
    }
}
void* operator new[](std::size_t size) { return operator new(size); }

void operator delete(void* memory, std::size_t size) noexcept {
    if (memory != nullptr) explicit_bzero(memory, size);
    std::free(memory);
}
void operator delete(void* memory) noexcept {
    operator delete(memory, memory == nullptr ? 0 : malloc_usable_size(memory));
}
void operator delete[](void* memory) noexcept { operator delete(memory); }
void operator delete[](void* memory, std::size_t size) noexcept { operator delete(memory, size); }
// NOLINTEND(cppcoreguidelines-no-malloc)
