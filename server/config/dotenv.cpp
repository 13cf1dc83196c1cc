#include "server/config/dotenv.hpp"

#include <algorithm>
#include <optional>

namespace tfy::config {
namespace {

constexpr auto blanks = " \t\r";

std::string_view without_blanks(std::string_view text) {
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/// Up to a # that begins a remark: at the start, or behind white space.
std::string_view without_remark(std::string_view value) {
    for (auto at = value.find('#'); at != std::string_view::npos; at = value.find('#', at + 1))
        if (at == 0 || value[at - 1] == ' ' || value[at - 1] == '\t') return value.substr(0, at);
    return value;
}

class Lines {
public:
    explicit Lines(std::string_view text) : rest_(text) {
        constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
        if (rest_.starts_with(byte_order_mark)) rest_.remove_prefix(byte_order_mark.size());
    }

    bool empty() const { return rest_.empty(); }

    std::string_view line() {
        const auto end = std::min(rest_.find('\n'), rest_.size());
        const auto line = rest_.substr(0, end);
        rest_.remove_prefix(std::min(end + 1, rest_.size()));
        return line;
    }

    /// What is in quotes, which may go on in lines below; nothing if it does not begin with one, or
    /// where more than a remark is behind.
    std::optional<std::string_view> quoted(std::string_view line) {
        const auto begin = line.find_first_not_of(blanks);
        if (begin == std::string_view::npos || std::string_view("\"'`").find(line[begin]) == line.npos)
            return std::nullopt;
        const std::string_view text(
            line.data() + begin + 1,
            static_cast<std::size_t>(rest_.data() + rest_.size() - line.data()) - begin - 1);
        const auto end = closing(text, line[begin]);
        if (end == std::string_view::npos) return std::nullopt;
        const auto behind = text.substr(end + 1, text.find('\n', end) - end - 1);
        const auto more = without_blanks(behind);
        if (!more.empty() && more.front() != '#') return std::nullopt;
        const auto next = std::min(text.find('\n', end), text.size());
        rest_ = text.substr(std::min(next + 1, text.size()));
        return text.substr(0, end);
    }

private:
    static std::size_t closing(std::string_view text, char quote) {
        for (std::size_t at = 0; at < text.size(); ++at) {
            if (text[at] == '\\')
                ++at;
            else if (text[at] == quote)
                return at;
        }
        return std::string_view::npos;
    }

    std::string_view rest_;
};

}  // namespace

std::vector<std::pair<std::string, std::string>> read_dotenv(std::string_view text) {
    std::vector<std::pair<std::string, std::string>> pairs;
    Lines lines(text);
    while (!lines.empty()) {
        const auto line = lines.line();
        const auto equals = line.find('=');
        auto name = without_blanks(line.substr(0, equals));
        if (name.empty() || name.front() == '#' || equals == std::string_view::npos) continue;
        if (name.starts_with("export ") || name.starts_with("export\t"))
            name = without_blanks(name.substr(7));
        const auto value = line.substr(equals + 1);
        const auto inner = lines.quoted(value);
        std::erase_if(pairs, [name](const auto& before) { return before.first == name; });
        pairs.emplace_back(name, inner ? *inner : without_blanks(without_remark(value)));
    }
    return pairs;
}

}  // namespace tfy::config
