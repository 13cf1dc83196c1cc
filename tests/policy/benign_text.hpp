// Ordinary text of every kind that passes through logs and transcripts: made from a seed, and read from
// files.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/policy/leak_families.hpp"
#include "tests/policy/leak_tokens.hpp"

namespace tfy::leaks {

class BenignText {
public:
    explicit BenignText(unsigned seed) : random_(seed) {}

    /// A document of some tens of kilobytes, of one kind or of several.
    std::string document() {
        std::string text;
        const auto size = 8'000 + random_() % 60'000;
        const auto kind = random_() % (kinds_ + 2);
        while (text.size() < size) text += line(kind < kinds_ ? kind : random_() % kinds_);
        return text;
    }

private:
    static constexpr std::size_t kinds_ = 24;

    std::string digits(std::size_t size, std::string_view of = base62) {
        return random_text(random_, size, of);
    }
    std::string hex(std::size_t size) { return digits(size, "0123456789abcdef"); }
    std::string bytes(std::size_t size) {
        std::string text;
        while (text.size() < size) text += static_cast<char>(random_());
        return text;
    }
    std::string word() {
        static constexpr std::string_view words[] = {"token",
                                                     "access",
                                                     "the",
                                                     "of",
                                                     "request",
                                                     "personal",
                                                     "service",
                                                     "TrueFoundry",
                                                     "a",
                                                     "deployed",
                                                     "Gr\u00fc\u00dfe",
                                                     "workspace",
                                                     "application",
                                                     "is",
                                                     "not",
                                                     "tfy-python-buildpack",
                                                     "\u4f60\u597d",
                                                     "config",
                                                     "authentication",
                                                     "0.1.0",
                                                     "internationalization",
                                                     "x",
                                                     "because",
                                                     "password",
                                                     "\U0001f600"};
        return std::string(words[random_() % std::size(words)]);
    }
    std::string words(std::size_t count) {
        std::string text;
        for (; count > 0; --count) text += word() + (count > 1 ? " " : "");
        return text;
    }
    std::string uuid() { return hex(8) + "-" + hex(4) + "-4" + hex(3) + "-a" + hex(3) + "-" + hex(12); }
    std::string number(std::size_t below) { return std::to_string(random_() % below); }
    std::string foreign_jwt() {
        static constexpr const char* issuers[] = {
            "https://login.example.com", "https://accounts.example.org/realms/a", "kubernetes/serviceaccount",
            "https://token.actions.example.net"};
        return jwt_token(static_cast<unsigned>(random_()), issuers[random_() % std::size(issuers)]);
    }

    std::string line(std::size_t kind) {
        switch (kind) {
            case 0: return words(4 + random_() % 30) + ".\n";
            case 1:
                return "2026-11-24T12:0" + number(10) + ":00.123Z INFO  [worker-" + number(64) + "] " +
                       words(6) + " took " + number(9999) + " ms id=" + uuid() + "\r\n";
            case 2:
                return "    const auto " + word() + "_" + number(99) +
                       " = co_await client_.find_by_id(args." + word() + "(\"" + word() + "\"), 0x" + hex(8) +
                       ");\n";
            case 3: return "data:image/png;base64,iVBORw0KGgo" + base64(bytes(300 + random_() % 6000)) + "\n";
            case 4: return between(base64(bytes(1000)), "\n", 76) + "\n\n";
            case 5: return uuid() + "\n";
            case 6:
                return hex(40) + " refs/heads/" + word() + "\nsha256:" + hex(64) + "  sha512-" +
                       base64(bytes(64)) + "\n";
            case 7: return "authorization: Bearer " + foreign_jwt() + "\n";
            case 8:
                return Json{{"id", uuid()},
                            {"name", word()},
                            {"cursor", base64url(R"({"offset":)" + number(999) + "}")},
                            {"text", words(8)},
                            {"n", {1, 2, 3}}}
                           .dump() +
                       "\n";
            case 9:
                return "GET /api/v1/" + word() + "?filter=%5B%22" + number(99) + "%22%5D&next=%2Fhome%2F" +
                       digits(12) + " HTTP/1.1\r\n";
            case 10:
                return "<p class=\"" + word() + "\">" + words(9) + " &amp; &lt;" + number(99) +
                       "&gt; &nbsp;&#8364;</p>\n";
            case 11: return "000000" + hex(2) + "  " + between(hex(32), " ", 2) + "  |" + words(1) + "|\n";
            case 12:
                return number(99999) + "," + word() + "," + number(99) + "." + number(99) + ",\"" + words(3) +
                       "\"," + uuid() + "\n";
            case 13:
                return "\"node_modules/" + word() + "\": {\"integrity\": \"sha512-" + base64(bytes(64)) +
                       "\"},\n";
            case 14:
                return "-----BEGIN CERTIFICATE-----\n" + between(base64(bytes(900)), "\n", 64) +
                       "\n-----END CERTIFICATE-----\n";
            case 15: return "\x1b[32m\u2713\x1b[0m " + words(5) + " \x1b[2m(" + number(900) + " ms)\x1b[0m\n";
            case 16:
                return "C:\\Users\\" + word() +
                       "\\new\\x41\\u0041 set-cookie: sid=" + digits(43, base64url_digits) +
                       "; Path=/; HttpOnly\n";
            case 17: return dumped(words(3) + bytes(20), {"%08x ", " %02x", 1, false, 16, "  |", "|"});
            case 18: return dumped(bytes(60), {"%08x:", " %04x", 2, false, 16, "  "});
            case 19: return dumped_characters(words(9));
            case 20: return dumped(words(8), {"%07o", " %06o", 2, true});
            case 21: return R"({"type":"Buffer","data":[)" + as(words(12), "%u,") + "0]}\n";
            case 22: return "const table = [" + as(bytes(80), "0x%02x, ") + "];\n" + as(bytes(40), "%u\n");
            default:
                return "Content-Transfer-Encoding: quoted-printable\n" + as(word(), "=%02X") + "=3D=\n" +
                       words(4) + "=20\n";
        }
    }

    std::mt19937_64 random_;
};

/// Contents of the files below `folder`, in the order of their names, up to `most` bytes in all and a
/// megabyte each; none if there is no such folder.
inline std::vector<std::string> files_below(const std::filesystem::path& folder, std::size_t most) {
    namespace fs = std::filesystem;
    std::vector<fs::path> names;
    std::error_code ignored;
    for (auto at =
             fs::recursive_directory_iterator(folder, fs::directory_options::skip_permission_denied, ignored);
         at != fs::recursive_directory_iterator(); at.increment(ignored)) {
        const auto name = at->path().filename().string();
        if (at->is_directory(ignored) && (name == "build" || name == "node_modules" || name.starts_with(".")))
            at.disable_recursion_pending();
        if (at->is_regular_file(ignored)) names.push_back(at->path());
    }
    std::ranges::sort(names);
    std::vector<std::string> texts;
    for (const auto& name : names) {
        if (most == 0) break;
        std::ifstream in(name, std::ios::binary);
        std::string text(std::min<std::size_t>(most, std::size_t{1} << 20U), '\0');
        in.read(text.data(), static_cast<std::streamsize>(text.size()));
        text.resize(static_cast<std::size_t>(in.gcount()));
        most -= text.size();
        if (!text.empty()) texts.push_back(std::move(text));
    }
    return texts;
}

}  // namespace tfy::leaks
