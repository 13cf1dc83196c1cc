#include "server/oauth/token_endpoint.hpp"

#include <algorithm>

#include "policy/base64url.hpp"
#include "server/oauth/answers.hpp"
#include "server/oauth/values.hpp"

namespace tfy::oauth {
namespace {

using storage::OAuthGrants;

constexpr std::string_view form_type = "application/x-www-form-urlencoded";
constexpr std::size_t least_verifier = 43, longest_verifier = 128;

bool is_form(const transport::HttpRequest& request) {
    const auto type = request.header("content-type").value_or("");
    return type.substr(0, type.find(';')) == form_type;
}

/// Only what the client can make of it: unreserved characters (RFC 7636, section 4.1).
bool is_verifier(std::string_view text) {
    return text.size() >= least_verifier && text.size() <= longest_verifier &&
           std::ranges::all_of(text, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      std::string_view("-._~").find(c) != std::string_view::npos;
           });
}

TokenPair fresh_pair() {
    return {.access = make_value(access_prefix), .refresh = make_value(refresh_prefix)};
}

TokenPair as_given(TokenPair pair, const OAuthGrants::Given& given) {
    pair.until = given.until;
    pair.may_request = given.may_request;
    return pair;
}

storage::OAuthTokenPair hashes_of(const TokenPair& pair) {
    return {hash_of_value(pair.access), hash_of_value(pair.refresh)};
}

std::string sealed_pair(const std::string& token, const TokenPair& pair, const OAuthGrants::Given& given) {
    return seal_under(token, as_given(pair, given).json());
}

std::optional<TokenPair> opened_pair(const std::string& token, const std::string& sealed) {
    const auto json = open_under(token, sealed);
    if (!json) return std::nullopt;
    return TokenPair::read(*json);
}

/// As a browser-less client is asked to authenticate where it used the header.
transport::Headers challenge_to(const transport::HttpRequest& request) {
    if (!request.header("authorization")) return {};
    return {{"www-authenticate", R"(Basic realm="tfy-pat-mcp")"}};
}

Refusal invalid_grant() {
    return {"invalid_grant", "the code or token is unknown, used, expired, revoked, or not this client's"};
}

}  // namespace

TokenEndpoint::TokenEndpoint(storage::Store& store, const sealing::Sealer& redaction, const Clock& clock,
                             const observability::Log& log, std::string resource)
    : store_(store), redaction_(redaction), clock_(clock), log_(log), resource_(std::move(resource)) {}

Async<std::variant<TokenEndpoint::Asked, transport::HttpResponse>> TokenEndpoint::read(
    const transport::HttpRequest& request) {
    if (const auto seals = redaction_.fresh(); !seals) co_return unavailable(redaction_, seals.error());
    if (!is_form(request))
        co_return refusal(redaction_,
                          {"invalid_request", "the body has to be a form: " + std::string(form_type)});
    auto form = read_form(request.body);
    if (!form) co_return refusal(redaction_, {"invalid_request", form.error().message});
    const auto shown = read_client(request.headers, *form);
    if (const auto* why = std::get_if<Refusal>(&shown))
        co_return refusal(redaction_, *why, challenge_to(request));
    const auto& client = std::get<ShownClient>(shown);
    auto find = [id = client.id](storage::Ledger& ledger) { return OAuthGrants(ledger).client(id); };
    const auto row = co_await store_.run(std::move(find));
    if (!row) co_return unavailable(redaction_, row.error());
    if (!is_authentic(client, *row))
        co_return refusal(redaction_,
                          {"invalid_client", "this client is not known here, or its secret is wrong"},
                          challenge_to(request));
    co_return Asked{std::move(*form), client.id};
}

transport::HttpResponse TokenEndpoint::refused(const Asked& asked, const char* what) const {
    log_.info("a client got no tokens", {{"client", asked.client}, {"showed", what}});
    return refusal(redaction_, invalid_grant());
}

Async<transport::HttpResponse> TokenEndpoint::token(const transport::HttpRequest& request) {
    auto read = co_await this->read(request);
    if (auto* reply = std::get_if<transport::HttpResponse>(&read)) co_return std::move(*reply);
    auto& asked = std::get<Asked>(read);
    const auto& resource = field(asked.form, "resource");
    if (!resource.empty() && !is_same_resource(resource, resource_))
        co_return refusal(redaction_, {"invalid_target", "resource is not this server"});
    const auto type = field(asked.form, "grant_type");
    if (type == "authorization_code") co_return co_await redeem(std::move(asked));
    if (type == "refresh_token") co_return co_await refresh(std::move(asked));
    if (type.empty()) co_return refusal(redaction_, {"invalid_request", "grant_type is missing"});
    co_return refusal(redaction_,
                      {"unsupported_grant_type", "grant_type has to be authorization_code or refresh_token"});
}

Async<transport::HttpResponse> TokenEndpoint::redeem(Asked asked) {
    const auto& code = field(asked.form, "code");
    const auto& verifier = field(asked.form, "code_verifier");
    if (code.empty()) co_return refusal(redaction_, {"invalid_request", "code is missing"});
    if (!is_verifier(verifier))
        co_return refusal(redaction_, {"invalid_request",
                                       "code_verifier is missing, or not 43 to 128 unreserved characters"});
    OAuthGrants::Redeem wish{.code = {hash_of_value(code), asked.client},
                             .redirect_uri = {},
                             .challenge = policy::sha256_base64url(verifier)};
    if (const auto& address = field(asked.form, "redirect_uri"); !address.empty())
        wish.redirect_uri = address;
    const auto now = clock_.now();
    auto pair = fresh_pair();
    auto work = [wish = std::move(wish), next = hashes_of(pair), now](storage::Ledger& ledger) {
        return OAuthGrants(ledger).redeem(wish, next, now);
    };
    const auto given = co_await store_.run(std::move(work));
    if (!given) co_return unavailable(redaction_, given.error());
    if (!*given) co_return refused(asked, "a code");
    co_return token_answer(redaction_, as_given(std::move(pair), **given), now);
}

Async<transport::HttpResponse> TokenEndpoint::refresh(Asked asked) {
    const auto& token = field(asked.form, "refresh_token");
    if (token.empty()) co_return refusal(redaction_, {"invalid_request", "refresh_token is missing"});
    OAuthGrants::Refresh wish{.token = {hash_of_value(token), asked.client}, .may_request = {}, .seal = {}};
    if (const auto& scope = field(asked.form, "scope"); !scope.empty()) {
        wish.may_request = asks_to_request(scope);
        if (!wish.may_request)
            co_return refusal(redaction_,
                              {"invalid_scope", "scope names neither tokens:read nor tokens:request"});
    }
    const bool to_read = wish.may_request == false;
    const auto now = clock_.now();
    auto pair = fresh_pair();
    wish.seal = [token, pair](const OAuthGrants::Given& given) { return sealed_pair(token, pair, given); };
    auto work = [wish = std::move(wish), next = hashes_of(pair), now](storage::Ledger& ledger) {
        return OAuthGrants(ledger).refresh(wish, next, now);
    };
    const auto given = co_await store_.run(std::move(work));
    if (!given && given.error().code == Errc::invalid_params)
        co_return refusal(redaction_, {"invalid_scope", "scope is wider than what was granted"});
    if (!given) co_return unavailable(redaction_, given.error());
    if (!*given) co_return refused(asked, "a refresh token");
    if ((*given)->sealed.empty()) co_return token_answer(redaction_, as_given(std::move(pair), **given), now);
    const auto before = opened_pair(token, (*given)->sealed);
    if (!before) co_return refused(asked, "a refresh token");
    if (to_read && before->may_request)
        co_return refusal(redaction_, {"invalid_scope",
                                       "this token was replaced a moment ago, by tokens of a wider scope"});
    co_return token_answer(redaction_, *before, now);
}

Async<transport::HttpResponse> TokenEndpoint::revoke(const transport::HttpRequest& request) {
    auto read = co_await this->read(request);
    if (auto* reply = std::get_if<transport::HttpResponse>(&read)) co_return std::move(*reply);
    const auto& asked = std::get<Asked>(read);
    const auto& token = field(asked.form, "token");
    if (token.empty()) co_return refusal(redaction_, {"invalid_request", "token is missing"});
    auto work = [shown = storage::OAuthShown{hash_of_value(token), asked.client}, now = clock_.now()](
                    storage::Ledger& ledger) { return OAuthGrants(ledger).revoke_token(shown, now); };
    const auto done = co_await store_.run(std::move(work));
    if (!done) co_return unavailable(redaction_, done.error());
    co_return json_answer(redaction_, 200, Json::object());
}

}  // namespace tfy::oauth
