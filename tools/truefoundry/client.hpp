// The PAT API, asked in the safest way that it allows (see docs/truefoundry.md for its traps).
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tools/truefoundry/clients.hpp"
#include "tools/truefoundry/exchange.hpp"
#include "tools/truefoundry/kept_list.hpp"
#include "tools/truefoundry/shared_walks.hpp"
#include "tools/truefoundry/timing.hpp"
#include "tools/truefoundry/types.hpp"
#include "tools/truefoundry/visitor.hpp"

namespace tfy::truefoundry {

/// Stateless over an Exchange that must outlive it. GETs are tried three times in all on 408, 429, 5xx and
/// lost answers, Retry-After honoured, but all tries and pauses of one GET fit into `max_time`: a pause that
/// does not is not waited for. Nothing else is ever tried again here. Never sends GET /{anything} (it would
/// create a token) and never anything to /revoke/all.
///
/// Errors: Errc::upstream (401, 403, 400, 429, unreachable, a GET's 5xx: nothing changed), Errc::not_found
/// (404), Errc::conflict (409), Errc::ambiguous (a create or delete whose answer was lost, unreadable, or a
/// 408 or 5xx: it may have happened). Each message ends with the upstream request id where there was one, and
/// `data` is {http_status, retry_after?} where there was an answer.
class Client final : public Clients {
public:
    static constexpr std::chrono::milliseconds default_max_time{30'000};
    /// What a list reads at the most; a control plane may give fewer than `page_size` a page.
    static constexpr std::size_t most_tokens = 100'000;
    static constexpr std::size_t most_pages = 2'000;

    /// `seal` must outlive it, too.
    Client(Exchange& exchange, const policy::Seals& seal,
           std::chrono::milliseconds max_time = default_max_time, Timing pace = Timing::real());
    /// Time passes by waiting alone.
    Client(Exchange& exchange, const policy::Seals& seal, Wait wait);

    /// Told what each page of a listing gives that is not as it was before, and when it is over: before its
    /// caller has an answer.
    using Listed = std::function<void(const std::vector<AccessToken>&)>;
    using ListingOver = std::function<void()>;
    void on_listed(Listed tell, ListingOver over) {
        listed_ = std::move(tell);
        listing_over_ = std::move(over);
    }

    /// All pages are read and told again. For when the key is replaced.
    void forget_pages() { *kept_ = std::make_shared<KeptList>(); }

    /// This one, for every caller: where there is one key, all use it.
    Client of(const policy::Caller& caller) const override;
    /// The same with less time for each request.
    Client within(std::chrono::milliseconds max_time) const;

    /// The same; what it works with, `owner` among it, lives as long as this.
    Client held_by(std::shared_ptr<const void> owner) const;

    std::chrono::milliseconds max_time() const { return max_time_; }
    const Timing& pace() const { return pace_; }
    const policy::Seals& seals() const override { return seal_; }

    /// Shows the visitor every token of the caller, page by page to the end; keeps one page and a hash of
    /// each id. Errc::upstream beyond `most_tokens` or `most_pages`: what was seen until then is not all.
    /// Each page has `max_time` for itself. `name_contains` is a substring that upstream may not know: it
    /// then sends all. Where the pages shifted meanwhile it looks once more. A whole list may be that of
    /// another call which came at the same time, with that one's trace. `visitor` must outlive it.
    Async<Result<void>> walk(std::string name_contains, Visitor& visitor);
    /// All of them; each id once, compared exactly.
    Async<Result<std::vector<AccessToken>>> list(std::string name_contains = {});
    /// By listing, and exact comparison. Errc::not_found with the seed's sentence; Errc::upstream if two
    /// names are under this id.
    Async<Result<AccessToken>> find(TokenId id);
    /// The newest of exactly this name, or Errc::not_found.
    Async<Result<AccessToken>> find_by_name(TokenName name);
    /// One try. The value comes back in locked memory; no copy of it is left behind in this room.
    Async<Result<policy::Secret>> create(CreateRequest request);
    /// One try.
    Async<Result<void>> remove(TokenId id);
    /// One cheap read that shows whether the key works, and tells the token that it gives: it may say whose
    /// key it is.
    Async<Result<void>> probe();

private:
    struct Progress;
    ApiRequest request(std::string method, std::string target) const;
    Async<Result<ApiResponse>> get(std::string target);
    Async<Result<void>> walk_alone(std::string name_contains, Visitor& visitor);
    Async<Result<Progress>> look(std::string name_contains, Visitor& visitor);

    Exchange& exchange_;
    const policy::Seals& seal_;
    std::chrono::milliseconds max_time_;
    Timing pace_;
    Listed listed_ = [](const std::vector<AccessToken>&) {};
    ListingOver listing_over_ = [] {};
    policy::Trace trace_ = {};
    std::shared_ptr<const void> owner_ = {};
    // Shared by those that of() and within() make; swapped whole.
    std::shared_ptr<std::shared_ptr<const KeptList>> kept_ =
        std::make_shared<std::shared_ptr<const KeptList>>(std::make_shared<KeptList>());
    // Of those that have as much time.
    std::shared_ptr<SharedWalks> walks_ = std::make_shared<SharedWalks>();
};

}  // namespace tfy::truefoundry
