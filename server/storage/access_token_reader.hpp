// How a loop looks access tokens up by itself, without a way to the store thread.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "policy/time.hpp"
#include "protocol/error.hpp"

namespace tfy::storage {

/// An access token whose grant was not revoked.
struct IssuedToken {
    std::string client_id;
    std::string person;
    std::string client_name = {};  // as it was when the person allowed it
    bool listed = false;           // the operator added the client
    bool may_request = true;
    policy::Time until = {};
};

/// Use it from one thread at a time. No writer holds it up; it waits for 20 ms at the most.
class AccessTokenReader {
public:
    /// The database must exist, as the ledger makes it. Errc::storage.
    static Result<std::unique_ptr<AccessTokenReader>> open(const std::filesystem::path& ledger);
    ~AccessTokenReader();
    AccessTokenReader(const AccessTokenReader&) = delete;
    AccessTokenReader& operator=(const AccessTokenReader&) = delete;

    /// As any process has left it. Nothing if there is none, or its grant is revoked. Errc::storage.
    Result<std::optional<IssuedToken>> find(const std::string& hash);

private:
    struct Connection;
    explicit AccessTokenReader(std::filesystem::path ledger);

    std::filesystem::path ledger_;
    std::unique_ptr<Connection> connection_;
};

}  // namespace tfy::storage
