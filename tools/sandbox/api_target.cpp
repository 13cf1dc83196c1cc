#include "tools/sandbox/api_target.hpp"

#include <algorithm>

namespace tfy::sandbox {
namespace {

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

}  // namespace

std::string percent_decoded(std::string_view text) {
    if (text.find('%') == std::string_view::npos) return std::string(text);
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const int high = text[i] == '%' && i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
        const int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
        if (low >= 0) {
            plain += static_cast<char>(high * 16 + low);
            i += 2;
        } else {
            plain += text[i];
        }
    }
    return plain;
}

std::string_view origin_form(std::string_view target) {
    if (target.starts_with('/')) return target;
    const auto scheme = target.find("://");
    if (scheme == std::string_view::npos) return target;
    target.remove_prefix(scheme + 3);
    const auto path = target.find_first_of("/?");
    return path == std::string_view::npos ? "/" : target.substr(path);
}

const std::string* ApiTarget::find(std::string_view name) const {
    const std::string* found = nullptr;
    for (const auto& [each, value] : query)
        if (each == name) found = &value;
    return found;
}

ApiTarget read_target(std::string_view text) {
    text = origin_form(text);
    const auto mark = std::min(text.find('?'), text.size());
    ApiTarget target{.path = percent_decoded(text.substr(0, mark))};
    for (auto rest = text.substr(std::min(mark + 1, text.size())); !rest.empty();) {
        const auto pair = rest.substr(0, rest.find('&'));
        rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
        const auto equals = std::min(pair.find('='), pair.size());
        target.query.emplace_back(percent_decoded(pair.substr(0, equals)),
                                  percent_decoded(pair.substr(std::min(equals + 1, pair.size()))));
    }
    return target;
}

const ApiTarget& KeptTargets::read(std::string_view text) {
    if (const auto found = known_.find(text); found != known_.end()) return found->second;
    if (known_.size() >= most) known_.clear();
    return known_.emplace(text, read_target(text)).first->second;
}

}  // namespace tfy::sandbox
