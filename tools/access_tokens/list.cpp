#include "tools/access_tokens/list.hpp"

#include "tools/access_tokens/list_words.hpp"

namespace tfy::access_tokens {
namespace {

std::optional<std::chrono::days> days_of(const Json& arguments, const char* name) {
    if (!arguments.contains(name)) return std::nullopt;
    return std::chrono::days{arguments.at(name).get<int>()};
}

Error refused(const std::string& why) { return {Errc::refused, why + " Nothing was listed."}; }

/// Nothing for the first page. Another caller's cursor is as one that was never given out.
Result<std::optional<Cursor>> start_of(const ListAccessTokens::Args& args, const policy::SealKey& key,
                                       const std::string& whose) {
    if (args.cursor.empty()) return std::optional<Cursor>{};
    auto cursor = read_cursor(args.cursor, key, whose);
    if (!cursor)
        return refused(
            "This cursor was not given out by this tool. Leave it out to start with the first page.");
    if (cursor->question != args.choice.question())
        return refused(
            "This cursor belongs to a list with other filters or another sort. Repeat those of the page "
            "that gave it, or leave the cursor out to start with the first page.");
    return cursor;
}

/// The same for the same page of the same list; the cursor is sealed for the principal.
std::string question_of(const ListAccessTokens::Args& args, std::string_view whose) {
    return (std::to_string(args.choice.order.number()) + " " + std::to_string(args.limit) + " " +
            args.cursor + " ")
        .append(whose);
}

}  // namespace

ListAccessTokens::Args ListAccessTokens::Args::read(const Json& arguments) {
    return {.limit = arguments.value("limit", std::size_t{50}),
            .cursor = arguments.value("cursor", std::string{}),
            .choice = {.state = arguments.value("state", std::string{}),
                       .expiring_within = days_of(arguments, "expiring_within_days"),
                       .unused_for = days_of(arguments, "unused_for_days"),
                       .name_contains = arguments.value("name_contains", std::string{}),
                       .order = Order::read(arguments.value("sort", std::string{}))}};
}

Result<Json> ListAccessTokens::canonical(Json arguments, policy::Time) const {
    const auto args = Args::read(arguments);
    if (args.choice.expiring_within && args.choice.state == "expired")
        return refused(
            "No token is both expired and about to expire: leave out expiring_within_days, or state.");
    arguments["limit"] = args.limit;
    return arguments;
}

Async<Result<tools::ToolResult>> ListAccessTokens::run(policy::ReadPermit permit) {
    const auto args = Args::read(permit.call().arguments);
    const auto now = clock_.now();
    const auto& whose = permit.call().caller.principal;
    auto start = start_of(args, key_, whose);
    if (!start) co_return start.error();
    ListPage page(args.choice, std::move(*start), args.limit, now);
    auto api = clients_.of(permit.call().caller);
    const auto walked = co_await api.walk(args.choice.name_contains, page);
    if (!walked) co_return walked.error();
    co_return answer(std::move(page), args, now, whose);
}

// The same page of a list that is the same is the same answer for a while. What is sorted by last use is not:
// its cursor holds when the first page was made.
tools::ToolResult ListAccessTokens::answer(ListPage page, Args args, policy::Time now,
                                           std::string whose) const {
    const auto list = args.choice.order.by == SortBy::last_used ? nullptr : page.list();
    std::shared_ptr<const void> is;
    if (list) {
        auto question = question_of(args, whose);
        is = list->notes().find(question, now);
        if (!is)
            is = list->notes().add(std::move(question), now,
                                   holds_until(page, args.choice, now, clients_.seals()));
    }
    auto make = [this, page = std::move(page), args = std::move(args), now, whose = std::move(whose)] {
        const auto next = page.next();
        const auto cursor = next ? write_cursor(*next, key_, whose) : std::string{};
        return show_page(page, args.choice, args.cursor.empty(), now, cursor, clients_.seals());
    };
    if (!is) return make();
    return {.again = tools::LazyResult{std::move(is), std::move(make)}};
}

}  // namespace tfy::access_tokens
