// Signing in to the approvals page: once by a code or a passphrase, then by a page key.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "policy/human.hpp"
#include "server/people/sign_in_proof.hpp"
#include "server/people/wrong_tries.hpp"
#include "server/storage/store.hpp"

namespace tfy::people {

/// One loop only. Sessions are in the store, so that every server on the state directory knows them and a
/// restart ends none; of a key only the hash is kept. They live for 8 hours, and an hour without use. Codes
/// that are given out here are this process's: single-use, and wrong tries are slowed down by count (10 wrong
/// ones in a minute: refused for the rest of it).
class PageSessions {
public:
    PageSessions(storage::Store& store, const Clock& clock) : store_(store), clock_(clock) {}

    /// A fresh one-time code for the person's own terminal: "K7Q2-9FXM-3TVB". `person`, who need not be
    /// enrolled, is who will be signed in by it.
    std::string issue_code(std::string person, std::chrono::minutes life);

    /// Asked when one of these codes is typed: without a yes it is as if it were wrong. Without it they
    /// count.
    void codes_count_while(std::function<bool()> may) { codes_count_ = std::move(may); }

    /// One that is open: found by its key, and made in no other way.
    class Session {
    public:
        const std::string& key() const { return key_; }
        const std::string& person() const { return person_; }
        /// False: not confirmed yet; they may look.
        bool decides() const { return decides_; }

    private:
        friend class PageSessions;
        Session(std::string key, std::string person, bool decides)
            : key_(std::move(key)), person_(std::move(person)), decides_(decides) {}

        std::string key_;
        std::string person_;
        bool decides_;
    };
    /// The page key of a new session: random; it comes back as X-Page-Key with every request, and never in a
    /// cookie. Errc::denied for a wrong, used or old code; Errc::rate_limited; Errc::storage.
    Async<Result<std::string>> sign_in(std::string code);
    /// Whose code it is, which goes on counting. Errors as of sign_in().
    Result<std::string> whose(std::string_view code);
    /// The same for an enrolled person who was identified elsewhere.
    Async<Result<std::string>> open(SignInProof proof);
    /// Nothing if there is none, its person is suspended, or it came by a code of sign_in() and someone is
    /// enrolled by now. `used`: whether it counts as use. Errc::storage.
    Async<Result<std::optional<Session>>> session(std::string key, bool used);
    Async<Result<void>> sign_out(std::string key);

    policy::Human human(const Session& session) const;

private:
    struct Code {
        std::string person;
        policy::Time until;
    };
    /// The same; `used_up` if it is not to count again.
    Result<std::string> look_up(std::string_view code, bool used_up);
    Async<Result<std::string>> begin(std::string person, bool guest);

    storage::Store& store_;
    const Clock& clock_;
    std::function<bool()> codes_count_ = {};
    std::map<std::string, Code, std::less<>> codes_;
    WrongTries wrong_;
};

}  // namespace tfy::people
