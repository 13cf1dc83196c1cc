// Codes that open a session once, and the sessions that they open.
#include "server/people/page_sessions.hpp"

#include <sodium.h>

#include "policy/canonical_json.hpp"
#include "policy/sealed_state.hpp"
#include "server/people/sign_in_codes.hpp"
#include "tools/own_command.hpp"

namespace tfy::people {
namespace {

constexpr std::size_t wrong_allowed = 10;
constexpr std::chrono::minutes wrong_window{1};
constexpr std::chrono::hours session_life{12};

bool same(std::string_view one, std::string_view other) {
    return one.size() == other.size() && sodium_memcmp(one.data(), other.data(), one.size()) == 0;
}

// The map holds hashes of keys, so that the time of a look-up tells nothing about a key.
std::string hash_of_page_key(std::string_view key) { return policy::sha256(key); }

}  // namespace

std::string PageSessions::issue_code(std::string person, std::chrono::minutes life) {
    const auto now = clock_.now();
    std::erase_if(codes_, [now](const auto& each) { return each.second.until <= now; });
    auto shown = make_sign_in_code();
    codes_.insert_or_assign(normal_sign_in_code(shown), Code{std::move(person), now + life});
    return shown;
}

Result<PageSessions::Session> PageSessions::sign_in(std::string_view code) {
    const auto now = clock_.now();
    if (now - wrong_since_ >= wrong_window) wrong_ = 0;
    const auto typed = normal_sign_in_code(code);
    auto found = codes_.end();
    for (auto each = codes_.begin(); each != codes_.end();
         ++each)  // all of them, so that the time does not tell which one was near
        if (same(each->first, typed)) found = each;
    const bool good = found != codes_.end() && found->second.until > now && (!codes_count_ || codes_count_());
    auto person = good ? found->second.person : std::string{};
    if (found != codes_.end()) codes_.erase(found);
    // A right code always opens: no one can lock the person out by guessing.
    if (!good && wrong_ >= wrong_allowed)
        return Error{Errc::rate_limited,
                     "Too many wrong codes. You are not signed in. Wait a minute, then try again."};
    if (!good) {
        if (wrong_++ == 0) wrong_since_ = now;
        return Error{
            Errc::denied,
            "This code is wrong, used or expired. You are not signed in. Get a new code on the server's "
            "machine: " +
                tools::own_command("approvals sign-in")};
    }

    return open(std::move(person));
}

PageSessions::Session PageSessions::open(std::string person) {
    const auto now = clock_.now();
    std::erase_if(sessions_, [now](const auto& each) { return each.second.until <= now; });
    Session session{policy::random_id(32), std::move(person)};
    sessions_.insert_or_assign(hash_of_page_key(session.key), Entry{session, now + session_life});
    return session;
}

std::optional<PageSessions::Session> PageSessions::session(std::string_view key) const {
    if (key.empty()) return std::nullopt;
    const auto found = sessions_.find(hash_of_page_key(key));
    if (found == sessions_.end() || found->second.until <= clock_.now()) return std::nullopt;
    return found->second.session;
}

void PageSessions::sign_out(std::string_view key) {
    const auto found = sessions_.find(hash_of_page_key(key));
    if (found != sessions_.end()) sessions_.erase(found);
}

policy::Human PageSessions::human(const Session& session) const {
    return {session.person, policy::Assurance::signed_in};
}

}  // namespace tfy::people
