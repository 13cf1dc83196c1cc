// What a source names with a using-declaration or an alias of a namespace, it uses. clang-tidy can say this
// of the main file of a compilation only, and many sources are compiled as one.
#include <doctest/doctest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace fs = std::filesystem;

/// The lines of a source without comments and quoted texts.
std::vector<std::string> code_of(std::istream& in) {
    static const std::regex quoted(R"("(?:[^"\\]|\\.)*")");
    std::vector<std::string> code;
    for (std::string line; std::getline(in, line);) {
        line = std::regex_replace(line, quoted, "\"\"");
        code.push_back(line.substr(0, line.find("//")));
    }
    return code;
}

bool is_of_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

/// Whether `line` uses `name` unqualified: no member and no part of
/// another namespace.
bool names(std::string_view line, std::string_view name) {
    for (auto at = line.find(name); at != std::string_view::npos; at = line.find(name, at + 1)) {
        const auto end = at + name.size();
        if (end < line.size() && is_of_word(line[end])) continue;
        const auto before = line.substr(0, at);
        if (before.empty()) return true;
        if (!is_of_word(before.back()) && !before.ends_with("::") && !before.ends_with('.') &&
            !before.ends_with("->"))
            return true;
    }
    return false;
}

/// "line: declaration" of each declaration outside functions whose name stands nowhere else in the source.
std::vector<std::string> unused(const std::vector<std::string>& code) {
    static const std::regex declares(R"(^(?:using (?:::)?(?:\w+::)+(\w+);|namespace (\w+) = .*;))");
    std::vector<std::string> found;
    for (std::size_t i = 0; i < code.size(); ++i) {
        std::smatch match;
        if (!std::regex_search(code[i], match, declares)) continue;
        const auto name = match[1].matched ? match.str(1) : match.str(2);
        const auto uses = [&](const std::string& line) { return &line != &code[i] && names(line, name); };
        if (std::ranges::none_of(code, uses)) found.push_back(std::to_string(i + 1) + ": " + code[i]);
    }
    return found;
}

std::vector<std::string> unused_in(std::string text) {
    std::istringstream in(std::move(text));
    return unused(code_of(in));
}

}  // namespace

TEST_CASE("what a source names with using, it uses") {
    std::size_t looked_at = 0;
    std::string found;
    for (const auto* room : {"protocol", "policy", "tools", "server", "tests"})
        for (const auto& entry : fs::recursive_directory_iterator(fs::path(TFY_SOURCE_DIR) / room)) {
            const auto file = entry.path().generic_string();
            if (!file.ends_with(".cpp") || file.find("/node_modules/") != std::string::npos) continue;
            ++looked_at;
            std::ifstream in(file);
            for (const auto& place : unused(code_of(in))) found += "\n  " + file + ":" + place;
        }
    INFO(found);
    CHECK(found.empty());
    CHECK(looked_at > 500);
}

TEST_CASE("an unused using-declaration is seen, and a used one is not") {
    CHECK(unused_in("using a::b;\nint x = b();\n").empty());
    CHECK(unused_in("namespace fs = std::filesystem;\nfs::path file;\n").empty());
    CHECK(unused_in("using a::b;\n// b\nint x = o.b + p->b + c::b + bb + b2;\nauto y = \"b\";\n") ==
          std::vector<std::string>{"1: using a::b;"});
    CHECK(unused_in("using ::a::b;\n").size() == 1);
    CHECK(unused_in("namespace fs = std::filesystem;\nstd::fs::path file;\n").size() == 1);
    CHECK(unused_in("using a::b;\nusing c::b;\n").size() == 2);
    CHECK(unused_in("using b = a::c;\nusing namespace d;\n").empty());
}
