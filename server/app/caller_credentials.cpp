#include "server/app/caller_credentials.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "server/app/app.hpp"
#include "server/callers/access_tokens.hpp"
#include "server/callers/credentials.hpp"
#include "server/callers/issuer.hpp"
#include "server/callers/keys.hpp"
#include "server/callers/loopback.hpp"
#include "server/callers/truefoundry.hpp"
#include "server/oidc/published.hpp"
#include "server/upstream/key_check.hpp"

namespace tfy::app {
namespace {

using Verifiers = std::vector<std::unique_ptr<callers::Verifier>>;

Result<std::unique_ptr<callers::Verifier>> by_keys(const Services& parts, const Clock& clock,
                                                   const ToldApp& told) {
    auto reader = storage::Reader::open(parts.state_dir / "ledger.db");
    if (!reader) return reader.error();
    return std::make_unique<callers::Keys>(std::move(*reader), clock,
                                           [&told](const std::string& id, policy::Time day) {
                                               if (told.app != nullptr) told.app->note_caller_key(id, day);
                                           });
}

Result<std::unique_ptr<callers::Verifier>> by_access_tokens(const Services& parts, const Clock& clock) {
    auto reader = storage::AccessTokenReader::open(parts.state_dir / "ledger.db");
    if (!reader) return reader.error();
    return std::make_unique<callers::AccessTokens>(std::move(*reader), clock);
}

std::unique_ptr<callers::Verifier> by_issuer(const Services& parts, const Clock& clock, const ToldApp& told) {
    const auto& issuer = parts.resource.authorization_server;
    return std::make_unique<callers::Issuer>(
        callers::IssuerRules{issuer, parts.resource.resource(), parts.issuer_any_type},
        [connect = oidc::connect_with_curl(parts.ca_file), issuer] {
            return oidc::read_keys_of(connect, issuer);
        },
        clock,
        [&told](const std::string& why) {
            if (told.app != nullptr)
                told.app->log().info("an access token of the issuer was refused", {{"why", why}});
        });
}

Async<Result<std::string>> user_of_key(std::shared_ptr<const upstream::KeyCheck> check,
                                       const policy::Secret& key) {
    auto checking = check->check(key);
    auto checked = co_await std::move(checking);
    if (!checked) co_return checked.error();
    co_return std::move(checked->user);
}

Async<Result<std::string>> no_one_to_ask() {
    co_return Error{Errc::upstream,
                    "TFY_BASE_URL is not set, or cannot be used, so there is no one to ask about keys."};
}

callers::TrueFoundryKeys::Check check_at(const Services& parts) {
    if (!parts.base_url.known() || !parts.url_problem.empty())
        return [](const policy::Secret&) { return no_one_to_ask(); };
    return [check = std::make_shared<const upstream::KeyCheck>(key_check_of(parts))](
               const policy::Secret& key) { return user_of_key(check, key); };
}

/// What it asked for and no one has begun.
Async<void> withdraw_all_of(App& app, std::string principal) {
    constexpr std::size_t at_once = 100;
    std::string before;
    for (bool more = true; more;) {
        auto listing = app.approvals().list_of(principal, before, at_once);
        const auto page = co_await std::move(listing);
        if (!page) {
            app.log().error("requests of a caller whose TrueFoundry key has ended could not be withdrawn",
                            {{"caller", principal}, {"why", page.error().message}});
            co_return;
        }
        for (const auto& each : *page) {
            auto withdrawing = app.approvals().withdraw(each.id, "the end of its caller's TrueFoundry key");
            co_await std::move(withdrawing);  // one that is over, or runs, stays as it is
        }
        more = page->size() == at_once;
        if (more) before = page->back().id;
    }
}

/// Each key leads to an upstream account, for as long as it counts.
callers::TrueFoundryKeys::Hooks hooks_of(const ToldApp& told) {
    callers::TrueFoundryKeys::Hooks hooks;
    hooks.accepted = [&told](const std::string& principal, const auto& key) {
        if (told.app == nullptr) return;
        told.app->accounts().put_presented(principal, policy::Secret(std::string(key->reveal())));
        told.app->log().info("a caller's TrueFoundry key counts", {{"caller", principal}});
    };
    hooks.ended = [&told](const std::string& principal) {
        if (told.app == nullptr) return;
        told.app->accounts().end_presented(principal);
        told.app->log().info("TrueFoundry no longer takes a caller's key: its requests are withdrawn",
                             {{"caller", principal}});
        boost::asio::co_spawn(told.loop, withdraw_all_of(*told.app, principal), boost::asio::detached);
    };
    hooks.left = [&told](const std::string& principal) {
        if (told.app == nullptr) return;
        told.app->accounts().end_presented(principal);
        told.app->log().info("a caller's TrueFoundry key was not shown for a minute, and is forgotten",
                             {{"caller", principal}});
    };
    hooks.refused = [&told](const Error& why) {
        if (told.app != nullptr)
            told.app->log().info("a caller's TrueFoundry key was not taken", {{"why", why.message}});
    };
    return hooks;
}

}  // namespace

Result<std::unique_ptr<callers::Authenticator>> authenticator_of(const Services& parts, const Clock& clock,
                                                                 const ToldApp& told) {
    const auto& by = parts.callers;
    if (!by.credentials()) return std::make_unique<callers::Loopback>(parts.any_local_user);
    Verifiers verifiers;
    if (by.keys) {
        auto keys = by_keys(parts, clock, told);
        if (!keys) return keys.error();
        verifiers.push_back(std::move(*keys));
    }
    if (by.oauth) {
        auto tokens = by_access_tokens(parts, clock);
        if (!tokens) return tokens.error();
        verifiers.push_back(std::move(*tokens));
    }
    if (by.issuer) verifiers.push_back(by_issuer(parts, clock, told));
    if (by.truefoundry)
        verifiers.push_back(std::make_unique<callers::TrueFoundryKeys>(check_at(parts), parts.fingerprint_key,
                                                                       clock, hooks_of(told)));
    const transport::bearer::Challenge challenge{
        .metadata = parts.resource.metadata_address(), .gateway = by.truefoundry, .keys = by.keys};
    return std::make_unique<callers::Credentials>(std::move(verifiers), challenge, clock,
                                                  parts.trusted_proxies, parts.caller_limits);
}

}  // namespace tfy::app
