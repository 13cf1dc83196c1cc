// A file descriptor that is closed once.
#pragma once

#include <unistd.h>

#include <utility>

namespace tfy::storage {

class OpenFile {
public:
    /// Negative: none, as open() says it.
    explicit OpenFile(int number = -1) : number_(number) {}
    OpenFile(OpenFile&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    OpenFile& operator=(OpenFile&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }
    ~OpenFile() {
        if (number_ >= 0) ::close(number_);
    }

    explicit operator bool() const { return number_ >= 0; }
    int get() const { return number_; }

private:
    int number_ = -1;
};

}  // namespace tfy::storage
