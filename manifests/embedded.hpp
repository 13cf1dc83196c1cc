// The files that were embedded at build time: definitions of tools, prompts and resources, default rules, the
// approvals page.
#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace tfy::manifests {

/// Bytes of the program. Made by the compiler only, so they hold nothing that a process has learned.
class Bytes {
public:
    template <std::size_t Size>
    consteval Bytes(const unsigned char (&file)[Size]) : first_(file), size_(Size - 1) {}  // NOLINT: as it is
    std::string_view text() const { return {reinterpret_cast<const char*>(first_), size_}; }

private:
    const unsigned char* first_;
    std::size_t size_;  // without the 0 behind them
};

struct File {
    std::string_view name;  // path below manifests/: "tools/tfy_config_status.json", "policy.toml";
                            // "page/index.html" for the page
    std::string_view text;  // bytes as they are in the repository
    Bytes bytes;            // the same
};

/// Every embedded file, in the order of their names within a folder.
std::span<const File> files();

/// The text of one embedded file; empty if there is none of that name.
inline std::string_view file(std::string_view name) {
    for (const auto& each : files())
        if (each.name == name) return each.text;
    return {};
}

/// The names of all tools: of the files tools/NAME.json.
inline std::vector<std::string_view> tool_names() {
    constexpr std::string_view folder = "tools/", ending = ".json";
    std::vector<std::string_view> names;
    for (const auto& each : files())
        if (each.name.starts_with(folder) && each.name.ends_with(ending))
            names.push_back(
                each.name.substr(folder.size(), each.name.size() - folder.size() - ending.size()));
    return names;
}

}  // namespace tfy::manifests
