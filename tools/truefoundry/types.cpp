#include "tools/truefoundry/types.hpp"

#include <algorithm>

namespace tfy::truefoundry {
namespace {

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_id_character(char c) {
    return is_lower(c) || is_digit(c) || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
}
bool is_name_character(char c) { return is_lower(c) || is_digit(c) || c == '-'; }

}  // namespace

Result<TokenId> TokenId::read(std::string_view text) {
    if (!text.empty() && text.size() <= 128 && std::ranges::all_of(text, is_id_character))
        return TokenId(std::string(text));
    return Error{Errc::refused,
                 "This cannot be a token ID: IDs have 1 to 128 letters, digits, '-' or '_'. Nothing was "
                 "done. List tokens "
                 "first to find the correct ID."};
}

Result<TokenName> TokenName::read(std::string_view text) {
    if (text.size() >= 3 && text.size() <= 36 && std::ranges::all_of(text, is_name_character) &&
        is_lower(text.front()) && text.back() != '-')
        return TokenName(std::string(text));
    return Error{Errc::refused,
                 "This cannot be a token name: names have 3 to 36 lowercase letters, digits or hyphens, "
                 "start with a letter "
                 "and end with a letter or a digit. Nothing was done. Ask the user for another name."};
}

std::optional<policy::Time> read_time(std::string_view text) {
    constexpr std::size_t to_the_minute = std::string_view("2027-02-21T12:00").size();
    return policy::read_time(text.size() == to_the_minute ? std::string(text) + ":00" : std::string(text));
}

}  // namespace tfy::truefoundry
