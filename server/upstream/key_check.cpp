#include "server/upstream/key_check.hpp"

#include "server/upstream/exchange.hpp"
#include "server/upstream/key_file.hpp"
#include "server/upstream/key_identities.hpp"
#include "server/upstream/placeholder.hpp"
#include "tools/truefoundry/failure.hpp"
#include "tools/truefoundry/wire.hpp"

namespace tfy::upstream {
namespace {

constexpr auto make_one = " Create one in TrueFoundry, under Access → Personal Access Tokens.";

Error no_key(std::string why) { return {Errc::refused, std::move(why) + " Nothing was sent or kept."}; }

/// A copy, if it could be a user's key.
Result<policy::Secret> users_key(const policy::Secret& entered) {
    const auto value = entered.reveal();
    if (const auto placeholder = read_placeholder(value))
        return no_key("What was entered " + placeholder->says("key", Placeholder::Place::file));
    if (value.starts_with("tfy_va_") || read_claims(value).of_virtual_account())
        return no_key("This is a virtual account's key, and a person needs one of their own." +
                      std::string(make_one));
    auto key = read_key(std::string(value));
    if (!key) return no_key("What was entered " + key.error().message);
    if (key->empty()) return no_key("No key was entered.");
    return key;
}

Error refusal(int status) {
    if (status == 401)
        return {Errc::denied,
                "TrueFoundry refused this key (401): it is wrong, expired or deleted. Nothing was kept." +
                    std::string(make_one)};
    return {Errc::denied,
            "TrueFoundry does not let this key list access tokens (403). Nothing was kept. Enter a key of a "
            "user who may." +
                std::string(make_one)};
}

/// What is no answer about the key.
Error unknown(const truefoundry::ApiResponse& answer) {
    Json data = {{"http_status", answer.status}};
    if (answer.retry_after) data["retry_after"] = answer.retry_after->count();
    const bool passes = truefoundry::may_pass(answer.status);
    return {
        Errc::upstream,
        "TrueFoundry did not say whether it accepts this key: it answered " + std::to_string(answer.status) +
            ". Nothing was kept. " +
            (passes ? "Try again in a minute."
                    : "Ask the operator of this server to check its TFY_BASE_URL with tfy-pat-mcp doctor."),
        std::move(data)};
}

Error no_answer() {
    return {Errc::upstream,
            "TrueFoundry gave no answer, so that it is not known whether it accepts this key. Nothing was "
            "kept. Try again in a minute."};
}

}  // namespace

KeyCheck::KeyCheck(std::shared_ptr<http_client::TransferThread> thread, http_client::ServerOptions options,
                   std::chrono::milliseconds max_time)
    : KeyCheck(
          [options = std::move(options), thread = std::move(thread)](std::shared_ptr<const OwnKey> key) {
              return make_exchange(thread, options, std::move(key));
          },
          max_time) {}

Async<Result<CheckedKey>> KeyCheck::check(const policy::Secret& key) const {
    auto copy = users_key(key);
    if (!copy) co_return copy.error();
    co_return co_await ask(std::move(*copy));
}

Async<Result<CheckedKey>> KeyCheck::ask(policy::Secret key) const {
    const auto own = std::make_shared<const OwnKey>(std::move(key));
    const auto exchange = exchange_with_(own);
    truefoundry::ApiRequest request{
        .method = "GET", .target = truefoundry::wire::list_target(0, 1, ""), .timeout = max_time_};
    const auto answer = co_await exchange->send(std::move(request));
    if (!answer) co_return no_answer();
    if (answer->status == 401 || answer->status == 403) co_return refusal(answer->status);
    if (!truefoundry::is_success(answer->status)) co_return unknown(*answer);
    const auto page = truefoundry::wire::read_page(answer->text());
    if (!page) co_return unknown(*answer);
    const auto facts = own->facts();
    const auto maker = maker_of(page->tokens);
    CheckedKey checked{.user = user_of(facts), .subject = facts.subject, .expires = facts.expires};
    if (checked.user.empty()) checked.user = maker;
    if (checked.subject.empty()) checked.subject = maker;
    co_return checked;
}

}  // namespace tfy::upstream
