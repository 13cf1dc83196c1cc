#include "server/oauth/authorization_request.hpp"

#include <algorithm>
#include <array>

#include "server/oauth/form.hpp"
#include "server/transport/text.hpp"

namespace tfy::oauth {
namespace {

constexpr std::size_t longest_query = 8 * 1024, longest_state = 1024, length_of_challenge = 43;
constexpr std::size_t longest_id = 512, longest_redirect = 1024;

Error wrong_query(const std::string& why) { return {Errc::invalid_request, why}; }

bool is_base64url(std::string_view text) {
    return std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
               c == '_';
    });
}

/// Scheme and authority in lower case, without the scheme's own port; the rest without one slash at its end.
std::string normal_resource(std::string_view address) {
    const auto start = address.find("://");
    if (start == std::string_view::npos) return std::string(address);
    const auto end = std::min(address.find_first_of("/?#", start + 3), address.size());
    auto normal = transport::as_browsers_write_it(address.substr(0, end));
    normal += address.substr(end);
    if (normal.ends_with('/')) normal.pop_back();
    return normal;
}

Refusal invalid(std::string words) { return {"invalid_request", std::move(words)}; }

std::optional<Refusal> refusal_of(const Form& form, std::string_view resource) {
    if (field(form, "response_type").empty()) return invalid("response_type is missing");
    if (field(form, "response_type") != "code")
        return Refusal{"unsupported_response_type", "response_type has to be code"};
    if (const auto& mode = field(form, "response_mode"); !mode.empty() && mode != "query")
        return invalid("response_mode has to be query");
    const auto& challenge = field(form, "code_challenge");
    if (challenge.empty()) return invalid("code_challenge is missing: PKCE with S256 is required");
    if (field(form, "code_challenge_method") != "S256")
        return invalid("code_challenge_method has to be S256");
    if (challenge.size() != length_of_challenge || !is_base64url(challenge))
        return invalid("code_challenge has to be 43 characters of base64url");
    if (const auto& asked = field(form, "resource"); !asked.empty() && !is_same_resource(asked, resource))
        return Refusal{"invalid_target", "resource is not this server"};
    if (const auto& scope = field(form, "scope"); !scope.empty() && !asks_to_request(scope))
        return Refusal{"invalid_scope", "scope names neither tokens:read nor tokens:request"};
    return std::nullopt;
}

}  // namespace

std::optional<bool> asks_to_request(std::string_view scope) {
    bool ours = false, request = false;
    while (!scope.empty()) {
        const auto one = scope.substr(0, scope.find(' '));
        scope.remove_prefix(std::min(scope.size(), one.size() + 1));
        ours = ours || one == scope_read || one == scope_request;
        request = request || one == scope_request;
    }
    return ours ? std::optional(request) : std::nullopt;
}

std::string scope_text(bool may_request) {
    auto scope = std::string(scope_read);
    if (may_request) (scope += ' ') += scope_request;
    return scope;
}

bool is_same_resource(std::string_view asked, std::string_view ours) {
    return normal_resource(asked) == normal_resource(ours);
}

Result<AuthorizationRequest> read_authorization_request(std::string_view query, std::string_view resource) {
    if (query.size() > longest_query) return wrong_query("The query is longer than 8 KiB.");
    const auto form = read_form(query);
    if (!form) return form.error();
    AuthorizationRequest request{.client_id = field(*form, "client_id"),
                                 .redirect_uri = field(*form, "redirect_uri"),
                                 .challenge = field(*form, "code_challenge")};
    if (request.client_id.empty()) return wrong_query("client_id is missing.");
    if (request.redirect_uri.empty()) return wrong_query("redirect_uri is missing.");
    if (request.client_id.size() > longest_id) return wrong_query("client_id is longer than 512 bytes.");
    if (request.redirect_uri.size() > longest_redirect)
        return wrong_query("redirect_uri is longer than 1024 bytes.");
    if (field(*form, "state").size() > longest_state) return wrong_query("state is longer than 1 KiB.");
    request.may_request = asks_to_request(field(*form, "scope")).value_or(true);
    request.refused = refusal_of(*form, resource);
    return request;
}

}  // namespace tfy::oauth
