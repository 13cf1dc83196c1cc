// Which file a name leads to: another one may be put in its place.
#pragma once

#include <sys/stat.h>

#include <filesystem>
#include <optional>

namespace tfy::storage {

struct FileId {
    dev_t device = 0;
    ino_t node = 0;
    bool operator==(const FileId&) const = default;

    /// nullopt with errno set if there is none.
    static std::optional<FileId> of(const std::filesystem::path& file) {
        struct stat found = {};
        if (::stat(file.c_str(), &found) != 0) return std::nullopt;
        return FileId{found.st_dev, found.st_ino};
    }
};

}  // namespace tfy::storage
