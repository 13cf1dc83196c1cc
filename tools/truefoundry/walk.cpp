#include "tools/truefoundry/walk.hpp"

#include <functional>
#include <unordered_set>

namespace tfy::truefoundry {
namespace {

/// How far a look has come, and whether anything moved between its pages, as far as one can see.
struct Progress {
    // Of ids. Two that have one hash come once in some 10^9 lists of 100,000; only TrueFoundry, which could
    // as well leave a token out, could make them meet on purpose.
    std::unordered_set<std::size_t> seen = {};
    std::optional<std::uint64_t> total = {};
    std::size_t offset = 0;
    bool steady = true;

    /// False at the end of the list.
    bool pass_on(wire::Page page, Visitor& visitor) {
        const auto before = seen.size();
        for (auto& token : page.tokens) {
            if (seen.insert(std::hash<std::string>{}(token.id)).second)
                visitor.see(std::move(token));
            else
                steady = false;
        }
        if (offset > 0 && page.total != total) steady = false;
        total = page.total;
        offset += page.items;
        if (page.items == 0) return false;
        return total ? offset < *total : seen.size() > before;
    }
};

Async<Result<Progress>> look(Client& api, const std::string& name_contains, Visitor& visitor) {
    Progress progress;
    visitor.begin();
    for (int pages = 0; pages < most_pages_walked; ++pages) {
        auto page = co_await api.page(progress.offset, name_contains);
        if (!page) co_return page.error();
        if (!progress.pass_on(std::move(*page), visitor)) co_return progress;
    }
    co_return Error{Errc::upstream, "TrueFoundry lists more tokens than this server reads (" +
                                        std::to_string(most_pages_walked) +
                                        " pages). Nothing was done. Ask for fewer with name_contains."};
}

}  // namespace

Async<Result<void>> walk(Client api, std::string name_contains, Visitor& visitor) {
    auto looked = co_await look(api, name_contains, visitor);
    if (looked && !looked->steady) looked = co_await look(api, name_contains, visitor);
    api.end_listing();
    if (!looked) co_return looked.error();
    co_return Result<void>{};
}

}  // namespace tfy::truefoundry
