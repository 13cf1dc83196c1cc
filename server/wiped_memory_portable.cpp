// Whatever this program gives back is wiped first: what a person typed, or a browser sent, is in no memory
// that is free. Its size is ahead of it.
#include <new>

#include "server/system/sized_memory.hpp"

void* operator new(std::size_t size) {
    for (;;) {
        if (void* memory = tfy::system::take_sized(size)) return memory;
        const auto handler = std::get_new_handler();
        if (handler == nullptr) throw std::bad_alloc();
        handler();
    }
}
void* operator new[](std::size_t size) { return operator new(size); }

void operator delete(void* memory) noexcept { tfy::system::give_back_wiped(memory); }
void operator delete(void* memory, std::size_t) noexcept { operator delete(memory); }
void operator delete[](void* memory) noexcept { operator delete(memory); }
void operator delete[](void* memory, std::size_t) noexcept { operator delete(memory); }
