// State directories that vanish, and the rows that tests put into them.
#pragma once

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>

#include "policy/canonical_json.hpp"
#include "server/storage/ledger.hpp"
#include "tests/fakes/permits.hpp"
#include "tests/fakes/redactor.hpp"

namespace tfy::fakes {

/// In memory where the system has such a place: a commit that waits for a disk makes thousands of them slow.
class TempFolder {
public:
    TempFolder() {
        const std::filesystem::path memory = "/dev/shm";
        const auto place =
            ::access(memory.c_str(), W_OK) == 0 ? memory : std::filesystem::temp_directory_path();
        std::string name = (place / "tfy-test-XXXXXX").string();
        path_ = ::mkdtemp(name.data());  // 0700
    }
    ~TempFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TempFolder(const TempFolder&) = delete;
    TempFolder& operator=(const TempFolder&) = delete;

    const std::filesystem::path& path() const { return path_; }
    std::filesystem::path operator/(const char* name) const { return path_ / name; }

private:
    std::filesystem::path path_;
};

inline unsigned mode_of(const std::filesystem::path& file) {
    struct stat found = {};
    return ::stat(file.c_str(), &found) == 0 ? found.st_mode & 07777U : 0U;
}

inline constexpr policy::Time noon{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} +
                                   std::chrono::hours{12}};

inline std::unique_ptr<storage::Ledger> open_ledger(const std::filesystem::path& file,
                                                    const storage::LedgerLimits& limits = {}) {
    auto ledger = storage::Ledger::open(file, limits);
    if (!ledger) throw std::runtime_error(ledger.error().message);
    return std::move(*ledger);
}

inline journal::JournalEntry entry(std::string kind, std::string approval_id = {}, Json body = Json::object(),
                                   policy::Time at = noon) {
    static const auto redactor = redaction::RedactorForTests::make();
    return {std::move(kind), std::move(approval_id), redactor.seal(body), at};
}

/// A pending delete of the token `token` by `principal`: another token is another digest.
inline policy::Approval approval(std::string id, std::string token = "ci-pipeline",
                                 std::string principal = "stdio:alice", policy::Time created = noon) {
    policy::Approval made;
    made.id = std::move(id);
    made.call.server = "tfy-pat-mcp";
    made.call.base_url = "https://tfy.example.com";
    made.call.tool = "tfy_access_tokens_delete";
    made.call.tool_version = "sha256:00";
    made.call.arguments = {{"id", "pat-" + token}};
    made.call.caller = {.principal = std::move(principal), .client = "claude-code 2.1.0"};
    policy::ApprovalForTests::digest(made) = policy::digest(made.call);
    made.asked_digest = made.digest();
    made.facts.subject = std::move(token);
    made.facts.effect = "The token is deleted for ever. What uses it stops working.";
    made.facts.shown = {{"Created", "2026-01-05 09:00 UTC"}};
    made.agent_reason = "no longer needed";
    policy::ApprovalForTests::terms(made).min_assurance = policy::Assurance::terminal;
    made.created = created;
    made.expires = created + std::chrono::minutes{15};
    return made;
}

inline policy::Approval in_state(policy::Approval approval, policy::Approval::State state) {
    policy::ApprovalForTests::state(approval) = state;
    return approval;
}

}  // namespace tfy::fakes
