// Locked memory for values: made, moved, masked, wiped.
#include "policy/secret.hpp"

#include <sodium.h>

#include <cstring>
#include <new>
#include <stdexcept>
#include <utility>

#include "policy/sodium.hpp"

namespace tfy::policy {

namespace {

constexpr std::string_view hidden = "****...****";

struct Wiped {
    std::string& text;
    ~Wiped() { wipe(text); }
};

char* locked_copy(std::string_view plain) {
    auto* bytes = static_cast<char*>(sodium_malloc(plain.size()));
    if (bytes == nullptr) throw std::bad_alloc();
    // sodium_malloc is silent if the system refuses to lock; asking again shows it.
    if (sodium_mlock(bytes, plain.size()) != 0) {
        sodium_free(bytes);
        throw std::bad_alloc();
    }
    std::memcpy(bytes, plain.data(), plain.size());
    sodium_mprotect_readonly(bytes);
    return bytes;
}

}  // namespace

void ready_sodium() {
    static const int status = sodium_init();
    if (status < 0) throw std::runtime_error("libsodium cannot start: the system gives no random bytes");
}

Secret::Secret(std::string&& plain) {
    const Wiped wiped{plain};
    if (plain.empty()) return;
    ready_sodium();
    bytes_ = locked_copy(plain);
    size_ = plain.size();
}

Secret::Secret(Secret&& other) noexcept
    : bytes_(std::exchange(other.bytes_, nullptr)), size_(std::exchange(other.size_, 0)) {}

Secret& Secret::operator=(Secret&& other) noexcept {
    if (this == &other) return *this;
    sodium_free(bytes_);
    bytes_ = std::exchange(other.bytes_, nullptr);
    size_ = std::exchange(other.size_, 0);
    return *this;
}

// sodium_free wipes before it frees, and takes a null pointer.
Secret::~Secret() { sodium_free(bytes_); }

std::string Secret::masked() const {
    const std::string_view value{bytes_, size_};
    if (size_ >= 24) return std::string(value.substr(0, 4)).append(hidden).append(value.substr(size_ - 4));
    // Of something as short as a pin even two characters would help.
    if (size_ < 8) return std::string(hidden);
    return std::string(hidden).append(value.substr(size_ - 2));
}

void wipe(std::string& text) {
    text.resize(text.capacity());
    sodium_memzero(text.data(), text.size());
    text.clear();
}

}  // namespace tfy::policy
