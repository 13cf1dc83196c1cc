// A variable of the environment for as long as this lives.
#pragma once

#include <cstdlib>
#include <optional>
#include <string>

namespace tfy::fakes {

class Variable {
public:
    /// nullptr: it is not set.
    Variable(const char* name, const char* value) : name_(name) {
        if (const char* found = std::getenv(name)) before_ = found;
        put(value);
    }
    Variable(const Variable&) = delete;
    Variable& operator=(const Variable&) = delete;
    ~Variable() { put(before_ ? before_->c_str() : nullptr); }

private:
    void put(const char* value) const {
        if (value != nullptr)
            ::setenv(name_, value, 1);
        else
            ::unsetenv(name_);
    }

    const char* name_;
    std::optional<std::string> before_;
};

}  // namespace tfy::fakes
