// Checks the journal while a server runs: its start reads only the end, and so would not see a record that
// was changed.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <optional>

#include "server/approvals/approvals.hpp"
#include "server/observability/log.hpp"

namespace tfy::app {

/// All must outlive it. One loop.
class JournalWatch {
public:
    /// `patience`: how late a check may be.
    JournalWatch(boost::asio::io_context& loop, approvals::Approvals& desk, const Clock& clock,
                 const observability::Log& log, std::chrono::milliseconds patience = std::chrono::minutes{1})
        : loop_(loop), desk_(desk), clock_(clock), log_(log), patience_(patience) {}
    JournalWatch(const JournalWatch&) = delete;
    JournalWatch& operator=(const JournalWatch&) = delete;

    /// From here on it checks at once and each day, until the desk drains. The log says what is wrong.
    void start();
    /// At the last check that could be made.
    bool broken() const { return broken_; }

private:
    Async<void> run();
    /// For how long nothing is to be checked then.
    policy::Duration note(const Result<std::string>& checked);

    boost::asio::io_context& loop_;
    approvals::Approvals& desk_;
    const Clock& clock_;
    const observability::Log& log_;
    std::chrono::milliseconds patience_;
    bool broken_ = false;
    std::optional<policy::Time> next_ = {};
};

}  // namespace tfy::app
