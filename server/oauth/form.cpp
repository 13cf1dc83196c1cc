#include "server/oauth/form.hpp"

#include <optional>

#include "policy/redaction/unicode.hpp"

namespace tfy::oauth {
namespace {

int value_of_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    const char lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::optional<std::string> decoded(std::string_view text) {
    std::string all;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '+') {
            all += ' ';
        } else if (text[at] != '%') {
            all += text[at];
        } else {
            if (at + 2 >= text.size()) return std::nullopt;
            const int high = value_of_digit(text[at + 1]), low = value_of_digit(text[at + 2]);
            if (high < 0 || low < 0) return std::nullopt;
            all += static_cast<char>(high * 16 + low);
            at += 2;
        }
        const auto last = static_cast<unsigned char>(all.back());
        if (last < 0x20 || last == 0x7f) return std::nullopt;
    }
    if (redaction::valid_utf8_prefix(all) != all.size()) return std::nullopt;
    return all;
}

Error wrong_form(const std::string& why) { return {Errc::invalid_request, why}; }

}  // namespace

Result<Form> read_form(std::string_view text) {
    Form form;
    while (!text.empty()) {
        const auto pair = text.substr(0, text.find('&'));
        text.remove_prefix(std::min(text.size(), pair.size() + 1));
        if (pair.empty()) continue;
        const auto equals = pair.find('=');
        auto name = decoded(pair.substr(0, equals));
        auto value = decoded(equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1));
        if (!name || !value)
            return wrong_form("A parameter is not encoded as application/x-www-form-urlencoded has it.");
        if (!form.try_emplace(std::move(*name), std::move(*value)).second)
            return wrong_form("A parameter comes twice.");
    }
    std::erase_if(form, [](const auto& each) { return each.second.empty(); });
    return form;
}

const std::string& field(const Form& form, std::string_view name) {
    static const std::string none;
    const auto found = form.find(name);
    return found == form.end() ? none : found->second;
}

}  // namespace tfy::oauth
