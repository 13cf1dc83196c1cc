#include "server/loading/shared_library.hpp"

#include <dlfcn.h>

#include "server/loading/linked_symbols.hpp"

namespace tfy::loading {

void* SharedLibrary::address_of(const char* symbol) {
    if (auto* const linked = linked_symbol(symbol)) return linked;
    if (handle_ == nullptr) handle_ = ::dlopen(name_, RTLD_NOW | RTLD_LOCAL);
    return handle_ == nullptr ? nullptr : ::dlsym(handle_, symbol);
}

}  // namespace tfy::loading
