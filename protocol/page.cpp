// Pages and their cursors: where the next page begins, in a spelling of which each place has exactly one.
#include "protocol/page.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "protocol/member.hpp"

namespace tfy::protocol {
namespace {

constexpr char mark = 'c';
constexpr int base = 36;

std::string cursor_at(std::size_t place) {
    std::array<char, std::numeric_limits<std::size_t>::digits> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), place, base).ptr;
    return mark + std::string(digits.data(), end);
}

/// nullopt for what cursor_at() does not write, be it only another spelling of the same number.
std::optional<std::size_t> place_of(std::string_view cursor) {
    std::size_t place = 0;
    if (cursor.empty()) return std::nullopt;
    const auto failure = std::from_chars(cursor.data() + 1, cursor.data() + cursor.size(), place, base).ec;
    if (failure != std::errc() || cursor_at(place) != cursor) return std::nullopt;
    return place;
}

}  // namespace

Result<std::optional<std::string>> read_cursor(const Json& params) {
    return read_optional_string(params, "params", "cursor");
}

Result<Page> page_of(const std::vector<Json>& all, const std::optional<std::string>& cursor,
                     std::size_t size) {
    size = std::max<std::size_t>(size, 1);
    const auto start = cursor ? place_of(*cursor) : 0;
    // Cursors were given out for the start of a second or later page only.
    if (!start || (cursor && (*start == 0 || *start % size != 0 || *start >= all.size())))
        return Error{Errc::invalid_params,
                     "params.cursor does not belong to this list, or the list has changed. Nothing was done. "
                     "Start again without a cursor."};
    const auto count = std::min(size, all.size() - *start);
    const auto first = all.begin() + static_cast<std::ptrdiff_t>(*start);
    Page page{{first, first + static_cast<std::ptrdiff_t>(count)}};
    if (*start + count < all.size()) page.next_cursor = cursor_at(*start + count);
    return page;
}

Json cacheable(Json result, Caching caching) {
    result["ttlMs"] = caching.ttl_ms;
    result["cacheScope"] = caching.shared ? "public" : "private";
    return result;
}

Json write_page(std::string_view member, Page page, bool modern, Caching caching) {
    auto result = Json::object();
    result[std::string(member)] = std::move(page.items);
    if (page.next_cursor) result["nextCursor"] = std::move(*page.next_cursor);
    return modern ? cacheable(std::move(result), caching) : std::move(result);
}

}  // namespace tfy::protocol
