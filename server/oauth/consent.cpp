#include "server/oauth/consent.hpp"

#include "server/http_client/http_client.hpp"
#include "server/oauth/client_document.hpp"

namespace tfy::oauth {
namespace {

std::vector<std::string> with_usual_hosts(std::vector<std::string> hosts) {
    hosts.insert(hosts.end(), usual_client_hosts.begin(), usual_client_hosts.end());
    return hosts;
}

Json of_grant(const storage::OAuthGrant& grant) {
    return {{"person", grant.person},
            {"program", grant.client_name},
            {"client_id", grant.client_id},
            {"grant", grant.id},
            {"may", grant.may_request ? "ask for changes" : "read"}};
}

}  // namespace

Consent::Consent(const AuthorizationServer::Settings& settings, const std::string& ca_file,
                 storage::Store& store, const sealing::Sealer& redaction, const Clock& clock,
                 const observability::Log& log)
    : web_(http_client::make_document_client(http_client::start_transfers(), {.ca_file = ca_file})),
      documents_(*web_, clock, with_usual_hosts(settings.clients.hosts), settings.clients.redirect_schemes),
      clients_(store, documents_),
      desk_(
          clients_, store, redaction, clock, [issuer = settings.issuer] { return issuer; },
          [&log](const storage::OAuthGrant& grant) {
              log.info("a person allowed a program to ask for them", of_grant(grant));
          }),
      server_(store, redaction, clock, log, settings) {}

}  // namespace tfy::oauth
