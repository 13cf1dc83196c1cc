// Repairs a text once and remembers where.
#include "policy/redaction/repaired_text.hpp"

#include <algorithm>

#include "policy/redaction/unicode.hpp"

namespace tfy::redaction {

RepairedText::RepairedText(std::string_view source) : text_(source) {
    auto valid = valid_utf8_prefix(source);
    if (valid == source.size()) return;
    for (auto rest = source; valid < rest.size(); valid = valid_utf8_prefix(rest)) {
        repaired_.append(rest, 0, valid);
        repairs_.push_back(repaired_.size());
        append_utf8(repaired_, 0xfffd);
        rest.remove_prefix(valid + 1);
        source = rest;
    }
    text_ = repaired_.append(source);
}

std::size_t RepairedText::source(std::size_t at) const {
    constexpr std::size_t grown = 2;  // bytes that each repair adds
    const auto before = static_cast<std::size_t>(std::ranges::lower_bound(repairs_, at) - repairs_.begin());
    if (before == 0) return at;
    const auto last = repairs_[before - 1];
    return std::max(last + 3, at) - grown * before;
}

}  // namespace tfy::redaction
