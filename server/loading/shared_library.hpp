// A library that is loaded when it is first needed: most processes never need it.
#pragma once

/// A member that holds `function` of the member `from`, a SharedLibrary above it.
/// manifests/package/static/static.cmake reads these, each on a line of its own.
#define TFY_FUNCTION(function, member) decltype(&function) member = from.find<decltype(&function)>(#function)

namespace tfy::loading {

/// The system's library of that name; what this program has of it in itself (linked_symbols.hpp) comes first.
/// Stays loaded until the process ends.
class SharedLibrary {
public:
    explicit SharedLibrary(const char* name) : name_(name) {}

    /// nullptr if the library is not installed, or does not have it.
    template <class Function>
    Function find(const char* symbol) {
        auto* const address = address_of(symbol);
        complete_ = complete_ && address != nullptr;
        return reinterpret_cast<Function>(address);
    }
    /// Whether all that was asked for was found.
    bool complete() const { return complete_; }
    const char* name() const { return name_; }

private:
    void* address_of(const char* symbol);

    const char* name_;
    void* handle_ = nullptr;  // once it was opened
    bool complete_ = true;
};

}  // namespace tfy::loading
