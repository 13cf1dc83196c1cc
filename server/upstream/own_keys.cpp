#include "server/upstream/own_keys.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace tfy::upstream {

namespace asio = boost::asio;
using storage::OwnKeyRow;
using storage::OwnKeyRows;

OwnKeys::OwnKeys(Uses uses, std::string base_url, KeyCheck check, Told told)
    : uses_(uses), base_url_(std::move(base_url)), check_(std::move(check)), told_(std::move(told)) {}

Async<Result<void>> OwnKeys::start() {
    const auto looked = co_await look();
    if (looked) asio::co_spawn(uses_.loop, keep_looking(), asio::detached);
    co_return looked;
}

// The first look reads the rows once more: they may have changed since start() read them.
Async<void> OwnKeys::keep_looking() {
    std::optional<std::int64_t> seen;
    for (;;) {
        const auto woken = co_await stop_.pause(std::chrono::seconds{1});
        if (woken == loop::Woken::draining) co_return;
        auto ask = [](storage::Ledger& ledger) { return ledger.data_version(); };
        const auto version = co_await uses_.store.run(std::move(ask));
        if (!version || seen == *version) continue;
        const auto looked = co_await look();
        if (looked) seen = *version;
    }
}

Async<Result<void>> OwnKeys::look() {
    auto read = [base_url = base_url_](storage::Ledger& ledger) {
        return OwnKeyRows(ledger).open_all(base_url);
    };
    auto rows = co_await uses_.store.run(std::move(read));
    if (!rows) co_return rows.error();
    take(std::move(*rows));
    co_return Result<void>{};
}

void OwnKeys::take(std::vector<storage::OpenedOwnKey> rows) {
    std::set<std::string> have;
    for (auto& [row, key] : rows) {
        if (!key) {
            if (named_.insert(row.person + ' ' + row.sealed).second)
                uses_.log.warn(
                    "a TrueFoundry key in the state database is not the one that its person entered: it is "
                    "not "
                    "used",
                    {{"person", row.person}, {"todo", "Run tfy-pat-mcp audit verify; enter the key again."}});
            continue;
        }
        have.insert(row.person);
        const auto known = in_force_.find(row.person);
        if (known == in_force_.end() || known->second.sealed != row.sealed) tell_of(row, std::move(*key));
    }
    for (auto each = in_force_.begin(); each != in_force_.end();) {
        const auto person = each->first;
        each = have.contains(person) ? std::next(each) : in_force_.erase(each);
        if (!have.contains(person)) told_.end(person);
    }
}

void OwnKeys::tell_of(const OwnKeyRow& row, policy::Secret key) {
    uses_.redaction.add(prints_without_name(key, uses_.redaction.key()));
    in_force_[row.person] = row;
    told_.put(row.person, std::move(key), row.subject);
}

Async<Result<std::optional<OwnKeyRow>>> OwnKeys::of(std::string person) {
    auto find = [person = std::move(person), base_url = base_url_](storage::Ledger& ledger) {
        return OwnKeyRows(ledger).find(person, base_url);
    };
    co_return co_await uses_.store.run(std::move(find));
}

Async<Result<OwnKeyRows::Kept>> OwnKeys::enter(std::string person, policy::Secret key) {
    if (!turns_.take(person, uses_.clock.now()))
        co_return Error{Errc::rate_limited,
                        "Too many keys were tried within a minute. Nothing was kept. Try again in a minute."};
    auto checking = check_.check(key);
    const auto checked = co_await std::move(checking);
    if (!checked) co_return checked.error();
    const auto prints = prints_without_name(key, uses_.redaction.key());
    uses_.redaction.add(prints);
    OwnKeyRow row{.person = person,
                  .base_url = base_url_,
                  .subject = checked->user,
                  .mask = key.masked(),
                  .expires = checked->expires,
                  .since = uses_.clock.now()};
    const auto shared = std::make_shared<policy::Secret>(std::move(key));
    auto keep = [row, shared, prints](storage::Ledger& ledger) {
        return OwnKeyRows(ledger).keep(row, *shared, prints);
    };
    auto kept = co_await uses_.store.run(std::move(keep));
    if (!kept) co_return kept.error();
    tell_of(kept->row, std::move(*shared));
    uses_.log.info("a person entered their own TrueFoundry key: their agents' requests use it",
                   {{"person", person}, {"replaced", kept->replaced}});
    co_return kept;
}

Async<Result<std::optional<std::size_t>>> OwnKeys::end(std::string person) {
    auto work = [person, base_url = base_url_, now = uses_.clock.now()](storage::Ledger& ledger) {
        return OwnKeyRows(ledger).end(person, base_url, now);
    };
    auto ended = co_await uses_.store.run(std::move(work));
    if (!ended) co_return ended;
    if (in_force_.erase(person) > 0) told_.end(person);
    if (*ended) uses_.log.info("a person ended their own TrueFoundry key", {{"person", person}});
    co_return ended;
}

Async<void> OwnKeys::mark_broken(std::string person) {
    const auto found = in_force_.find(person);
    if (found == in_force_.end() || found->second.broken) co_return;
    found->second.broken = uses_.clock.now();
    auto work = [row = found->second](storage::Ledger& ledger) {
        return OwnKeyRows(ledger).mark_broken(row, *row.broken);
    };
    const auto marked = co_await uses_.store.run(std::move(work));
    if (!marked)
        uses_.log.error("that TrueFoundry refuses a person's own key could not be written down",
                        {{"person", person}, {"why", marked.error().message}});
    else if (*marked)
        uses_.log.warn("TrueFoundry refuses a person's own key: they enter another one on the approvals page",
                       {{"person", person}});
}

}  // namespace tfy::upstream
