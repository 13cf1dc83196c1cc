#include "server/oidc/provider.hpp"

#include "policy/secret.hpp"
#include "protocol/parse.hpp"
#include "protocol/percent_encoded.hpp"
#include "protocol/text_in.hpp"
#include "server/oidc/client_header.hpp"

namespace tfy::oidc {
namespace {

using http_client::WebRequest;

constexpr std::chrono::seconds longest_exchange{10};
constexpr std::chrono::minutes metadata_fresh_for{10};
constexpr std::chrono::hours metadata_kept_for{24};
constexpr std::size_t most_published = std::size_t{256} * 1024;
constexpr int status_good = 200;
constexpr protocol::ParseLimits answer_limits{most_published, 8};

/// Of the codes of RFC 6749, section 5.2; empty for any other text.
std::string code_in(const Json& answer) {
    auto code = protocol::text_in(answer, "error");
    for (const auto* known : {"invalid_request", "invalid_client", "invalid_grant", "unauthorized_client",
                              "unsupported_grant_type", "invalid_scope"})
        if (code == known) return code;
    return {};
}

Error code_refused(int status, const Json& answer) {
    const auto code = code_in(answer);
    if (code == "invalid_client" || code == "unauthorized_client" || (code.empty() && status == 401))
        return {Errc::upstream, "it refused this server's client id or secret"};
    if (!code.empty()) return {Errc::denied, "it did not take its own code back (" + code + ")"};
    return {Errc::upstream, "it answered " + std::to_string(status)};
}

}  // namespace

Provider::Provider(ProviderSettings settings, Connect connect, const Clock& clock)
    : settings_(std::move(settings)),
      connect_(std::move(connect)),
      clock_(clock),
      keys_([this] { return fetch_keys(); }, clock) {}

Async<Result<Metadata>> Provider::metadata() {
    const auto now = clock_.now();
    const auto age = now - read_;
    if (known_ && age >= policy::Duration{0} && age < metadata_fresh_for) co_return *known_;
    auto getting = read_published(connect_, metadata_address(settings_.issuer));
    const auto text = co_await std::move(getting);
    auto read = text ? read_metadata(*text, settings_.issuer) : Result<Metadata>(text.error());
    if (read) {
        known_ = *read;
        read_ = now;
    } else if (!text && known_ && age < metadata_kept_for) {
        co_return *known_;
    }
    co_return read;
}

Async<Result<std::string>> Provider::fetch_keys() {
    auto asking = metadata();
    const auto known = co_await std::move(asking);
    if (!known) co_return known.error();
    auto getting = read_published(connect_, known->jwks_uri);
    co_return co_await std::move(getting);
}

Async<Result<std::string>> Provider::exchange(std::string code, std::string verifier, std::string redirect) {
    auto asking = metadata();
    const auto known = co_await std::move(asking);
    if (!known) co_return known.error();
    const auto [origin, target] = ProviderAddress::of(known->token_endpoint);
    const auto client = connect_(origin, [this] { return client_header(settings_); });
    WebRequest request{.method = "POST",
                       .target = target,
                       .body = protocol::form_of({{"grant_type", "authorization_code"},
                                                  {"code", code},
                                                  {"redirect_uri", redirect},
                                                  {"code_verifier", verifier}}),
                       .timeout = longest_exchange,
                       .body_type = "application/x-www-form-urlencoded"};
    auto answer = co_await client->send(std::move(request));
    if (!answer) co_return no_answer(answer.error());
    auto read = protocol::parse(answer->body, answer_limits);
    policy::wipe(answer->body);
    const auto said = read ? std::move(*read) : Json(nullptr);
    if (answer->status != status_good) co_return code_refused(answer->status, said);
    auto token = protocol::text_in(said, "id_token");
    if (token.empty()) co_return Error{Errc::upstream, "it gave no ID token"};
    co_return token;
}

}  // namespace tfy::oidc
