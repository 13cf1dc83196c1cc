#include "server/config/kept_login.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>

#include "server/config/path_text.hpp"
#include "server/storage/private_files.hpp"
#include "server/upstream/base_url.hpp"
#include "server/upstream/key_file.hpp"
#include "tools/own_command.hpp"

namespace tfy::config {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t longest = std::size_t{32} * 1024;

Error unusable(const std::string& why, const char* cause) {
    return {Errc::storage, "The kept login cannot be used: " + why, {{"cause", cause}}};
}

std::string again() { return " Run " + tools::own_program() + " login again."; }

/// Two lines: the address, and the key for it.
Result<KeptLogin> read_login(std::string_view text, const fs::path& file) {
    const auto line = text.find('\n');
    auto key = upstream::read_key(std::string(text.substr(line == text.npos ? text.size() : line + 1)));
    const auto url = upstream::read_base_url(std::string(text.substr(0, line)));
    if (key && !key->empty() && url) return KeptLogin{.base_url = *url, .key = std::move(*key)};
    return unusable(file.string() + " is damaged." + again(), "key_file_unusable");
}

Error not_kept(const fs::path& place, const std::error_code& why) {
    return {Errc::storage,
            place.string() + " cannot be written (" + why.message() +
                "). The login was not kept: the one of before, if there is one, still counts."};
}

}  // namespace

fs::path kept_login_file() {
    const auto* named = std::getenv("XDG_CONFIG_HOME");
    const fs::path xdg = named == nullptr ? "" : named;
    const auto home = home_folder();
    if (!xdg.is_absolute() && home.empty()) return {};
    return (xdg.is_absolute() ? xdg : home / ".config") / "tfy-pat-mcp" / "login";
}

Result<std::optional<KeptLogin>> read_kept_login(const fs::path& file) {
    if (file.empty() || !storage::is_there(file)) return std::optional<KeptLogin>{};
    auto text = storage::read_private_file(file, longest);
    if (!text) return unusable(text.error().message + ".", "key_file_unreadable");
    auto login = read_login(*text, file);
    policy::wipe(*text);
    if (!login) return login.error();
    return std::optional(std::move(*login));
}

Result<policy::Secret> read_kept_key(const fs::path& file, const std::string& base_url) {
    auto login = read_kept_login(file);
    if (!login) return login.error();
    if (!*login)
        return Error{Errc::storage, "There is no kept login any more." + again(), {{"cause", "key_not_set"}}};
    if ((*login)->base_url != base_url)
        return unusable("it is for another address than " + base_url +
                            ", where this server asks. Restart this server to use it.",
                        "key_not_set");
    return std::move((*login)->key);
}

Result<void> keep_login(const fs::path& file, const KeptLogin& login) {
    if (file.empty())
        return Error{Errc::storage,
                     "There is no home folder to keep the login in. Set HOME. Nothing was kept."};
    std::error_code failed;
    fs::create_directories(file.parent_path().parent_path(), failed);
    if (!failed && ::mkdir(file.parent_path().c_str(), 0700) != 0 && errno != EEXIST)
        failed.assign(errno, std::generic_category());
    if (failed) return not_kept(file.parent_path(), failed);
    constexpr mode_t writable_by_others = 022;
    struct stat folder = {};
    if (::stat(file.parent_path().c_str(), &folder) != 0 || (folder.st_mode & writable_by_others) != 0)
        return Error{Errc::storage, "Other users can change what is in " + file.parent_path().string() +
                                        ". Nothing was kept. Run chmod go-w on it."};
    std::string text;
    text.reserve(login.base_url.size() + login.key.size() + 2);  // nothing is left behind by growing
    text.append(login.base_url).append("\n").append(login.key.reveal()).append("\n");
    const bool kept = storage::replace_private_file(file, text);
    failed.assign(errno, std::generic_category());
    policy::wipe(text);
    return kept ? Result<void>{} : not_kept(file, failed);
}

Result<bool> forget_login(const fs::path& file) {
    if (file.empty() || ::unlink(file.c_str()) == 0) return !file.empty();
    if (errno == ENOENT) return false;
    return Error{Errc::storage, file.string() + " cannot be removed (" +
                                    std::generic_category().message(errno) + "). The login is still kept."};
}

}  // namespace tfy::config
