// How the PAT API spells what we ask and what it answers. Answers are read tolerantly: unknown keys, nulls,
// both spellings and both manifest shapes (see docs/truefoundry.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "protocol/plain_json.hpp"
#include "tools/truefoundry/exchange.hpp"
#include "tools/truefoundry/types.hpp"

namespace tfy::truefoundry::wire {

inline constexpr std::size_t page_size = 100;

/// The last one that RFC 3339 can write. What is listed to end later is read as ending then: it ends.
inline constexpr policy::Time last_moment =
    std::chrono::sys_days{std::chrono::year{10000} / 1 / 1} - std::chrono::milliseconds{1};
/// A date with a year of more than four digits, such as "+010000-01-01T00:00:00Z".
bool is_beyond_calendar(std::string_view text);

/// Request targets. There is none for GET /{name} (it would create a token) and none for /revoke/all.
std::string list_target(std::size_t offset, std::size_t limit, std::string_view name_contains);
std::string token_target(const TokenId& id);
std::string collection_target();

std::string write_create(const CreateRequest& request);

struct TokenPage {
    std::vector<AccessToken> tokens;     // those that have an id
    std::size_t items = 0;               // how far the offset moves on
    std::optional<std::uint64_t> total;  // none: not said
};

/// Errc::upstream for a body that is no list: HTML, empty, cut off, not UTF-8.
Result<TokenPage> read_page(std::string_view body);
AccessToken read_token(const protocol::PlainValue& item);

/// The value out of a create's answer. Wipes the body and the parsed copy whatever happens. Errc::ambiguous
/// where there is no value that can be kept: the token is there all the same.
Result<policy::Secret> take_value(std::string& body);

/// Whether a successful answer to a DELETE says that it was done: a JSON object, or nothing at all. A page of
/// HTML and "202 Accepted" do not.
bool confirms_deletion(const ApiResponse& answer);

}  // namespace tfy::truefoundry::wire
