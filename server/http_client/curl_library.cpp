#include "server/http_client/curl_library.hpp"

#include <stdexcept>
#include <string>

#include "server/http_client/wiping_memory.hpp"

namespace tfy::http_client {
namespace {

void must_be_complete(const loading::SharedLibrary& library) {
    if (library.complete()) return;
    throw std::runtime_error(
        std::string("The library ") + library.name() +
        " is not installed, or is another version than this program needs. Nothing was sent. Install "
        "Debian's packages libcurl4 and libssl3.");
}

}  // namespace

const CurlLibrary& curl() {
    static const auto library = [] {
        CurlLibrary made{};
        must_be_complete(made.from);
        must_be_complete(made.ssl.from);
        init_with_wiping_memory(made);  // what it gives must come from there from the first piece on
        return made;
    }();
    return library;
}

const CryptoLibrary& crypto() {
    static const auto library = [] {
        CryptoLibrary made{};
        must_be_complete(made.from);
        return made;
    }();
    return library;
}

}  // namespace tfy::http_client
