#include "server/oauth/authorization_server.hpp"

#include "server/oauth/answers.hpp"
#include "server/transport/client_address.hpp"

namespace tfy::oauth {
namespace {

constexpr std::string_view metadata_path = "/.well-known/oauth-authorization-server";
constexpr std::string_view token_path = "/oauth/token";
constexpr std::string_view revoke_path = "/oauth/revoke";
constexpr std::string_view register_path = "/oauth/register";

transport::HttpResponse only(const sealing::Sealer& redaction, const std::string& methods) {
    return json_answer(redaction, 405,
                       {{"error", "invalid_request"}, {"error_description", "this address takes " + methods}},
                       {{"allow", methods}});
}

transport::HttpResponse nothing_here(const sealing::Sealer& redaction) {
    return json_answer(redaction, 404,
                       {{"error", "not_found"}, {"error_description", "nothing is at this address"}});
}

}  // namespace

Json server_metadata(const std::string& issuer, bool registration) {
    Json metadata = {
        {"issuer", issuer},
        {"authorization_endpoint", issuer + "/oauth/authorize"},
        {"token_endpoint", issuer + std::string(token_path)},
        {"revocation_endpoint", issuer + std::string(revoke_path)},
        {"scopes_supported", {scope_read, scope_request, "offline_access"}},
        {"response_types_supported", {"code"}},
        {"response_modes_supported", {"query"}},
        {"grant_types_supported", {"authorization_code", "refresh_token"}},
        {"token_endpoint_auth_methods_supported", {"none", "client_secret_basic", "client_secret_post"}},
        {"revocation_endpoint_auth_methods_supported", {"none", "client_secret_basic", "client_secret_post"}},
        {"code_challenge_methods_supported", {"S256"}},
        {"authorization_response_iss_parameter_supported", true},
        {"client_id_metadata_document_supported", true}};
    if (registration) metadata["registration_endpoint"] = issuer + std::string(register_path);
    return metadata;
}

AuthorizationServer::AuthorizationServer(storage::Store& store, const sealing::Sealer& redaction,
                                         const Clock& clock, const observability::Log& log, Settings settings)
    : redaction_(redaction),
      clock_(clock),
      settings_(std::move(settings)),
      tokens_(store, redaction, clock, log, settings_.issuer + "/mcp"),
      registrations_(store, redaction, clock, settings_.clients.redirect_schemes) {}

bool AuthorizationServer::has(std::string_view path) {
    return path == metadata_path || path == token_path || path == revoke_path || path == register_path;
}

Async<void> AuthorizationServer::handle(const transport::HttpRequest& request, transport::Responder& answer) {
    auto reply = co_await answer_to(request);
    co_await answer.reply(std::move(reply));
}

std::optional<transport::HttpResponse> AuthorizationServer::limited(const transport::HttpRequest& request,
                                                                    transport::NetworkLimit& limit) const {
    const auto from = transport::client_network(request.remote, request.headers, settings_.trusted_proxies);
    if (const auto wait = limit.note(from, clock_.now())) return too_many(redaction_, *wait);
    return std::nullopt;
}

Async<transport::HttpResponse> AuthorizationServer::answer_to(const transport::HttpRequest& request) {
    if (request.path == metadata_path) {
        if (request.method != "GET" && request.method != "HEAD") co_return only(redaction_, "GET");
        const auto metadata = server_metadata(settings_.issuer, settings_.clients.registration);
        co_return json_answer(redaction_, 200, metadata);
    }
    const bool registers = request.path == register_path;
    if (registers && !settings_.clients.registration) co_return nothing_here(redaction_);
    if (request.method != "POST") co_return only(redaction_, "POST");
    if (auto refused = limited(request, registers ? of_registrations_ : of_tokens_))
        co_return std::move(*refused);
    if (registers) co_return co_await registrations_.answer(request);
    if (request.path == token_path) co_return co_await tokens_.token(request);
    co_return co_await tokens_.revoke(request);
}

}  // namespace tfy::oauth
