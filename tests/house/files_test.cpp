// Rules about the text of our own sources: size, who may print, who may look at a secret.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "tests/house/sources.hpp"

namespace {

using namespace tfy::house;

std::string header_of(const std::string& source) {
    return std::regex_replace(source, std::regex(R"((_linux|_portable)?\.cpp$)"), ".hpp");
}

std::string file_of(const std::string& place) { return place.substr(0, place.rfind(':')); }

/// Functions as clang-format leaves them: a line that ends in "{" and is no namespace, type or initialiser,
/// up to the closing brace at the same indentation. "file:line (N lines)" for those over `limit`.
std::vector<std::string> long_functions(const Source& source, std::size_t limit) {
    static const std::vector<std::string> others = {"namespace", "struct", "class", "enum",      "union",
                                                    "extern",    "#",      "//",    "TEST_SUITE"};
    std::vector<std::string> found;
    for (std::size_t i = 0; i < source.lines.size(); ++i) {
        const auto& line = source.lines[i];
        const auto indent = line.find_first_not_of(' ');
        if (indent == std::string::npos || line.back() != '{' || line.find('(') == std::string::npos)
            continue;
        const auto text = line.substr(indent);
        if (std::ranges::any_of(others, [&](const auto& word) { return starts_with(text, word); })) continue;
        // A constructor's brace may be at the end of its last initialiser, further in than its end.
        const auto closes = [&](const std::string& l) {
            const auto at = l.find_first_not_of(' ');
            return at != std::string::npos && at <= indent && l[at] == '}';
        };
        const auto from = source.lines.begin() + static_cast<std::ptrdiff_t>(i);
        const auto end = std::find_if(from + 1, source.lines.end(), closes);
        const auto size = static_cast<std::size_t>(end - from) + 1;
        if (size > limit)
            found.push_back(source.name + ":" + std::to_string(i + 1) + " (" + std::to_string(size) +
                            " lines)");
    }
    return found;
}

/// The types that a header defines at the outermost level of its namespaces.
std::vector<std::string> types_of(const std::vector<std::string>& lines) {
    static const std::regex defines(
        R"(^(?:struct|class|enum class)(?: \[\[\w+\]\])?(?: alignas\([^)]*\))? (\w+)(?: final)?(?: : .*)?(?: \{|,$))");
    std::vector<std::string> types;
    for (const auto& line : lines)
        if (std::smatch found; std::regex_search(line, found, defines)) types.push_back(found[1]);
    return types;
}

}  // namespace

TEST_CASE("a namespace is called as its folder") {
    std::vector<std::string> found;
    for (const auto& source : rooms()) {
        const auto folder = fs::path(source.name).parent_path().filename().string();
        if (folder == "server" || folder == "manifests") continue;  // main.cpp; generated code
        const auto own = "namespace tfy::" + folder;
        const auto is_own = [&](const std::string& line) {
            return starts_with(line, own + " {") || starts_with(line, own + "::") ||
                   line == "namespace tfy {";
        };
        if (std::ranges::none_of(source.lines, is_own)) found.push_back(source.name);
    }
    check_none(found);
}

TEST_CASE("a source includes its own header first") {
    const fs::path root = TFY_SOURCE_DIR;
    std::vector<std::string> found;
    for (const auto& source : rooms()) {
        const auto header = header_of(source.name);
        if (header == source.name || !fs::exists(root / header)) continue;
        const auto is_include = [](const std::string& line) { return starts_with(line, "#include"); };
        const auto first = std::ranges::find_if(source.lines, is_include);
        if (first == source.lines.end() || *first != "#include \"" + header + "\"")
            found.push_back(source.name);
    }
    check_none(found);
}

TEST_CASE("a source has a header of its name, in the rooms that keep to it by now") {
    const std::set<std::string> not_yet = {
        "protocol",       "policy",           "policy/notice",     "policy/redaction",
        "tools/status",   "tools/sandbox",    "tools/truefoundry", "tools/access_tokens",
        "server/storage", "server/transport", "server/upstream",   "server/approvals",
        "server/mcp",     "server/calls",     "server/dashboard"};
    const fs::path root = TFY_SOURCE_DIR;
    std::vector<std::string> found;
    for (const auto& source : rooms()) {
        const fs::path file = source.name;
        // The program's entry, and its operator new.
        const bool is_of_program = std::regex_search(source.name, std::regex("/(main|wiped_memory_.*).cpp$"));
        if (is_of_program || not_yet.contains(file.parent_path().generic_string())) continue;
        if (!fs::exists(root / header_of(source.name))) found.push_back(source.name);
    }
    check_none(found);
}

TEST_CASE("no file is over 400 lines") {
    std::vector<std::string> found;
    for (const auto& source : sources({"manifests", "protocol", "policy", "tools", "server", "tests"}))
        if (source.lines.size() > 400) found.push_back(source.name);
    check_none(found);
}

TEST_CASE("no function is over 60 lines") {
    std::vector<std::string> found;
    for (const auto& source : rooms())
        std::ranges::copy(long_functions(source, 60), std::back_inserter(found));
    check_none(found);
}

TEST_CASE("every file opens with what it is for, or its header does") {
    const fs::path root = TFY_SOURCE_DIR;
    std::vector<std::string> found;
    for (const auto& source : rooms()) {
        const auto header = header_of(source.name);
        if (source.name != header && fs::exists(root / header)) continue;
        if (source.lines.empty() || !starts_with(source.lines.front(), "// ")) found.push_back(source.name);
    }
    check_none(found);
}

TEST_CASE("only the server room prints") {
    const auto elsewhere = [](const std::string& name) { return !starts_with(name, "server/"); };
    check_none(places(elsewhere, {"std::cout", "std::cerr", "std::clog", " printf(", "std::printf(",
                                  "fprintf(", "std::puts", "fputs("}));
}

TEST_CASE(
    "what commands print goes through printing.cpp, where nothing is left that a terminal would act on") {
    const std::set<std::string> allowed = {
        "server/sealing/printing.cpp",
        "server/cli/value_screen.cpp",     // a value, which is printable ASCII, and what wipes it
        "server/cli/approvals_inbox.cpp",  // constants that draw; every line goes through printing.cpp
        "server/cli/standard_output.cpp",  // a constant, and what the system calls an error
        "server/cli/sandbox.cpp",          // its greeting, of checked names
        "server/cli/sandbox_routes.cpp",   // its alarm, made visible there
    };
    const auto elsewhere = [&](const std::string& name) {
        return starts_with(name, "server/") && !allowed.contains(name);
    };
    check_none(places(elsewhere, {" out <<", " out_ <<", " err <<", " err_ <<", " errors <<", " errors_ <<",
                                  "window.out <<", "window.err <<", "std::cerr <<", "std::cout <<"}));
}

TEST_CASE("the server and its page know the tools from their definitions: none is named there") {
    // All but what begins alike and is no tool: a virtual account's key, metrics, inputs of a host's file.
    static const std::regex tool("tfy_(?!va_|pat_mcp_|base_url)[a-z]+_");
    std::vector<std::string> found;
    const auto look = [&](const Source& source) {
        for (std::size_t i = 0; i < source.lines.size(); ++i)
            if (std::regex_search(without_comment(source.lines[i]), tool))
                found.push_back(source.name + ":" + std::to_string(i + 1));
    };
    for (const auto& source : rooms())
        if (starts_with(source.name, "server/")) look(source);
    const fs::path page = fs::path(TFY_SOURCE_DIR) / "server/dashboard/ui/src";
    for (const auto& entry : fs::directory_iterator(page)) look(read(TFY_SOURCE_DIR, entry.path()));
    check_none(found);
}

TEST_CASE("decisions and messages are functions of values: no clock, no randomness of their own") {
    const auto pure = [](const std::string& name) {
        return starts_with(name, "policy/") || starts_with(name, "protocol/");
    };
    check_none(places(pure, {"_clock::now", "std::random_device", "std::getenv", "std::this_thread"}));
}

TEST_CASE("Beast, which compiles slowly, stands in three sources at the most") {
    std::set<std::string> files;
    for (const auto& place : places([](const auto&) { return true; }, {"#include <boost/beast"}))
        files.insert(file_of(place));
    const std::vector<std::string> list(files.begin(), files.end());
    INFO(listed(list));
    CHECK(files.size() <= 3);
    for (const auto& file : list) CHECK(file.ends_with(".cpp"));
}

TEST_CASE("a secret's characters are looked at in a few known places") {
    const std::set<std::string> allowed = {
        "policy/redaction/redactor.cpp",      // the one reveal
        "policy/notice/signature.cpp",        // the key that signs webhooks
        "server/notify/channel_post.cpp",     // a mail server's password; PagerDuty's routing key
        "server/upstream/api_key.cpp",        // the header, and fingerprints of the server's own key
        "server/app/caller_credentials.cpp",  // to its account
        "server/storage/own_key_rows.cpp",    // a person's own key, to be sealed
        "server/upstream/key_check.cpp",      // what a person or caller brings, to be tried
        "server/reveals/locked_escrow.cpp",   // fingerprints of a new value
        "server/people/passphrases.cpp",      // hash of a person's passphrase
        "server/oidc/client_header.cpp",      // the header by which an identity provider knows this client
        "server/people/ask_secret.cpp",       // whether it was typed twice the same
        "server/cli/approvals_reveal.cpp",    // a passphrase, to the process that holds a value
        "server/cli/value_screen.cpp",        // the one reveal, on a person's terminal
        "server/cli/login.cpp",               // the key that a person types, to be tried
        "server/config/kept_login.cpp",       // and kept
    };
    std::vector<std::string> found;
    for (const auto& place : places([](const auto&) { return true; }, {".reveal()", "->reveal()"}))
        if (!allowed.contains(file_of(place))) found.push_back(place);
    check_none(found);
}

TEST_CASE("numbers of JSON-RPC errors stand in one file") {
    const auto elsewhere = [](const std::string& name) { return name != "protocol/error.cpp"; };
    check_none(
        places(elsewhere, {"-32700", "-32600", "-32601", "-32602", "-32603", "-32020", "-32021", "-32022"}));
}

TEST_CASE("a type has its name to itself, whatever its namespace") {
    // One word for one thing; and two of one name in one namespace link into one without a word.
    std::map<std::string, std::string> first;  // "Upstream" → the header that defines it
    std::vector<std::string> found;
    for (const auto& source : rooms()) {
        if (!source.name.ends_with(".hpp")) continue;
        for (const auto& type : types_of(source.lines)) {
            const auto [known, fresh] = first.emplace(type, source.name);
            if (!fresh) found.push_back(type + " in " + known->second + " and in " + source.name);
        }
    }
    CHECK(first.size() > 400);
    check_none(found);
}

TEST_CASE("every form of a type's definition is seen, and no declaration or member's type") {
    const std::vector<std::string> lines = {"struct A {",
                                            "class B final : public A {",
                                            "enum class [[nodiscard]] C { c };",
                                            "struct alignas(std::max_align_t) D {",
                                            "class E final : private A,",
                                            "class F;",
                                            "    struct G {",
                                            "struct A::H {"};
    CHECK(types_of(lines) == std::vector<std::string>{"A", "B", "C", "D", "E"});
}

TEST_CASE(
    "gcc 12's traps are kept out: co_await inside ?:, and a capturing lambda in the operand of co_await") {
    // In both it destroys temporaries twice. Name them on a line of their own first.
    static const std::regex traps(R"(\?[^:]*co_await|[^:]:\s+co_await|co_await [^;]*\(\[[^\]]+\])");
    std::vector<std::string> found;
    for (const auto& source : rooms())
        for (std::size_t i = 0; i < source.lines.size(); ++i) {
            const auto code = without_comment(source.lines[i]);
            const bool is_label =
                code.find("case ") != std::string::npos || code.find("default:") != std::string::npos;
            if (!is_label && std::regex_search(code, traps))
                found.push_back(source.name + ":" + std::to_string(i + 1));
        }
    check_none(found);
}

TEST_CASE("the modules of the page import each other in one direction") {
    static const std::regex import(R"re(from "\./(\w+)";)re");
    std::map<std::string, std::set<std::string>> open;
    for (const auto& entry : fs::directory_iterator(fs::path(TFY_SOURCE_DIR) / "server/dashboard/ui/src")) {
        const auto source = read(TFY_SOURCE_DIR, entry.path());
        auto& imports = open[entry.path().stem().string()];
        for (const auto& line : source.lines)
            if (std::smatch found; std::regex_search(line, found, import)) imports.insert(found[1]);
    }
    REQUIRE(open.size() > 10);
    // What imports nothing that is left is taken away; a cycle stays.
    const auto is_free = [&](const auto& module) {
        return std::ranges::none_of(module.second, [&](const auto& other) { return open.contains(other); });
    };
    while (std::erase_if(open, is_free) > 0) continue;
    std::vector<std::string> cycle;
    for (const auto& [name, imports] : open) cycle.push_back(name);
    check_none(cycle);
}

TEST_CASE("no rooms without a purpose") {
    static const std::regex vague("util|common|helper|manager|service\\.");
    std::vector<std::string> found;
    for (const auto& source : rooms())
        if (std::regex_search(source.name, vague)) found.push_back(source.name);
    check_none(found);
}

TEST_CASE("nothing is left to do in the code") {
    static const std::regex left("TODO|FIXME|XXX|HACK");
    std::vector<std::string> found;
    for (const auto& source : rooms())
        for (const auto& line : source.lines)
            if (std::regex_search(line, left)) found.push_back(source.name + ": " + line);
    check_none(found);
}

TEST_CASE("texts say who acts: the caller, the approver, another user, no person") {
    static const std::regex vague(R"re("[^"]*\b(whoever|nobody|somebody|anybody)\b[^"]*")re",
                                  std::regex::icase);
    std::vector<std::string> found;
    const auto look = [&](const std::string& name, std::size_t line, const std::string& text) {
        std::smatch words;
        if (std::regex_search(text, words, vague) && words.str().find(' ') != std::string::npos)
            found.push_back(name + ":" + std::to_string(line + 1) + " " + words.str());
    };
    for (const auto& source : rooms())
        for (std::size_t i = 0; i < source.lines.size(); ++i)
            look(source.name, i, without_comment(source.lines[i]));
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(TFY_SOURCE_DIR) / "manifests")) {
        const auto kind = entry.path().extension();
        if (kind != ".json" && kind != ".md" && kind != ".toml") continue;
        const auto text = read(TFY_SOURCE_DIR, entry.path());
        for (std::size_t i = 0; i < text.lines.size(); ++i)
            look(text.name, i, '"' + std::regex_replace(text.lines[i], std::regex("\""), " ") + '"');
    }
    check_none(found);
}

TEST_CASE("comments say no one, anyone and someone, as people do") {
    const std::regex odd("\\b(nobody|whoever|somebody|anybody|everybody)\\b", std::regex::icase);
    std::vector<std::string> found;
    for (const auto& source : rooms())
        for (const auto& line : source.lines)
            if (std::regex_search(line.substr(without_comment(line).size()), odd))
                found.push_back(source.name + ": " + line);
    check_none(found);
}
