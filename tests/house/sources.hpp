// Our own sources as text, and how the house tests look at them.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <functional>
#include <initializer_list>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tfy::house {

namespace fs = std::filesystem;

struct Source {
    std::string name;  // from the root: "policy/gate.cpp"
    std::vector<std::string> lines;
};

inline Source read(const fs::path& root, const fs::path& file) {
    Source source{fs::relative(file, root).generic_string(), {}};
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);) source.lines.push_back(line);
    return source;
}

inline bool is_ours(const fs::path& file) {
    static const std::set<std::string> kinds = {".cpp", ".hpp"};
    return kinds.contains(file.extension().string()) &&
           file.string().find("/node_modules/") == std::string::npos;
}

inline std::vector<Source> sources(std::initializer_list<const char*> folders) {
    const fs::path root = TFY_SOURCE_DIR;
    std::vector<Source> found;
    for (const auto* folder : folders)
        for (const auto& entry : fs::recursive_directory_iterator(root / folder))
            if (entry.is_regular_file() && is_ours(entry.path())) found.push_back(read(root, entry.path()));
    return found;
}

inline const std::vector<Source>& rooms() {
    static const auto all = sources({"manifests", "protocol", "policy", "tools", "server"});
    return all;
}

inline bool starts_with(const std::string& text, std::string_view start) { return text.rfind(start, 0) == 0; }

inline std::string without_comment(const std::string& line) { return line.substr(0, line.find("//")); }

/// "file:line" of every line of code that holds `words`, in files for which `where` is true.
inline std::vector<std::string> places(const std::function<bool(const std::string&)>& where,
                                       std::initializer_list<const char*> words) {
    std::vector<std::string> found;
    for (const auto& source : rooms()) {
        if (!where(source.name)) continue;
        for (std::size_t i = 0; i < source.lines.size(); ++i) {
            const auto code = without_comment(source.lines[i]);
            const auto holds = [&](const char* word) { return code.find(word) != std::string::npos; };
            if (std::ranges::any_of(words, holds)) found.push_back(source.name + ":" + std::to_string(i + 1));
        }
    }
    return found;
}

inline std::string listed(const std::vector<std::string>& items) {
    std::string text;
    for (const auto& item : items) text += "\n  " + item;
    return text;
}

inline void check_none(const std::vector<std::string>& found) {
    const auto list = listed(found);
    CAPTURE(list);
    CHECK(found.empty());
}

}  // namespace tfy::house
