#include "server/config/folder_settings.hpp"

#include <algorithm>
#include <array>

#include "policy/secret.hpp"
#include "server/config/dotenv.hpp"

namespace tfy::config {
namespace {

constexpr std::string_view key = "TFY_API_KEY";
constexpr std::string_view key_file = "TFY_API_KEY_FILE";
constexpr std::string_view own_prefix = "TFY_PAT_MCP_";
constexpr std::array<std::string_view, 3> addresses = {"TFY_BASE_URL", "TFY_HOST", "TFY_API_HOST"};

bool is_address(std::string_view name) { return std::ranges::find(addresses, name) != addresses.end(); }

/// The file's own words are not repeated unless they are a variable's name.
std::string named(std::string_view name) {
    constexpr std::size_t longest = 60;
    const bool plain = name.size() <= longest && std::ranges::all_of(name, [](char c) {
                           return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
                       });
    return plain ? std::string(name) : "A setting TFY_PAT_MCP_…";
}

std::string why_not_read(std::string_view name) {
    if (name == key_file)
        return "TFY_API_KEY_FILE in .env is not read: a folder must not name a file whose contents are sent "
               "somewhere. Set it in the environment.";
    if (name.starts_with(own_prefix))
        return named(name) +
               " in .env is not read: a folder does not configure this server. Use a flag, the environment "
               "or "
               "--config.";
    return {};
}

void remove_if(FolderSettings& settings, auto&& condition) {
    std::erase_if(settings.pairs, [&](auto& pair) {
        const bool gone = condition(std::string_view(pair.first));
        if (gone) policy::wipe(pair.second);
        return gone;
    });
}

bool is_given(const FolderSettings& settings, auto&& condition) {
    return std::ranges::any_of(settings.pairs, [&](const auto& pair) {
        return condition(std::string_view(pair.first)) &&
               pair.second.find_first_not_of(" \t\r\n") != std::string::npos;
    });
}

}  // namespace

FolderSettings read_folder_settings(std::string_view text, EnvironmentHas has) {
    FolderSettings settings{.pairs = read_dotenv(text)};
    remove_if(settings, [&](std::string_view name) {
        auto sentence = why_not_read(name);
        if (sentence.empty()) return false;
        if (name == key_file) settings.file_refused = sentence;
        settings.refused.push_back(std::move(sentence));
        return true;
    });
    const bool own_key = is_given(settings, [](std::string_view name) { return name == key; });
    if (!has.address && (has.key || !own_key) && is_given(settings, is_address)) {
        settings.address_refused =
            has.key ? "The address in .env is not used: the key is from the environment, and "
                      "a folder must not say where it is sent. Set TFY_BASE_URL in the "
                      "environment."
                    : "The address in .env is not used: it counts only with a TFY_API_KEY in "
                      "the same file. Set TFY_BASE_URL in the environment.";
        settings.refused.push_back(settings.address_refused);
    }
    if (has.key || has.address || !own_key) remove_if(settings, is_address);
    if (has.key) remove_if(settings, [](std::string_view name) { return name == key; });
    return settings;
}

}  // namespace tfy::config
