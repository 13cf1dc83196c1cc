// A look at the sandbox's tokens that leaves no trace: SQLite writes beside a database even to read it, so it
// is given a copy.
#include <system_error>

#include "policy/sealed_state.hpp"
#include "server/storage/private_files.hpp"
#include "server/storage/token_store.hpp"

namespace tfy::storage {
namespace {

namespace fs = std::filesystem;

/// Vanishes with what was put into it.
class ScratchFolder {
public:
    ScratchFolder() {
        std::error_code none;
        const auto place = fs::temp_directory_path(none);
        if (none) return;
        const auto folder = place / ("tfy-pat-mcp-" + policy::random_id());
        if (make_private_folder(folder)) path_ = folder;
    }
    ~ScratchFolder() {
        std::error_code ignored;
        if (!path_.empty()) fs::remove_all(path_, ignored);
    }
    ScratchFolder(const ScratchFolder&) = delete;
    ScratchFolder& operator=(const ScratchFolder&) = delete;

    const fs::path& path() const { return path_; }

private:
    fs::path path_;
};

/// The database, and what its server has not yet written into it.
std::error_code copy_database(const fs::path& from, const fs::path& to) {
    std::error_code failed;
    const fs::path log = from.string() + "-wal";
    if (fs::exists(log, failed)) fs::copy_file(log, to.string() + "-wal", failed);
    if (!failed) fs::copy_file(from, to, failed);
    return failed;
}

Error cannot_be_read(const fs::path& file, const std::string& why) {
    return {Errc::storage, "The sandbox's tokens in " + file.string() + " cannot be read (" + why +
                               "). Nothing was changed."};
}

/// An error about the copy, as one about the file that it was made of.
Error about(const fs::path& file, const fs::path& copy, Error error) {
    const auto name = copy.string();
    if (const auto found = error.message.find(name); found != std::string::npos)
        error.message.replace(found, name.size(), file.string());
    return error;
}

}  // namespace

Result<std::unique_ptr<sandbox::TokenStore>> copy_sqlite_token_store(const fs::path& file) {
    auto copy = sandbox::make_memory_shelf();
    std::error_code absent;
    if (!fs::exists(file, absent)) return copy;
    const ScratchFolder scratch;
    if (scratch.path().empty()) return cannot_be_read(file, "there is no place for a copy");
    const auto there = scratch.path() / "sandbox.db";
    if (const auto failed = copy_database(file, there)) return cannot_be_read(file, failed.message());
    const auto token_store = open_sqlite_token_store(there);
    if (!token_store) return about(file, there, token_store.error());
    const auto tokens = (*token_store)->all();
    if (!tokens) return about(file, there, tokens.error());
    for (const auto& token : **tokens)
        if (const auto kept = copy->insert(token); !kept) return kept.error();
    return copy;
}

}  // namespace tfy::storage
