#include "server/people/page_sessions.hpp"

#include "policy/canonical_json.hpp"
#include "policy/mac.hpp"
#include "policy/sealed_state.hpp"
#include "server/people/sign_in_codes.hpp"
#include "tools/own_command.hpp"

namespace tfy::people {
namespace {

constexpr std::chrono::hours session_life{8};

std::string hash_of_page_key(std::string_view key) { return policy::sha256(key); }

}  // namespace

std::string PageSessions::issue_code(std::string person, std::chrono::minutes life) {
    const auto now = clock_.now();
    std::erase_if(codes_, [now](const auto& each) { return each.second.until <= now; });
    auto shown = make_sign_in_code();
    codes_.insert_or_assign(normal_sign_in_code(shown), Code{std::move(person), now + life});
    return shown;
}

Result<std::string> PageSessions::whose(std::string_view code) { return look_up(code, false); }

Result<std::string> PageSessions::look_up(std::string_view code, bool used_up) {
    const auto now = clock_.now();
    const auto typed = normal_sign_in_code(code);
    auto found = codes_.end();
    for (auto each = codes_.begin(); each != codes_.end();
         ++each)  // all of them, so that the time does not tell which one was near
        if (policy::same_bytes(each->first, typed)) found = each;
    const bool good = found != codes_.end() && found->second.until > now && (!codes_count_ || codes_count_());
    auto person = good ? found->second.person : std::string{};
    if (found != codes_.end() && (used_up || !good)) codes_.erase(found);
    // A right code always opens: no one can lock the person out by guessing.
    if (good) return person;
    if (wrong_.too_many(now))
        return Error{Errc::rate_limited,
                     "Too many wrong codes. You are not signed in. Wait a minute, then try again."};
    wrong_.note(now);
    return Error{Errc::denied,
                 "This code is wrong, used or expired. You are not signed in. Get a new code on the server's "
                 "machine: " +
                     tools::own_command("approvals sign-in")};
}

Async<Result<std::string>> PageSessions::sign_in(std::string code) {
    auto person = look_up(code, true);
    if (!person) co_return person.error();
    auto beginning = begin(std::move(*person), true);
    co_return co_await std::move(beginning);
}

Async<Result<std::string>> PageSessions::open(SignInProof proof) {
    auto beginning = begin(proof.person(), false);
    co_return co_await std::move(beginning);
}

Async<Result<std::string>> PageSessions::begin(std::string person, bool guest) {
    auto key = policy::random_id(32);
    storage::PageSession row{.hash = hash_of_page_key(key),
                             .person = std::move(person),
                             .guest = guest,
                             .until = clock_.now() + session_life,
                             .used = clock_.now()};
    auto work = [row = std::move(row)](storage::Ledger& ledger) { return ledger.open_page_session(row); };
    const auto opened = co_await store_.run(std::move(work));
    if (!opened) co_return opened.error();
    co_return std::move(key);
}

Async<Result<std::optional<PageSessions::Session>>> PageSessions::session(std::string key, bool used) {
    if (key.empty()) co_return std::optional<Session>{};
    auto work = [hash = hash_of_page_key(key), now = clock_.now(),
                 used](storage::Ledger& ledger) -> Result<std::optional<storage::PageSession>> {
        auto found = ledger.page_session(hash, now);
        if (!found || !*found || !used) return found;
        std::ignore = ledger.note_use_of_page_session(**found, now);  // one that is missed ends it early
        return found;
    };
    auto found = co_await store_.run(std::move(work));
    if (!found) co_return found.error();
    if (!*found) co_return std::optional<Session>{};
    co_return std::optional(Session(std::move(key), (*found)->person, (*found)->decides));
}

Async<Result<void>> PageSessions::sign_out(std::string key) {
    auto work = [hash = hash_of_page_key(key)](storage::Ledger& ledger) {
        return ledger.end_page_session(hash);
    };
    co_return co_await store_.run(std::move(work));
}

policy::Human PageSessions::human(const Session& session) const {
    return {session.person(), policy::Assurance::signed_in};
}

}  // namespace tfy::people
