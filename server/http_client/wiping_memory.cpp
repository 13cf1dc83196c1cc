#include "server/http_client/wiping_memory.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

#include "server/system/sized_memory.hpp"

namespace tfy::http_client {
namespace {

void* resize(void* memory, std::size_t size) {
    void* moved = system::take_sized(size);
    if (moved == nullptr) return nullptr;
    if (memory != nullptr) std::memcpy(moved, memory, std::min(size, system::size_of_taken(memory)));
    system::give_back_wiped(memory);
    return moved;
}

char* copy(const char* text) {
    const auto size = std::strlen(text) + 1;
    auto* copied = static_cast<char*>(system::take_sized(size));
    if (copied != nullptr) std::memcpy(copied, text, size);
    return copied;
}

void* take_zeroed(std::size_t count, std::size_t size) {
    if (size != 0 && count > std::numeric_limits<std::size_t>::max() / size) return nullptr;
    void* memory = system::take_sized(count * size);
    if (memory != nullptr) std::memset(memory, 0, count * size);
    return memory;
}

}  // namespace

void init_with_wiping_memory(const CurlLibrary& library) {
    library.global_init_mem(CURL_GLOBAL_DEFAULT, system::take_sized, system::give_back_wiped, resize, copy,
                            take_zeroed);
}

CURLcode wipe_decrypted(CURL*, void* ssl_context, void*) {
    curl().ssl.ctx_set_options(static_cast<SSL_CTX*>(ssl_context), SSL_OP_CLEANSE_PLAINTEXT);
    return CURLE_OK;
}

}  // namespace tfy::http_client
