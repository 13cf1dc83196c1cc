#include "server/reveals/reveal_wish.hpp"

#include <algorithm>
#include <array>

#include "protocol/parse.hpp"

namespace tfy::reveals {
namespace {

constexpr std::string_view first_line = "tfy-pat-mcp reveal 1";
constexpr std::string_view before_value = R"({"value":")";
constexpr std::string_view after_value = R"("})";

Error not_understood() {
    return {Errc::invalid_request,
            "This is not how a terminal asks for a value. Nothing was shown. Use the same version of "
            "tfy-pat-mcp in the terminal as for the server."};
}

/// Values are printable ASCII (tools/truefoundry/wire.cpp), of which JSON escapes these two with a backslash.
std::string unescaped(std::string_view text) {
    std::string plain;
    plain.reserve(text.size());  // never moved: it is the value
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\' && i + 1 < text.size()) ++i;
        plain += text[i];
    }
    return plain;
}

Error error_in(std::string_view bytes) {
    Error cut_off{Errc::closed, "The connection was lost before the answer was whole."};
    if (bytes.starts_with(before_value)) return cut_off;  // a parser would leave copies of what came of it
    const auto answer = protocol::parse(bytes);
    if (!answer || !answer->is_object()) return cut_off;
    const auto error = answer->find("error");
    if (error == answer->end() || !error->is_object()) return cut_off;
    constexpr std::array known{Errc::denied, Errc::refused, Errc::not_found, Errc::rate_limited,
                               Errc::storage};
    const auto code = error->value("code", std::string{});
    const auto found = std::ranges::find(known, std::string_view(code), protocol::name);
    return {found == known.end() ? Errc::refused : *found, error->value("message", std::string{})};
}

}  // namespace

std::filesystem::path reveal_socket_of(const std::filesystem::path& state_dir, const std::string& instance) {
    return state_dir / "instances" / (instance + ".sock");
}

std::string head_of_reveal_wish(const std::string& reveal_id, const std::string& person) {
    return std::string(first_line) + "\n" + reveal_id + "\n" + person + "\n";
}

Result<RevealWish> read_reveal_wish(std::string_view bytes) {
    std::array<std::string_view, lines_of_reveal_wish> lines;
    for (auto& line : lines) {
        const auto end = bytes.find('\n');
        if (end == std::string_view::npos) return not_understood();
        line = bytes.substr(0, end);
        bytes.remove_prefix(end + 1);
    }
    if (lines[0] != first_line || !bytes.empty()) return not_understood();
    return RevealWish{std::string(lines[1]), std::string(lines[2]), policy::Secret(std::string(lines[3]))};
}

Result<policy::Secret> read_reveal_answer(std::string bytes) {
    const std::string_view text = bytes;
    const bool whole = text.starts_with(before_value) && text.ends_with(after_value);
    if (!whole) {
        auto error = error_in(text);
        policy::wipe(bytes);
        return error;
    }
    const auto inside = text.size() - before_value.size() - after_value.size();
    auto value = unescaped(text.substr(before_value.size(), inside));
    policy::wipe(bytes);
    return policy::Secret(std::move(value));  // wipes it
}

}  // namespace tfy::reveals
