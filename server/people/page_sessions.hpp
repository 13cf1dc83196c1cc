// Signing in to the approvals page: a code that was printed to the person's terminal, then a page key.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "policy/human.hpp"
#include "tools/async.hpp"

namespace tfy::people {

/// One loop only. Codes are single-use; wrong tries are slowed down by count (10 wrong ones in a minute:
/// refused for the rest of it). Sessions live 12 hours, in memory: a restart signs everyone out.
class PageSessions {
public:
    explicit PageSessions(const Clock& clock) : clock_(clock) {}

    /// A fresh one-time code for the person's own terminal or browser: "K7Q2-9FXM-3TVB". `person` is who will
    /// be signed in by it.
    std::string issue_code(std::string person, std::chrono::minutes life);

    /// Asked when one of these codes is typed: without a yes it is as if it were wrong. Without it they
    /// count.
    void codes_count_while(std::function<bool()> may) { codes_count_ = std::move(may); }

    struct Session {
        std::string key;  // random; comes back as X-Page-Key with every request. Never in a cookie.
        std::string person;
    };
    /// Errc::denied for a wrong, used or old code; Errc::rate_limited.
    Result<Session> sign_in(std::string_view code);
    /// For a person whose code was found and used up elsewhere (the ledger's).
    Session open(std::string person);
    std::optional<Session> session(std::string_view key) const;
    void sign_out(std::string_view key);

    policy::Human human(const Session& session) const;

private:
    struct Code {
        std::string person;
        policy::Time until;
    };
    struct Entry {
        Session session;
        policy::Time until;
    };
    const Clock& clock_;
    std::function<bool()> codes_count_ = {};
    std::map<std::string, Code, std::less<>> codes_;
    std::map<std::string, Entry, std::less<>> sessions_;
    std::size_t wrong_ = 0;
    policy::Time wrong_since_ = {};
};

}  // namespace tfy::people
