#include "server/tls/tls_library.hpp"

namespace tfy::tls {

Result<const TlsLibrary*> tls_library() {
    static const TlsLibrary library{};
    if (!library.from.complete())
        return Error{Errc::storage,
                     "TLS cannot be served: the library libssl.so.3 is not installed, or is another version "
                     "than this program needs. Nothing was started. Install Debian's package libssl3."};
    return &library;
}

}  // namespace tfy::tls
