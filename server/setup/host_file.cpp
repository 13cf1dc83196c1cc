#include "server/setup/host_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <system_error>

#include "policy/sealed_state.hpp"
#include "server/storage/open_file.hpp"
#include "server/storage/private_files.hpp"

namespace tfy::setup {
namespace {

namespace fs = std::filesystem;

constexpr off_t largest = 16 * 1024 * 1024;

std::string reason() { return std::generic_category().message(errno); }

Error cannot(const std::string& what, const fs::path& path, const std::string& next) {
    return {Errc::storage, what + " " + path.string() + " (" + reason() + "). Nothing was changed. " + next};
}

/// Where the links of `path` lead. One that leads nowhere would become a file in a place that no one chose.
Result<fs::path> follow(const fs::path& path) {
    std::error_code failed;
    if (!fs::is_symlink(fs::symlink_status(path, failed))) return path;
    auto real = fs::canonical(path, failed);
    if (!failed) return real;
    return Error{Errc::storage, path.string() +
                                    " is a link that leads nowhere. Nothing was changed. Remove the link, "
                                    "or create the file that it names."};
}

Result<std::string> read_all(int descriptor, const fs::path& path) {
    std::string text;
    std::array<char, 65536> room{};
    for (;;) {
        const auto size = ::read(descriptor, room.data(), room.size());
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) return cannot("Cannot read", path, "Check the disk.");
        if (size == 0) return text;
        text.append(room.data(), static_cast<std::size_t>(size));
    }
}

bool write_all(int descriptor, std::string_view text) {
    while (!text.empty()) {
        const auto size = ::write(descriptor, text.data(), text.size());
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) return false;
        text.remove_prefix(static_cast<std::size_t>(size));
    }
    return true;
}

Result<void> make_folders(const fs::path& folder) {
    std::error_code failed;
    if (fs::is_directory(folder, failed)) return {};
    if (folder.has_parent_path())
        if (auto above = make_folders(folder.parent_path()); !above) return above;
    if (::mkdir(folder.c_str(), 0700) == 0 || errno == EEXIST) return {};
    return cannot("Cannot make the folder", folder, "Make it yourself, or check its permissions.");
}

Result<void> check_unchanged(const HostFile& file) {
    const auto now = read_host_file(file.named);
    if (!now) return now.error();
    if (now->real == file.real && now->text == file.text) return {};
    return Error{Errc::conflict,
                 file.named.string() +
                     " was changed by another program in the meantime. Nothing was changed here. Run "
                     "the command again."};
}

}  // namespace

Result<HostFile> read_host_file(const fs::path& path) {
    auto real = follow(path);
    if (!real) return real.error();
    HostFile file{.named = path, .real = std::move(*real)};
    const storage::OpenFile in(::open(file.real.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!in && errno == ENOENT) return file;
    if (!in) return cannot("Cannot read", path, "Check its permissions and those of its folder.");
    struct stat found = {};
    if (::fstat(in.get(), &found) != 0) return cannot("Cannot read", path, "Check the disk.");
    if (!S_ISREG(found.st_mode))
        return Error{Errc::storage, path.string() + " is not a regular file. Nothing was changed."};
    if (found.st_uid != ::geteuid())
        return Error{Errc::storage, path.string() +
                                        " belongs to another user. Nothing was changed. Run the command as "
                                        "the user who runs the host."};
    if (found.st_size > largest)
        return Error{Errc::storage, path.string() + " is larger than 16 MiB. Nothing was changed."};
    auto text = read_all(in.get(), path);
    if (!text) return text.error();
    file.text = std::move(*text);
    file.mode = found.st_mode & 07777U;
    return file;
}

Result<void> replace_host_file(const HostFile& file, const std::optional<std::string>& text) {
    const std::string next = "Check the permissions of the file and its folder, and the space on the disk.";
    if (auto same = check_unchanged(file); !same) return same.error();
    if (!text) {
        if (::unlink(file.real.c_str()) == 0 || errno == ENOENT) return {};
        return cannot("Cannot remove", file.real, next);
    }
    if (file.text && ::access(file.real.c_str(), W_OK) != 0) return cannot("Cannot write", file.named, next);
    if (file.text && (file.mode & S_IWUSR) == 0)  // to root, all is writable
        return Error{Errc::storage, file.named.string() +
                                        " is read-only. Nothing was changed. If you mean it, run "
                                        "chmod u+w on it and then the command again."};
    if (auto folders = make_folders(file.real.parent_path()); !folders) return folders.error();
    const auto draft =
        file.real.parent_path() / ("." + file.real.filename().string() + "." + policy::random_id());
    const storage::OpenFile out(::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!out) return cannot("Cannot write", file.named, next);
    const bool written =
        write_all(out.get(), *text) && ::fchmod(out.get(), file.mode) == 0 && ::fsync(out.get()) == 0;
    auto same = written ? check_unchanged(file) : Result<void>{};
    if (written && same && ::rename(draft.c_str(), file.real.c_str()) == 0) return {};
    auto problem = same ? cannot("Cannot write", file.named, next) : same.error();
    ::unlink(draft.c_str());
    return problem;
}

fs::path copy_of(const HostFile& file) {
    auto copy = file.real;
    copy += ".before-tfy-pat-mcp";
    return copy;
}

Result<void> keep_copy(const HostFile& file) {
    if (storage::replace_private_file(copy_of(file), *file.text)) return {};
    return cannot("Cannot write a copy to", copy_of(file), "Check the permissions of the folder.");
}

}  // namespace tfy::setup
