// Modes are set at creation, never afterwards, so that there is no moment in which others could look.
#include "server/storage/private_files.hpp"

#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <system_error>

#include "policy/sealed_state.hpp"
#include "policy/secret.hpp"
#include "server/storage/open_file.hpp"
#include "server/storage/regular_file.hpp"
#include "server/system/descriptors.hpp"

namespace tfy::storage {
namespace {

namespace fs = std::filesystem;

constexpr mode_t others = 077;

std::string user_name(uid_t user) {
    std::array<char, 4096> room{};
    passwd entry = {};
    passwd* found = nullptr;
    if (::getpwuid_r(user, &entry, room.data(), room.size(), &found) == 0 && found != nullptr)
        return found->pw_name;
    return "user id " + std::to_string(user);
}

/// What to do about it, in sentences; empty where only the system's word for it can tell.
std::string what_helps(int why) {
    if (why == ENOSPC || why == EDQUOT) return "Free some space on its disk, or use another --state-dir.";
    if (why == EROFS) return "Use another --state-dir, or mount that disk so that it can be written.";
    if (why == EMFILE || why == ENFILE) return std::string(system::allow_more_files) + ".";
    if (why == ENOENT || why == ENOTDIR) return "Give a folder that can be written with --state-dir.";
    if (why == EACCES || why == EPERM)
        return "Check that this user owns the state directory and may read and write all of it, or use "
               "another --state-dir.";
    return {};
}

}  // namespace

std::string octal(mode_t mode) {
    const auto digit = [&](unsigned shift) { return static_cast<char>('0' + ((mode >> shift) & 7U)); };
    return {'0', digit(6), digit(3), digit(0)};
}

Error not_written(const std::string& what, int why) {
    const auto todo = what_helps(why);
    return {Errc::storage, what + " (" + std::generic_category().message(why) + "). Nothing was run." +
                               (todo.empty() ? "" : " " + todo)};
}

Result<std::string> read_private_file(const fs::path& path, std::size_t most, GroupAccess group) {
    const auto closed = group == GroupAccess::may_read ? others & ~mode_t{040} : others;
    const auto file = path.string();
    const OpenFile open(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat found = {};
    if (!open || ::fstat(open.get(), &found) != 0)
        return Error{Errc::refused,
                     file + " cannot be read (" + std::generic_category().message(errno) + ")"};
    if ((found.st_mode & closed) != 0)
        return Error{Errc::refused, "other users may read " + file + "; run chmod 600 on it"};
    std::string text(most + 1, '\0');
    const auto size = S_ISREG(found.st_mode) ? ::read(open.get(), text.data(), text.size()) : -1;
    if (size < 0 || static_cast<std::size_t>(size) > most) {
        policy::wipe(text);
        return Error{Errc::refused, file + " is no file of at most " + std::to_string(most) + " bytes"};
    }
    text.resize(static_cast<std::size_t>(size));
    return text;
}

bool replace_private_file(const fs::path& file, std::string_view text) {
    const auto draft = file.parent_path() / ("." + file.filename().string() + "." + policy::random_id());
    const OpenFile out(::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    const bool written = out &&
                         ::write(out.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                         ::fsync(out.get()) == 0 && std::rename(draft.c_str(), file.c_str()) == 0;
    if (written) return true;
    const auto why = errno;
    ::unlink(draft.c_str());
    errno = why;
    return false;
}

Result<void> make_private_folder(const fs::path& folder) {
    std::error_code ignored;
    if (std::error_code parent; !fs::create_directories(folder.parent_path(), parent) && parent)
        return Error{Errc::storage,
                     "Cannot create the folder " + folder.parent_path().string() + " (" + parent.message() +
                         "). Nothing was run. Give a folder that can be written with --state-dir."};
    if (::mkdir(folder.c_str(), 0700) == 0) return {};
    struct stat found = {};
    if (errno != EEXIST || ::stat(folder.c_str(), &found) != 0)
        return not_written("Cannot create the state directory " + folder.string(), errno);
    if (!S_ISDIR(found.st_mode))
        return Error{Errc::storage,
                     folder.string() + " is not a folder. Nothing was run. Give another --state-dir."};
    if (found.st_uid != ::geteuid())
        return Error{Errc::storage, "The state directory " + folder.string() + " belongs to another user (" +
                                        user_name(found.st_uid) + "), who could read and change all of it. " +
                                        "Nothing was run. Run as that user, or give another --state-dir."};
    if ((found.st_mode & others) == 0) return {};
    if (fs::is_empty(folder, ignored) && ::chmod(folder.c_str(), 0700) == 0) return {};
    return Error{Errc::storage, "Other users can read the state directory " + folder.string() + " (mode " +
                                    octal(found.st_mode) +
                                    "). Nothing was run. Run chmod 700 on it, or give another --state-dir."};
}

bool is_there(const fs::path& file) {
    struct stat found = {};
    return ::lstat(file.c_str(), &found) == 0;
}

std::string text_in(const fs::path& file) {
    auto text = read_regular_file(file, std::size_t{1024} * 1024);
    return text ? std::move(*text) : std::string{};
}

Result<void> keep_text(const fs::path& file, std::string_view text) {
    std::error_code ignored;
    if (fs::exists(file, ignored) && text_in(file) == text) return {};
    if (replace_private_file(file, text)) return {};
    return not_written("Cannot write " + file.string(), errno);
}

}  // namespace tfy::storage
