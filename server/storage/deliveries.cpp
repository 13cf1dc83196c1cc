#include "server/storage/deliveries.hpp"

#include "policy/notice/retry.hpp"
#include "server/storage/ledger_impl.hpp"

namespace tfy::storage {
namespace {

constexpr std::size_t page_size = 500;

std::vector<std::string> texts_of(SQLite::Statement& rows) {
    std::vector<std::string> all;
    while (rows.executeStep()) all.push_back(rows.getColumn(0).getString());
    return all;
}

}  // namespace

Result<void> Deliveries::subscribe(const std::string& channel) {
    return impl_.write([&]() -> Result<void> {
        impl_.run(
            "INSERT OR IGNORE INTO webhooks (id, seen) VALUES (?, (SELECT coalesce(max(sequence), 0) FROM "
            "journal))",
            channel);
        return {};
    });
}

// A channel that is no longer configured leaves its rows behind; once they are old news they go.
Result<std::size_t> Deliveries::collect(const std::string& channel, const Wanted& wanted, policy::Time now) {
    auto fresh = sqlite::read([&]() -> Result<bool> {
        auto row =
            impl_.prepare("SELECT (SELECT max(sequence) FROM journal) > seen FROM webhooks WHERE id = ?");
        SQLite::bind(row, channel);
        return row.executeStep() && row.getColumn(0).getInt() == 1;
    });
    if (!fresh) return fresh.error();
    if (!*fresh) return std::size_t{0};
    return impl_.write([&]() -> Result<std::size_t> {
        auto place = impl_.prepare("SELECT seen FROM webhooks WHERE id = ?");
        SQLite::bind(place, channel);
        if (!place.executeStep()) return std::size_t{0};
        const auto records = impl_.journal(place.getColumn(0).getInt64() + 1, page_size);
        if (!records) return records.error();
        if (records->empty()) return std::size_t{0};
        for (const auto& record : *records) {
            if (!wanted(record)) continue;
            impl_.run("INSERT OR IGNORE INTO deliveries (webhook, sequence, due) VALUES (?, ?, ?)", channel,
                      record.sequence, sqlite::stored(now));
        }
        impl_.run("UPDATE webhooks SET seen = ? WHERE id = ?", records->back().sequence, channel);
        impl_.run("DELETE FROM deliveries WHERE instance = '' AND due < ?",
                  sqlite::stored(now - 2 * notice::longest_retry));
        const auto dropped = impl_.run(
            "DELETE FROM deliveries WHERE webhook = ?1 AND instance = '' AND sequence <= (SELECT sequence "
            "FROM "
            "deliveries WHERE webhook = ?1 ORDER BY sequence DESC LIMIT 1 OFFSET ?2)",
            channel, most_waiting);
        return static_cast<std::size_t>(dropped);
    });
}

Result<std::optional<Deliveries::Delivery>> Deliveries::claim(const std::string& channel,
                                                              const std::string& instance, policy::Time now) {
    const auto find = [&]() -> std::optional<std::int64_t> {
        auto row = impl_.prepare(
            "SELECT sequence FROM deliveries WHERE webhook = ? AND instance = '' AND due <= ? ORDER BY due, "
            "sequence LIMIT 1");
        SQLite::bind(row, channel, sqlite::stored(now));
        if (!row.executeStep()) return std::nullopt;
        return row.getColumn(0).getInt64();
    };
    // Mostly there is none, and then no one's write is held up.
    const auto any = sqlite::read([&]() -> Result<bool> { return find().has_value(); });
    if (!any) return any.error();
    if (!*any) return std::optional<Delivery>{};
    return impl_.write([&]() -> Result<std::optional<Delivery>> {
        const auto sequence = find();
        if (!sequence) return std::optional<Delivery>{};
        auto mine = impl_.prepare(
            "UPDATE deliveries SET instance = ?, attempts = attempts + 1 WHERE webhook = ? AND sequence = ? "
            "RETURNING attempts");
        SQLite::bind(mine, instance, channel, *sequence);
        mine.executeStep();
        Delivery delivery{.attempts = mine.getColumn(0).getInt()};
        mine.executeStep();  // to its end
        auto record = impl_.journal(*sequence, 1);
        if (!record) return record.error();
        if (record->empty()) return sqlite::damaged("a delivery without its journal record");
        delivery.record = std::move(record->front());
        auto approval = impl_.find(delivery.record.approval_id);
        if (!approval) return approval.error();
        delivery.approval = std::move(*approval);
        return std::optional(std::move(delivery));
    });
}

Result<void> Deliveries::done(const std::string& channel, std::int64_t sequence,
                              const std::string& instance) {
    return impl_.write([&]() -> Result<void> {
        impl_.run("DELETE FROM deliveries WHERE webhook = ? AND sequence = ? AND instance = ?", channel,
                  sequence, instance);
        return {};
    });
}

Result<void> Deliveries::postpone(const std::string& channel, std::int64_t sequence,
                                  const std::string& instance, policy::Time due) {
    return impl_.write([&]() -> Result<void> {
        impl_.run(
            "UPDATE deliveries SET instance = '', due = ? WHERE webhook = ? AND sequence = ? AND instance = "
            "?",
            sqlite::stored(due), channel, sequence, instance);
        return {};
    });
}

Result<std::vector<std::string>> Deliveries::holders() {
    return sqlite::read([&]() -> Result<std::vector<std::string>> {
        auto rows = impl_.prepare("SELECT DISTINCT instance FROM deliveries WHERE instance <> ''");
        return texts_of(rows);
    });
}

Result<void> Deliveries::take_over(const std::string& instance) {
    return impl_.write([&]() -> Result<void> {
        impl_.run("UPDATE deliveries SET instance = '' WHERE instance = ?", instance);
        return {};
    });
}

Result<std::vector<std::string>> Deliveries::overdue(policy::Time now) {
    return sqlite::read([&]() -> Result<std::vector<std::string>> {
        auto rows = impl_.prepare(
            "SELECT id FROM approvals WHERE state IN ('pending', 'approved') AND expires <= ? LIMIT 100");
        SQLite::bind(rows, sqlite::stored(now));
        return texts_of(rows);
    });
}

}  // namespace tfy::storage
