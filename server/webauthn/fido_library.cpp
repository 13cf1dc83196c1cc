#include "server/webauthn/fido_library.hpp"

namespace tfy::webauthn {

Result<const FidoLibrary*> fido() {
    static const FidoLibrary library{};
    if (!library.from.complete())
        return Error{Errc::storage,
                     "Passkeys cannot be checked: the library libfido2.so.1 is not installed, or is another "
                     "version than this program needs. Nothing was changed. Install Debian's package "
                     "libfido2-1."};
    library.init(0);  // sets up this thread's own settings
    return &library;
}

}  // namespace tfy::webauthn
