// A key as people write it down, and the file that may hold it (TFY_API_KEY_FILE; --principals).
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "policy/secret.hpp"
#include "protocol/error.hpp"

namespace tfy::upstream {

/// What names the file with this server's own key, and what names those of callers.
inline constexpr std::string_view key_file_setting = "TFY_API_KEY_FILE", callers_key_files = "--principals";

/// The key in a text that was meant to be one, without the white space around it and a byte order mark; empty
/// where there is nothing else. Wipes the text. Errc::storage, {cause: "key_unusable"} and the end of a
/// sentence ("contains more than a key …") for over 16 KiB, for quotes around it, and for a space, a control
/// character or anything but ASCII inside.
Result<policy::Secret> read_key(std::string text);

/// The key in it, without the white space around it. Errc::storage with a sentence, and {cause} as data:
/// "key_file_unreadable" (missing, no right, no file), "key_file_empty", "key_file_unusable" (over 16 KiB, a
/// space or a control character inside, quotes around it, UTF-16: a file that is half written, or another
/// one), "key_placeholder". `named_by`: the setting that names the file, for the sentence.
Result<policy::Secret> read_key_file(const std::string& file, std::string_view named_by = key_file_setting);

/// A sentence if other users may read the file; empty if they may not, or if there is none.
std::string open_to_others(const std::string& file);

/// The file as it may be named; empty if it is not there: what is named as a file and is none may be the
/// key itself.
std::string shown_key_file(const std::string& file);

/// Tells whether the file is still the same one with the same content, without reading it.
struct KeyFileMark {
    dev_t device = 0;
    ino_t number = 0;
    off_t size = 0;
    std::int64_t changed = 0;  // ns

    bool operator==(const KeyFileMark&) const = default;

    /// nullopt if there is none. Follows links: what secret stores mount is one.
    static std::optional<KeyFileMark> of(const std::string& file);
};

}  // namespace tfy::upstream
