#include "server/cli/markdown.hpp"

namespace tfy::cli {

std::string table_row(std::initializer_list<std::string_view> cells) {
    std::string row = "|";
    for (const auto cell : cells) {
        row += ' ';
        for (const char c : cell) {
            if (c == '|') row += '\\';
            row += c == '\n' ? ' ' : c;
        }
        row += " |";
    }
    return row + "\n";
}

std::string page_head(std::string_view title, std::string_view page, std::string_view further) {
    return "# " + std::string(title) + "\n\nPrinted by `tfy-pat-mcp docs " + std::string(page) + "`. " +
           std::string(further) + "\n";
}

}  // namespace tfy::cli
