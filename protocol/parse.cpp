// Nearly all that comes is plain JSON and is read in one pass; the strict parser has the last word on the
// rest.
#include "protocol/parse.hpp"

#include <utility>

#include "protocol/plain_tree.hpp"
#include "protocol/strict_parse.hpp"

namespace tfy::protocol {
namespace {

constexpr std::size_t longest_plain = 64 * 1024;  // beyond, it would take much memory beside the tree

}  // namespace

Result<Json> parse(std::string_view text, ParseLimits limits) {
    const bool as_usual = limits.depth >= ParseLimits{}.depth && text.size() <= limits.bytes;
    if (as_usual && text.size() <= longest_plain)
        if (auto plain = read_plain_tree(text)) return std::move(*plain);
    return parse_strictly(text, limits);
}

}  // namespace tfy::protocol
