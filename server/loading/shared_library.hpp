// A library of the system that is loaded when it is first needed: most processes never need it.
#pragma once

#include <dlfcn.h>

namespace tfy::loading {

/// Stays loaded until the process ends.
class SharedLibrary {
public:
    explicit SharedLibrary(const char* name) : handle_(::dlopen(name, RTLD_NOW | RTLD_LOCAL)) {}

    /// nullptr if the library is not installed, or does not have it.
    template <class Function>
    void find(const char* symbol, Function& function) {
        function =
            handle_ != nullptr ? reinterpret_cast<Function>(::dlsym(handle_, symbol)) : Function{nullptr};
        complete_ = complete_ && function != nullptr;
    }
    /// Whether all that was asked for was found.
    bool complete() const { return complete_; }

private:
    void* handle_;
    bool complete_ = true;
};

}  // namespace tfy::loading
