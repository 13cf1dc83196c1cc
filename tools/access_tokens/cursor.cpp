#include "tools/access_tokens/cursor.hpp"

#include "policy/members.hpp"
#include "policy/repeatable_seal.hpp"

namespace tfy::access_tokens {
namespace {

std::string purpose_for(std::string_view whose) {
    return std::string("cursor tfy_access_tokens_list of ").append(whose);
}

}  // namespace

std::string write_cursor(const Cursor& cursor, const policy::SealKey& key, std::string_view whose) {
    return policy::seal_repeatably({{"question", cursor.question},
                                    {"since", cursor.since.time_since_epoch().count()},
                                    {"key", cursor.last.key},
                                    {"id", cursor.last.id}},
                                   purpose_for(whose), key);
}

std::optional<Cursor> read_cursor(std::string_view text, const policy::SealKey& key, std::string_view whose) {
    const auto state = policy::open_state(text, purpose_for(whose), key);
    if (!state) return std::nullopt;
    std::string problem;
    const policy::Members members(*state, {}, problem);
    Cursor cursor{.question = members.text("question"),
                  .since = policy::Time{policy::Duration{members.integer("since")}},
                  .last = {.key = members.text("key"), .id = members.text("id")}};
    return problem.empty() ? std::optional(std::move(cursor)) : std::nullopt;
}

}  // namespace tfy::access_tokens
