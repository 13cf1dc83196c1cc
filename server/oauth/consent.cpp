#include "server/oauth/consent.hpp"

#include "server/http_client/http_client.hpp"
#include "server/oauth/client_document.hpp"

namespace tfy::oauth {
namespace {

std::vector<std::string> with_usual_hosts(std::vector<std::string> hosts) {
    hosts.insert(hosts.end(), usual_client_hosts.begin(), usual_client_hosts.end());
    return hosts;
}

}  // namespace

Consent::Consent(const ClientSettings& settings, const std::string& ca_file, storage::Store& store,
                 const sealing::Sealer& redaction, const Clock& clock, std::function<std::string()> issuer)
    : web_(http_client::make_document_client(http_client::start_transfers(), {.ca_file = ca_file})),
      documents_(*web_, clock, with_usual_hosts(settings.hosts), settings.redirect_schemes),
      clients_(store, documents_),
      desk_(clients_, store, redaction, clock, std::move(issuer)) {}

}  // namespace tfy::oauth
