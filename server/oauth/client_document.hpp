// Clients that describe themselves in a document at the address that is their id
// (draft-ietf-oauth-client-id-metadata-document).
#pragma once

#include <string_view>
#include <vector>

#include "protocol/error.hpp"
#include "server/oauth/client.hpp"

namespace tfy::oauth {

/// Hosts whose clients may ask, beside those that the operator lists. There is no mode for all hosts: this
/// server would ask at any address that someone names.
inline const std::vector<std::string> usual_client_hosts = {"claude.ai", "chatgpt.com", "vscode.dev"};

/// Whether a client_id is to be taken for the address of a document.
bool is_document_address(std::string_view client_id);

/// Whether it is the address of one that may be fetched: https, a name of `hosts` ("claude.ai",
/// "clients.example.com:8443"), a path, and nothing else. Errc::refused, a sentence.
Result<void> check_document_address(std::string_view client_id, const std::vector<std::string>& hosts);

/// The host of such an address, with its port if it has one.
std::string_view host_of_document(std::string_view client_id);

/// What is wrong with an answer's type, status and body, as the end of a sentence ("it …"): Errc::refused.
/// Redirect addresses that may not be are left out; at least one has to stay.
Result<OAuthClient> read_client_document(std::string_view body, std::string_view client_id,
                                         const std::vector<std::string>& private_schemes);
bool is_json_type(std::string_view content_type);

}  // namespace tfy::oauth
