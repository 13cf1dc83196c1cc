#include "tools/access_tokens/deletion.hpp"

#include <sodium.h>

#include <algorithm>

#include "tools/access_tokens/lost_creation.hpp"
#include "tools/access_tokens/settling.hpp"
#include "tools/text.hpp"
#include "tools/tool.hpp"
#include "tools/truefoundry/failure.hpp"
#include "tools/truefoundry/retry.hpp"

namespace tfy::access_tokens {
namespace {

using truefoundry::AccessToken;
using truefoundry::TokenId;

constexpr std::chrono::days recently{30};
constexpr policy::Duration least_for_a_try{5'000};

/// Who cannot reach TrueFoundry any more once this key is deleted.
std::string locked_out(const tools::KeyFacts& key, const policy::Seals& seal) {
    switch (key.giver) {
        case tools::KeyFacts::Giver::person: return tools::one_line(seal, key.person) + "'s agents";
        case tools::KeyFacts::Giver::caller:
        case tools::KeyFacts::Giver::operator_for_caller: return "this caller";
        case tools::KeyFacts::Giver::server: break;
    }
    return "this server";
}

/// As a label: a person's name stays as it is written.
std::string label_of(const tools::KeyFacts& key, const policy::Seals& seal) {
    auto label = key.in_words(seal);
    if (key.giver != tools::KeyFacts::Giver::person) label.front() = 'T';
    return label;
}

using InWords = std::string (*)(policy::Time, policy::Time);

std::string when(const std::optional<policy::Time>& time, policy::Time now, InWords in_words,
                 const char* otherwise) {
    return time ? policy::format_time_for_people(*time) + " (" + in_words(*time, now) + ")" : otherwise;
}

Json time_or_null(const std::optional<policy::Time>& time) {
    return time ? Json(policy::format_time(*time)) : Json(nullptr);
}

policy::Duration since(const truefoundry::Client& api, truefoundry::Timing::Instant start) {
    return std::chrono::floor<policy::Duration>(api.pace().now() - start);
}

std::string lost_by(const Error& error) { return "TrueFoundry's answer was lost: " + error.message; }

/// Before another DELETE; nullopt if there is none: it was refused for good, or there is no time for it.
std::optional<policy::Duration> pause_after(const Error& error, int tried, policy::Duration left) {
    const auto said = [&](const char* key) {
        return error.data.is_object() ? error.data.value(key, -1L) : -1L;
    };
    constexpr int busy = 429;
    if (error.code != Errc::ambiguous && said("http_status") != busy) return std::nullopt;
    const auto quiet = std::max(0L, said("retry_after"));
    const auto wait = truefoundry::pause(tried, randombytes_random(), std::chrono::seconds{quiet});
    return tried < truefoundry::most_tries && wait && *wait < left ? wait : std::nullopt;
}

Error changed_meanwhile(const AccessToken& token, const Error& last, const policy::Seals& seal) {
    return {Errc::superseded,
            "The token " + tools::in_quotes(seal, title_of(token)) +
                " changed during its deletion. It is still listed, and the deletion was not tried again. "
                "List the tokens, and ask again if the user still wants it deleted. (" +
                last.message + ")"};
}

Error still_there(const std::string& how) {
    return {Errc::upstream,
            "The token is still listed: it was not deleted. Ask again if the user still wants it deleted. (" +
                how + ")"};
}

Error nobody_knows(const Result<AccessToken>& found, const std::string& how) {
    const std::string why = found ? "it is still listed, but TrueFoundry may still be working on it."
                                  : "the tokens could not be read to see it.";
    return {Errc::ambiguous,
            "It is unknown whether the token was deleted: " + why +
                " List the tokens before doing anything else. (" + how + ")",
            !found && truefoundry::is_refusal(found.error()) ? Json(nullptr) : tools::unread()};
}

}  // namespace

std::string title_of(const AccessToken& token) { return token.name.empty() ? token.id : token.name; }

Json target_of(const AccessToken& token) {
    return {{"id", token.id},
            {"name", token.name},
            {"created", time_or_null(token.created)},
            {"expires", time_or_null(token.expires)}};
}

policy::Facts describe_deletion(const AccessToken& token, const tools::KeyFacts& key, policy::Time now,
                                const policy::Seals& seal) {
    const bool own = std::ranges::any_of(token.jwt_ids, [&](const std::string& id) {
        return std::ranges::find(key.jwt_ids, id) != key.jwt_ids.end();
    });
    policy::Facts facts{
        .subject = title_of(token),
        .effect = "Deletes the access token " + tools::in_quotes(seal, title_of(token)) +
                  " permanently. Everything that uses it stops working at once. This cannot be undone."};
    facts.shown = {
        {"Name", token.name},
        {"ID", token.id},
        {"Created", when(token.created, now, tools::before_asking, "unknown")},
        {"Last used", when(token.last_used, now, tools::before_asking, "never, as far as TrueFoundry says")},
        {"Expires", when(token.expires, now, tools::distance_from_asking, "Never")},
        {label_of(key, seal), own                   ? "yes"
                              : key.jwt_ids.empty() ? "unknown; the key does not say"
                                                    : "no"}};
    // Shown, and no part of the target: what earlier versions stored has none, and must still run.
    if (!token.owner.empty())
        facts.shown.insert(facts.shown.begin() + 2,
                           policy::Fact{token.team.empty() ? "Account" : "Team", token.owner});
    if (own) {
        const auto locks = " locks " + locked_out(key, seal) + " out";
        facts.warnings.push_back("This is " + key.in_words(seal) + ": deleting it" + locks + ".");
        facts.confirmation = title_of(token) + locks;  // to be typed by who approves it
    }
    if (token.last_used && *token.last_used > now - recently)
        facts.warnings.push_back("It was used " + tools::before_asking(*token.last_used, now) +
                                 ". Everything that uses it will break.");
    facts.target = target_of(token);
    facts.needs = facts.consumes = {policy::token_key(token.id)};
    return facts;
}

Async<Result<void>> delete_once(truefoundry::Client api, TokenId id) {
    const auto start = api.pace().now();
    const auto removed = co_await api.remove(id);
    if (removed || removed.error().code != Errc::ambiguous) co_return removed;
    co_return co_await look_whether_deleted(api, id, since(api, start), lost_by(removed.error()));
}

Async<Result<void>> delete_unchanged(truefoundry::Client api, AccessToken token) {
    const auto id = TokenId::read(token.id);
    if (!id) co_return id.error();
    const auto first = api.pace().now();
    const auto left = [&] { return api.max_time() - since(api, first); };
    std::optional<truefoundry::Timing::Instant> lost;  // the last try without an answer began
    Error last;
    for (int tried = 1;; ++tried) {
        const auto start = api.pace().now();
        auto trying = api.within(std::max(left(), least_for_a_try));
        const auto removed = co_await trying.remove(*id);
        if (removed) co_return removed;
        last = removed.error();
        if (last.code == Errc::ambiguous) lost = start;
        const auto pause = pause_after(last, tried, left());
        if (!pause) break;
        co_await api.pace().wait(*pause);
        auto reading = api.within(left());
        const auto now = co_await reading.find(*id);
        if (!now && now.error().code == Errc::not_found) co_return Result<void>{};
        if (!now) break;
        const bool same = target_of(*now) == target_of(token);
        if (!same && !lost) co_return changed_meanwhile(token, last, api.seals());
        if (!same) break;
    }
    // An earlier try may have done it, whatever the last one was told: "no such token" most of all.
    if (lost) co_return co_await look_whether_deleted(api, *id, since(api, *lost), lost_by(last));
    co_return last;
}

// No one here has the answer to the last DELETE: listing tells what became of it.
Async<Result<void>> look_whether_deleted(truefoundry::Client api, TokenId id, policy::Duration age,
                                         std::string how) {
    const Settling settling(age, api.max_time());
    const auto start = api.pace().now();
    for (int looks = 1;; ++looks) {
        const auto looked_at = since(api, start);
        auto looking = api.within(settling.limit(looked_at));
        const auto found = co_await looking.find(id);
        if (!found && found.error().code == Errc::not_found) co_return Result<void>{};
        if (found && settling.is_final(looked_at)) co_return still_there(how);
        const auto pause = settling.pause(since(api, start), looks);
        if (!pause || (!found && truefoundry::is_refusal(found.error()))) co_return nobody_knows(found, how);
        co_await api.pace().wait(*pause);
    }
}

}  // namespace tfy::access_tokens
