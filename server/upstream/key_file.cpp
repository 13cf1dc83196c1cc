#include "server/upstream/key_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "server/storage/open_file.hpp"
#include "server/upstream/placeholder.hpp"

namespace tfy::upstream {
namespace {

constexpr std::size_t longest = 16 * 1024;

Error unusable(std::string_view named_by, const std::string& file, const std::string& why,
               const char* cause) {
    return {Errc::storage, std::string(named_by) + ": " + file + " " + why, {{"cause", cause}}};
}

// A key that was put where a file's name belongs is no file, and is not to be repeated. What --principals
// names is an absolute path, and one of several.
Error unreadable(std::string_view named_by, const std::string& file, int why) {
    if (why == ENOENT)
        return {Errc::storage,
                std::string(named_by) +
                    (named_by == key_file_setting ? " points to a file that does not exist."
                                                  : " names " + file + ", which does not exist.") +
                    " Create it containing only the key, or fix the path.",
                {{"cause", "key_file_unreadable"}}};
    return unusable(
        named_by, file,
        "cannot be read (" + std::generic_category().message(why) + "). Fix the path or its permissions.",
        "key_file_unreadable");
}

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

/// Of a text in UTF-16, either way round.
bool is_wide(std::string_view text) { return text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff"); }

/// Wipes `text` and keeps what is between the white space, behind a byte order mark.
void trim(std::string& text) {
    constexpr auto space = " \t\r\n";
    const auto first =
        text.find_first_not_of(space, text.starts_with(byte_order_mark) ? byte_order_mark.size() : 0);
    const auto last = text.find_last_not_of(space);
    std::string inner = first == std::string::npos ? std::string{} : text.substr(first, last - first + 1);
    policy::wipe(text);
    text = std::move(inner);
}

/// As it is written in a shell or in JSON. No bearer token has quotes.
bool is_quoted(std::string_view text) {
    constexpr std::string_view quotes = "\"'";
    return !text.empty() && (quotes.find(text.front()) != std::string_view::npos ||
                             quotes.find(text.back()) != std::string_view::npos);
}

bool is_one_word(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

}  // namespace

Result<policy::Secret> read_key(std::string text) {
    const bool too_long = text.size() > longest;
    if (is_wide(text)) {
        policy::wipe(text);
        return Error{Errc::storage,
                     "is text in UTF-16, as some editors save it. Save it as UTF-8.",
                     {{"cause", "key_unusable"}}};
    }
    trim(text);
    if (is_quoted(text)) {
        policy::wipe(text);
        return Error{
            Errc::storage,
            "begins or ends with a quotation mark, which is no part of a key. Put only the key there, "
            "without quotes.",
            {{"cause", "key_unusable"}}};
    }
    if (!too_long && is_one_word(text)) return policy::Secret(std::move(text));
    policy::wipe(text);
    return Error{Errc::storage,
                 "contains more than a key: a space, a line break or another odd character, or over 16 KiB. "
                 "Put only the key there.",
                 {{"cause", "key_unusable"}}};
}

Result<policy::Secret> read_key_file(const std::string& file, std::string_view named_by) {
    const storage::OpenFile in(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat found = {};
    if (!in || ::fstat(in.get(), &found) != 0) return unreadable(named_by, file, errno);
    if (!S_ISREG(found.st_mode)) return unreadable(named_by, file, S_ISDIR(found.st_mode) ? EISDIR : EINVAL);
    std::string text(longest + 1, '\0');  // one allocation: nothing of it is left behind by growing
    const auto size = ::read(in.get(), text.data(), text.size());
    if (size < 0) return unreadable(named_by, file, errno);
    text.resize(static_cast<std::size_t>(size));
    if (const auto placeholder = read_placeholder(text))
        return unusable(named_by, file, placeholder->says("key", Placeholder::Place::file),
                        "key_placeholder");
    auto key = read_key(std::move(text));
    if (!key) return unusable(named_by, file, key.error().message, "key_file_unusable");
    if (key->empty()) return unusable(named_by, file, "is empty. Write the key into it.", "key_file_empty");
    return key;
}

std::string open_to_others(const std::string& file) {
    constexpr mode_t others = 044;
    struct stat found = {};
    if (::stat(file.c_str(), &found) != 0 || (found.st_mode & others) == 0) return {};
    return "Other users can read the key file " + file + ". Run chmod 600 on it.";
}

std::string shown_key_file(const std::string& file) {
    std::error_code ignored;
    return std::filesystem::exists(file, ignored) ? file : std::string();
}

std::optional<KeyFileMark> KeyFileMark::of(const std::string& file) {
    struct stat found = {};
    if (::stat(file.c_str(), &found) != 0) return std::nullopt;
    return KeyFileMark{.device = found.st_dev,
                       .number = found.st_ino,
                       .size = found.st_size,
                       .changed = std::int64_t{found.st_ctim.tv_sec} * 1'000'000'000 + found.st_ctim.tv_nsec};
}

}  // namespace tfy::upstream
