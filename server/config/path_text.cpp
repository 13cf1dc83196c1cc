#include "server/config/path_text.hpp"

#include <pwd.h>
#include <re2/re2.h>
#include <unistd.h>

#include <cstdlib>
#include <sstream>
#include <system_error>

#include "server/system/processes.hpp"

namespace tfy::config {

std::filesystem::path home_folder() {
    const auto* home = std::getenv("HOME");
    if (home != nullptr && *home == '/') return home;
    const auto* user = getpwuid(getuid());
    return user != nullptr && user->pw_dir != nullptr ? user->pw_dir : "";
}

std::filesystem::path path_of_program() {
    std::error_code ignored;
    auto self = system::own_program();
    if (self.empty()) return {};
    const auto* path = std::getenv("PATH");
    std::istringstream folders(path == nullptr ? "" : path);
    for (std::string folder; std::getline(folders, folder, ':');) {
        const auto found = std::filesystem::path(folder) / "tfy-pat-mcp";
        if (::access(found.c_str(), X_OK) == 0)  // the one that a shell starts
            return std::filesystem::equivalent(found, self, ignored) ? std::filesystem::path{} : self;
    }
    return self;
}

Result<std::string> expand_path(const std::string& text, const std::string& name) {
    static const RE2 word(R"(^~|\$HOME\b|\$\{HOME\})");
    static const RE2 others_home("^~[^/]");
    static const RE2 unknown(R"(\$[A-Za-z_{(]|%[A-Za-z_][A-Za-z0-9_]*%|\{\{)");
    static const RE2 home_word(R"(\$HOME\b|\$\{HOME\})");
    auto known_out = text;
    RE2::GlobalReplace(&known_out, home_word, "");
    if (RE2::PartialMatch(text, others_home) || RE2::PartialMatch(known_out, unknown))
        return Error{Errc::invalid_params,
                     name +
                         " holds a word that was not filled in. Only ~ and $HOME are known here. Nothing was "
                         "done. Write the whole path."};
    if (!RE2::PartialMatch(text, word)) return text;
    const auto home = home_folder().string();
    if (home.empty())
        return Error{
            Errc::invalid_params,
            name + " is relative to the home folder, which is unknown. Set HOME, or write the whole path."};
    std::string path = text.starts_with('~') ? home + text.substr(1) : text;
    for (const std::string_view each : {"${HOME}", "$HOME"})
        for (auto at = path.find(each); at != std::string::npos; at = path.find(each, at + home.size()))
            path.replace(at, each.size(), home);
    return path;
}

}  // namespace tfy::config
