// Modes are set at creation, never afterwards, so that there is no moment in which others could look.
#include "server/storage/key_files.hpp"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <string>
#include <string_view>

#include "policy/sealed_state.hpp"
#include "server/storage/open_file.hpp"
#include "server/storage/private_files.hpp"

namespace tfy::storage {
namespace {

namespace fs = std::filesystem;
using Key = std::array<unsigned char, 32>;

struct KeyFile {
    std::string_view name;
    std::string_view without;
};

constexpr std::array<KeyFile, 5> key_files = {{
    {"fingerprint.key",
     "Restore it from a backup, or use another --state-dir: without this key, the server does not recognize "
     "the tokens that it has seen, and could not redact them."},
    {"journal.key",
     "Restore the whole state directory from a backup, or use another --state-dir: without this key, nothing "
     "shows whether records were cut off the end of the journal."},
    {"own_keys.key",
     "Restore it from a backup, or delete it. Without it, the TrueFoundry keys that people entered cannot be "
     "opened: they enter them again on the approvals page."},
    {"seal.key",
     "Restore it from a backup, or delete it. The next start makes another one, and clients over HTTP have "
     "to connect again."},
    {"sessions.key",
     "Restore it from a backup, or delete it. Another one is made, and people have to sign in to the "
     "approvals page again."},
}};

/// What becomes of the state directory without the key in `file`, and what helps.
std::string without(const fs::path& file) {
    const auto found = std::ranges::find(key_files, file.filename().string(), &KeyFile::name);
    return std::string(found == key_files.end() ? "Restore it from a backup." : found->without);
}

Error failed(const std::string& what, const fs::path& path) {
    return not_written(what + " " + path.string(), errno);
}

Result<Key> read_key(const fs::path& file) {
    const OpenFile key(::open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
    struct stat found = {};
    if (!key || ::fstat(key.get(), &found) != 0) return failed("Cannot read the key file", file);
    if ((found.st_mode & mode_t{077}) != 0)
        return Error{Errc::storage, "Other users can read the key file " + file.string() + " (mode " +
                                        octal(found.st_mode) +
                                        "). Nothing was run. Run chmod 600 on it if you are sure that it was "
                                        "not copied; otherwise use another --state-dir."};
    Key bytes{};
    const bool whole = S_ISREG(found.st_mode) && found.st_size == static_cast<off_t>(bytes.size()) &&
                       ::read(key.get(), bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size());
    if (whole) return bytes;
    return Error{Errc::storage, "The key file " + file.string() +
                                    " is damaged: a key has 32 bytes. Nothing was run. " + without(file)};
}

// Written whole under another name and then linked: unlike rename(), link() never replaces the key of a
// process that was quicker.
Result<void> create_key(const fs::path& file) {
    const auto draft = file.parent_path() / ("." + file.filename().string() + "." + policy::random_id());
    Key bytes{};
    randombytes_buf(bytes.data(), bytes.size());
    const OpenFile out(::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!out) return failed("Cannot create the key file", draft);
    const bool written =
        ::write(out.get(), bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()) &&
        ::fsync(out.get()) == 0;
    sodium_memzero(bytes.data(), bytes.size());
    const bool linked = written && (::link(draft.c_str(), file.c_str()) == 0 || errno == EEXIST);
    const auto problem = linked ? std::optional<Error>{} : failed("Cannot create the key file", file);
    ::unlink(draft.c_str());
    if (problem) return *problem;
    const OpenFile folder(::open(file.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder || ::fsync(folder.get()) != 0) return failed("Cannot save the key file", file);
    return {};
}

}  // namespace

Result<Key> load_or_create_key(const fs::path& file) {
    if (sodium_init() < 0)
        return Error{Errc::storage, "The system gives no random numbers. Nothing was run."};
    if (auto folder = make_private_folder(file.parent_path()); !folder) return folder.error();
    struct stat found = {};
    if (::lstat(file.c_str(), &found) != 0 && errno == ENOENT)
        if (auto created = create_key(file); !created) return created.error();
    return read_key(file);
}

Result<void> check_key_files(const fs::path& state_dir) {
    for (const auto& each : key_files) {
        const auto file = state_dir / "keys" / each.name;
        if (!is_there(file)) continue;
        if (const auto key = read_key(file); !key) return key.error();
    }
    return {};
}

}  // namespace tfy::storage
