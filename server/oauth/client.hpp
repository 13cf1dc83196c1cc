// An OAuth client, as a person is asked about it and as the token endpoint knows it.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace tfy::oauth {

struct OAuthClient {
    enum class Kind {
        document,    // its id is the https address of the document that describes it
        registered,  // it registered itself
        listed       // the operator added it
    };

    std::string id;
    Kind kind = Kind::document;
    std::string name = {};  // what it calls itself: untrusted text; may be empty
    std::vector<std::string> redirect_uris = {};
    std::optional<std::string> secret_hash = {};  // of a listed client that has a secret
};

}  // namespace tfy::oauth
