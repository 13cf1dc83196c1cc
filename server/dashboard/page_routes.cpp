// The page's files, signing in and out, and what a browser may know of its session.
#include "server/dashboard/body_fields.hpp"
#include "server/dashboard/dashboard.hpp"
#include "server/dashboard/decision_fields.hpp"

#include <algorithm>
#include <array>

#include "server/dashboard/replies.hpp"
#include "server/transport/client_address.hpp"
#include "server/upstream/own_keys.hpp"
#include "tools/own_command.hpp"

namespace tfy::dashboard {
namespace {

/// The page's own addresses below /approvals, beside the inbox and its requests.
constexpr std::array<std::string_view, 12> views = {"authorize", "health",   "history", "key",
                                                    "oidc",      "passkeys", "people",  "permissions",
                                                    "rotations", "together", "tokens",  "values"};

Error too_many_of_network(std::chrono::seconds wait) {
    return {Errc::rate_limited,
            "Wrong name or passphrase, as too often from your address. You are not signed in. For " +
                std::to_string(wait.count()) + (wait.count() == 1 ? " second" : " seconds") +
                " passphrases from there are checked one at a time."};
}

}  // namespace

Async<transport::HttpResponse> Dashboard::page(PageRequest visit) {
    const bool is_view = std::ranges::find(views, visit.id) != views.end();
    const bool known = visit.id.empty() || visit.id.starts_with("apr_") ||
                       (is_view && (visit.id != "authorize" || consent_ != nullptr));
    if (const auto origin = known ? origin_.instead_of(visit.request) : std::nullopt)
        co_return empty_reply(307, {{"Location", *origin + "/approvals" + (visit.id.empty() ? "" : "/") +
                                                     std::string(redaction_.seal_text(visit.id).text())}});
    co_return known ? files_.index(visit.request.header("accept-encoding").value_or(""))
                    : error_reply(redaction_, 404, "not_found", "There is nothing at this address.");
}

Async<transport::HttpResponse> Dashboard::to_page(PageRequest) {
    co_return empty_reply(307, {{"Location", "/approvals"}});
}

Async<transport::HttpResponse> Dashboard::asset(PageRequest visit) {
    auto found = files_.asset(visit.id, visit.request.header("accept-encoding").value_or(""),
                              visit.request.header("if-none-match").value_or(""));
    if (found) co_return std::move(*found);
    co_return error_reply(redaction_, 404, "not_found", "The page has no such file.");
}

Async<Result<std::string>> Dashboard::identify(PageRequest& visit) {
    if (const auto passkey = visit.body.find("passkey"); passkey != visit.body.end()) {
        auto answer = read_passkey_answer(*passkey);
        if (!answer) co_return not_signed_in(answer.error());
        auto proof = co_await passkeys_.signed_in(std::move(*answer));
        if (!proof) co_return not_signed_in(proof.error());
        auto opening = people_.open(std::move(*proof));
        co_return co_await std::move(opening);
    }
    auto name = text_field(visit.body, "name");
    auto passphrase = text_field(visit.body, "passphrase");
    if (name && passphrase && !name->empty()) {
        auto opening = by_passphrase(visit, std::move(*name), std::move(*passphrase));
        co_return co_await std::move(opening);
    }
    const auto typed = text_field(visit.body, "code").value_or("");
    // A right code always opens, wherever it was given out and however many were wrong before it.
    auto proof = co_await codes_.take(typed);
    auto opening = proof ? people_.open(std::move(*proof)) : people_.sign_in(typed);
    co_return co_await std::move(opening);
}

Async<Result<std::string>> Dashboard::by_passphrase(PageRequest& visit, std::string name,
                                                    std::string passphrase) {
    policy::Secret typed(std::move(passphrase));
    const auto network =
        transport::client_network(visit.request.remote, visit.request.headers, trusted_proxies_);
    people::PassphraseDesk::From from{
        .network = network, .slowed = wrong_passphrases_.wait_of(network, clock_.now()).has_value()};
    auto checking = passphrases_.sign_in(std::move(name), std::move(typed), std::move(from));
    auto proof = co_await std::move(checking);
    if (!proof && proof.error().code == Errc::denied)
        if (const auto wait = wrong_passphrases_.note(network, clock_.now()))
            co_return too_many_of_network(*wait);
    if (!proof) co_return not_signed_in(proof.error());
    auto opening = people_.open(std::move(*proof));
    co_return co_await std::move(opening);
}

Async<transport::HttpResponse> Dashboard::let_in(PageRequest visit, Result<std::string> key) {
    if (key) {
        if (!visit.key.empty())  // an older session of this tab ends here
            std::ignore = co_await people_.sign_out(visit.key);
        co_return secret_reply(redaction_, 200, "page_key", *key);
    }
    transport::Headers extra;
    if (key.error().code == Errc::rate_limited) extra.emplace_back("Retry-After", "60");
    co_return error_reply(redaction_, visit.session ? key.error() : not_signed_in(key.error()),
                          std::move(extra));
}

Async<transport::HttpResponse> Dashboard::sign_in(PageRequest visit) {
    auto key = co_await identify(visit);
    auto letting_in = let_in(std::move(visit), std::move(key));
    co_return co_await std::move(letting_in);
}

Async<transport::HttpResponse> Dashboard::sign_out(PageRequest visit) {
    if (!visit.session)
        co_return error_reply(redaction_, 401, "signed_out", "You are not signed in. Nothing was done.");
    const auto ended = co_await people_.sign_out(visit.key);
    co_return ended ? empty_reply(204) : error_reply(redaction_, ended.error());
}

Async<transport::HttpResponse> Dashboard::session(PageRequest visit) {
    const auto& session = visit.session;
    auto help = sign_in_help_;
    const bool anyone = co_await codes_.anyone_makes_them();
    const bool way_in = anyone || !help.printed.empty();
    if (!anyone) {
        help.command = tools::own_command("people first");
        help.words = way_in
                         ? help.printed
                         : "No one is enrolled on this server's state directory yet, so no one can decide. "
                           "Be the first: run in a terminal on its machine:";
    }
    std::size_t passkeys = 0;
    if (session)
        if (const auto own = co_await passkeys_.of(session->person()))
            passkeys = static_cast<std::size_t>(std::ranges::count_if(
                *own, [this](const auto& each) { return passkeys_.is_for_here(each); }));
    bool key_broken = false;
    if (session && own_keys_ != nullptr)
        if (const auto own = co_await own_keys_->of(session->person())) key_broken = *own && (*own)->broken;
    const Json body = {{"signed_in", session.has_value()},
                       {"can_sign_in", way_in},
                       {"passkeys", passkeys},
                       {"person", session ? Json(session->person()) : Json(nullptr)},
                       {"server", server_label_()},
                       {"programs", consent_ != nullptr},
                       {"own_key", own_keys_ != nullptr},
                       {"key_broken", key_broken},
                       {"provider", provider_ != nullptr ? Json(provider_->host()) : Json(nullptr)},
                       {"sign_in_help", {{"words", help.words}, {"command", help.command}}},
                       {"version", TFY_VERSION}};
    co_return json_reply(redaction_, 200, body);
}

}  // namespace tfy::dashboard
