// Who an OAuth client is, whichever of the three ways it is known by.
#pragma once

#include <string>

#include "server/oauth/client_documents.hpp"
#include "server/storage/store.hpp"

namespace tfy::oauth {

class OAuthClients {
public:
    OAuthClients(storage::Store& store, ClientDocuments& documents) : store_(store), documents_(documents) {}

    /// `person`: who is signed in and wants to know; documents are fetched for no one else. Errc::not_found,
    /// Errc::storage, and as ClientDocuments::find. The message says what failed and why, and no more.
    Async<Result<OAuthClient>> find(std::string id, std::string person);

private:
    storage::Store& store_;
    ClientDocuments& documents_;
};

}  // namespace tfy::oauth
