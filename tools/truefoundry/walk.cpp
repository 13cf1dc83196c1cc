// The one loop over the pages of a list.
#include <boost/unordered/unordered_flat_set.hpp>
#include <functional>

#include "tools/truefoundry/client.hpp"
#include "tools/truefoundry/failure.hpp"
#include "tools/truefoundry/wire.hpp"

namespace tfy::truefoundry {
namespace {

Error too_many() {
    return {Errc::upstream, "TrueFoundry lists more tokens than this server reads (" +
                                std::to_string(Client::most_tokens) + " tokens, " +
                                std::to_string(Client::most_pages) +
                                " pages). Nothing was done. Ask for fewer with name_contains."};
}

Error repeats() {
    return {Errc::upstream,
            "TrueFoundry sent the same page of tokens twice, so the list cannot be read to the end. Nothing "
            "was done. Try again later."};
}

}  // namespace

/// How far a look has come. `steady`: nothing moved between its pages, as far as one can see.
struct Client::Progress {
    // Of ids. Two that have one hash come once in some 10^9 lists of 100,000; only TrueFoundry, which could
    // as well leave a token out, could make them meet on purpose.
    boost::unordered_flat_set<std::size_t> seen = {};
    std::optional<std::uint64_t> total = {};
    std::size_t offset = 0;
    bool steady = true;
    bool repeats = false;  // a full page had nothing new, though more was to come

    /// False at the end of the list.
    bool pass_on(const wire::TokenPage& page, Visitor& visitor) {
        const auto before = seen.size();
        for (const auto& token : page.tokens) {
            const bool again = !seen.insert(std::hash<std::string>{}(token.id)).second;
            if (again) steady = false;
            visitor.see(token, again);
        }
        if (offset > 0 && page.total != total) steady = false;
        total = page.total;
        offset += page.items;
        if (page.items == 0) return false;
        repeats = seen.size() == before && page.items >= wire::page_size && total && offset < *total;
        if (repeats) return false;
        // A total that is less than what came is no end: the list says it by an empty page then.
        return total && offset <= *total ? offset < *total : seen.size() > before;
    }
};

Async<Result<Client::Progress>> Client::look(std::string name_contains, Visitor& visitor) {
    Progress progress;
    visitor.begin();
    const auto before = *kept_;
    const auto now = std::make_shared<KeptList>();
    for (std::size_t pages = 0; pages < most_pages; ++pages) {
        auto answer = co_await get(wire::list_target(progress.offset, wire::page_size, name_contains));
        if (!answer) co_return answer.error();
        auto page = before->find(pages, progress.offset, answer->body);
        if (!page) {
            auto read = wire::read_page(answer->body);
            if (!read) co_return with_request_id(read.error(), *answer);
            listed_(read->tokens);
            page = std::make_shared<KeptPage>(
                KeptPage{progress.offset, std::move(answer->body), std::move(*read)});
        }
        now->add(page);
        if (!progress.pass_on(page->read, visitor)) {
            if (name_contains.empty() && *kept_ == before)
                *kept_ = now;  // else the key was replaced meanwhile
            co_return progress;
        }
        if (progress.seen.size() >= most_tokens) break;
    }
    co_return too_many();
}

Async<Result<void>> Client::walk(std::string name_contains, Visitor& visitor) {
    auto looked = co_await look(name_contains, visitor);
    if (looked && !looked->steady) looked = co_await look(name_contains, visitor);
    listing_over_();
    if (!looked) co_return looked.error();
    if (looked->repeats) co_return repeats();
    co_return Result<void>{};
}

}  // namespace tfy::truefoundry
