// malloc and its like, which know how large what they gave was.
#include "server/http_client/wiping_memory.hpp"

#include <malloc.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace tfy::http_client {
namespace {

// NOLINTBEGIN(cppcoreguidelines-no-malloc): these are in for malloc
void wipe_and_free(void* memory) {
    if (memory != nullptr) explicit_bzero(memory, malloc_usable_size(memory));
    std::free(memory);
}

void* move(void* memory, std::size_t size) {
    if (memory == nullptr) return std::malloc(size);
    void* moved = std::malloc(size);
    if (moved == nullptr) return nullptr;
    std::memcpy(moved, memory, std::min(size, malloc_usable_size(memory)));
    wipe_and_free(memory);
    return moved;
}
// NOLINTEND(cppcoreguidelines-no-malloc)

}  // namespace

void init_wiping_curl() {
    curl().global_init_mem(CURL_GLOBAL_DEFAULT, std::malloc, wipe_and_free, move, ::strdup, std::calloc);
}

CURLcode wipe_decrypted(CURL*, void* ssl_context, void*) {
    curl().ssl_ctx_set_options(static_cast<SSL_CTX*>(ssl_context), SSL_OP_CLEANSE_PLAINTEXT);
    return CURLE_OK;
}

}  // namespace tfy::http_client
