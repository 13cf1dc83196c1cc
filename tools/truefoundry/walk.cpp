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

Error cut_short(std::uint64_t total, std::size_t listed) {
    return {Errc::upstream,
            "TrueFoundry says that there are " + std::to_string(total) + " access tokens and lists " +
                std::to_string(listed) +
                " of them, so the list cannot be read to the end. Nothing was done. Try again "
                "later."};
}

constexpr auto none = static_cast<std::size_t>(-1);

}  // namespace

/// How far a look has come. `steady`: nothing moved between its pages, as far as one can see.
struct Client::Progress {
    // Of ids. Two that have one hash come once in some 10^9 lists of 100,000; only TrueFoundry, which could
    // as well leave a token out, could make them meet on purpose.
    boost::unordered_flat_set<std::size_t> seen = {};
    std::optional<std::uint64_t> total = {};
    std::size_t offset = 0;
    bool steady = true;
    bool repeats = false;    // a full page had nothing new, though more was to come
    bool cut_short = false;  // an empty page, though more was to come

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
        cut_short = page.items == 0 && total && offset < *total;
        if (cut_short) steady = false;
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
    const auto pass_on = [&](const SharedPage& page) {
        now->add(page);
        return progress.pass_on(page->read, visitor);
    };
    // As long as all pages are those of a whole list, its tokens wait: it may be the same to the end.
    std::size_t same = before->whole() ? 0 : none;
    std::size_t offset = 0;
    for (std::size_t pages = 0; pages < most_pages; ++pages) {
        auto answer = co_await get(wire::list_target(offset, wire::page_size, name_contains));
        if (!answer) co_return answer.error();
        auto page = before->find(pages, offset, *answer);
        if (page && same == pages) {
            offset += page->read.items;
            if (++same < before->pages().size()) continue;
            show_whole(before, visitor);
            co_return progress;
        }
        if (same != none)
            for (std::size_t i = 0; i < same; ++i) pass_on(before->pages()[i]);
        same = none;
        if (!page) {
            auto read = wire::read_page(answer->text());
            if (!read) co_return with_request_id(read.error(), *answer);
            listed_(read->tokens);
            page = std::make_shared<KeptPage>(
                KeptPage{offset, std::move(answer->body), std::move(answer->shared), std::move(*read)});
        }
        if (!pass_on(page)) {
            if (progress.steady && !progress.repeats) now->end();
            if (name_contains.empty() && *kept_ == before)
                *kept_ = now;  // else the key was replaced meanwhile
            co_return progress;
        }
        offset = progress.offset;
        if (progress.seen.size() >= most_tokens) break;
    }
    co_return too_many();
}

Async<Result<void>> Client::walk(std::string name_contains, Visitor& visitor) {
    if (!name_contains.empty()) co_return co_await walk_alone(std::move(name_contains), visitor);
    const SharedWalks::Walk whole = [this](Visitor& all) { return walk_alone({}, all); };
    co_return co_await walks_->join(visitor, whole);
}

Async<Result<void>> Client::walk_alone(std::string name_contains, Visitor& visitor) {
    auto looked = co_await look(name_contains, visitor);
    if (looked && !looked->steady) looked = co_await look(name_contains, visitor);
    listing_over_();
    if (!looked) co_return looked.error();
    if (looked->repeats) co_return repeats();
    if (looked->cut_short) co_return cut_short(*looked->total, looked->offset);
    co_return Result<void>{};
}

}  // namespace tfy::truefoundry
