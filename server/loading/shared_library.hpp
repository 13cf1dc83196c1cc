// A library that is loaded when it is first needed: most processes never need it.
#pragma once

#include <string>

namespace tfy::loading {

/// The system's library of that name; what this program has of it in itself (linked_symbols.hpp) comes first.
/// Stays loaded until the process ends.
class SharedLibrary {
public:
    explicit SharedLibrary(std::string name) : name_(std::move(name)) {}

    /// nullptr if the library is not installed, or does not have it.
    template <class Function>
    void find(const char* symbol, Function& function) {
        function = reinterpret_cast<Function>(address_of(symbol));
        complete_ = complete_ && function != nullptr;
    }
    /// Whether all that was asked for was found.
    bool complete() const { return complete_; }

private:
    void* address_of(const char* symbol);

    std::string name_;
    void* handle_ = nullptr;  // once it was opened
    bool complete_ = true;
};

}  // namespace tfy::loading
