// Pages of a list, with cursors that say nothing to the client.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "protocol/error.hpp"

namespace tfy::protocol {

/// One page of definitions (tools, prompts, resources, templates), each as its file has it.
struct Page {
    std::vector<Json> items = {};
    std::optional<std::string> next_cursor = {};
};

/// `params.cursor`; nullopt for the first page. An empty string is a cursor. Errc::invalid_params for another
/// type.
Result<std::optional<std::string>> read_cursor(const Json& params);

/// The page of `all` that `cursor` names, `size` items at the most. Errc::invalid_params for a cursor that
/// this function did not give out, or that is beyond the end of a list that has become shorter.
Result<Page> page_of(const std::vector<Json>& all, const std::optional<std::string>& cursor,
                     std::size_t size);

/// How long a client may keep a modern answer, and whether it may share it.
struct Caching {
    int ttl_ms = 0;
    bool shared = false;  // cacheScope "public": holds nothing about the caller
};
inline constexpr Caching for_an_hour{3'600'000,
                                     true};     // what is part of the program: tools, prompts, templates
inline constexpr Caching not_at_all{0, false};  // what depends on the caller and may change at any time

/// Adds ttlMs and cacheScope.
Json cacheable(Json result, Caching caching);

/// {`member`: items, nextCursor?}, and the caching hints where `modern`.
Json write_page(std::string_view member, Page page, bool modern, Caching caching);

}  // namespace tfy::protocol
