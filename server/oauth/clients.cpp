#include "server/oauth/clients.hpp"

#include "server/oauth/client_document.hpp"
#include "server/storage/oauth_grants.hpp"

namespace tfy::oauth {
namespace {

OAuthClient client_of(storage::OAuthClientRow row) {
    const bool listed = row.kind == storage::OAuthClientRow::Kind::listed;
    return {.id = std::move(row.id),
            .kind = listed ? OAuthClient::Kind::listed : OAuthClient::Kind::registered,
            .name = std::move(row.name),
            .redirect_uris = std::move(row.redirect_uris),
            .secret_hash = std::move(row.secret_hash)};
}

}  // namespace

Async<Result<OAuthClient>> OAuthClients::find(std::string id, std::string person) {
    if (is_document_address(id)) {
        auto finding = documents_.find(std::move(id), std::move(person));
        co_return co_await std::move(finding);
    }
    auto work = [id = std::move(id)](storage::Ledger& ledger) {
        return storage::OAuthGrants(ledger).client(id);
    };
    auto row = co_await store_.run(std::move(work));
    if (!row) co_return row.error();
    if (!*row)
        co_return Error{
            Errc::not_found,
            "This server does not know the program that asks: it is not registered here, or not any "
            "more. Connect it again from its own settings."};
    co_return client_of(std::move(**row));
}

}  // namespace tfy::oauth
