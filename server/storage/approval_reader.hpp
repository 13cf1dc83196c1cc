// How many requests wait, and how others have ended: for who watches the server, not for who decides.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "policy/time.hpp"
#include "protocol/error.hpp"

namespace tfy::storage {

struct ApprovalCounts {
    std::map<std::string, std::uint64_t, std::less<>> open = {};        // by state
    std::optional<policy::Time> oldest_pending = {};                    // when it was made
    std::map<std::string, std::uint64_t, std::less<>> journalled = {};  // by kind of record
    std::int64_t last_record = 0;                                       // the journal's end
};

/// Use it from one thread at a time. No writer holds it up; it waits for 20 ms at the most.
class ApprovalReader {
public:
    /// The database must exist, as the ledger makes it. Errc::storage.
    static Result<std::unique_ptr<ApprovalReader>> open(const std::filesystem::path& ledger);
    ~ApprovalReader();
    ApprovalReader(const ApprovalReader&) = delete;
    ApprovalReader& operator=(const ApprovalReader&) = delete;

    /// What is open at `now`, and the journal's records behind that number, each of which is read: name the
    /// last one that was counted. As any process has left it. Errc::storage.
    Result<ApprovalCounts> counts(policy::Time now, std::int64_t behind);
    /// The number of the journal's last record; 0 if there is none.
    Result<std::int64_t> last_record();

private:
    struct Connection;
    explicit ApprovalReader(std::filesystem::path ledger);

    std::filesystem::path ledger_;
    std::unique_ptr<Connection> connection_;
};

}  // namespace tfy::storage
