#include "server/oauth/registration_endpoint.hpp"

#include <algorithm>

#include "protocol/parse.hpp"
#include "server/oauth/answers.hpp"
#include "server/oauth/redirect_uri.hpp"
#include "server/oauth/values.hpp"

namespace tfy::oauth {
namespace {

constexpr std::size_t most_addresses = 20, longest_name = 100;
constexpr protocol::ParseLimits limits_of_metadata{16 * 1024, 4};

Refusal wrong_metadata(std::string words) { return {"invalid_client_metadata", std::move(words)}; }

/// Whether a list of texts that may be absent has `needed`.
bool holds_if_there(const Json& metadata, const char* name, const char* needed) {
    const auto list = metadata.find(name);
    return list == metadata.end() ||
           (list->is_array() && std::ranges::find(*list, Json(needed)) != list->end());
}

std::optional<Refusal> read_addresses(const Json& metadata, const std::vector<std::string>& private_schemes,
                                      std::vector<std::string>& addresses) {
    const auto list = metadata.find("redirect_uris");
    if (list == metadata.end() || !list->is_array() || list->empty() || list->size() > most_addresses)
        return Refusal{"invalid_redirect_uri", "redirect_uris has to be a list of 1 to 20 addresses"};
    for (const auto& each : *list) {
        const auto* address = each.get_ptr<const std::string*>();
        if (address == nullptr) return Refusal{"invalid_redirect_uri", "an address is no text"};
        if (const auto good = check_redirect_uri(*address, private_schemes); !good)
            return Refusal{"invalid_redirect_uri", good.error().message};
        addresses.push_back(*address);
    }
    return std::nullopt;
}

Json registered(const storage::OAuthClientRow& client) {
    Json body = {
        {"client_id", client.id},
        {"client_id_issued_at",
         std::chrono::duration_cast<std::chrono::seconds>(client.created.time_since_epoch()).count()},
        {"redirect_uris", client.redirect_uris},
        {"token_endpoint_auth_method", "none"},
        {"grant_types", {"authorization_code", "refresh_token"}},
        {"response_types", {"code"}}};
    if (!client.name.empty()) body["client_name"] = client.name;
    return body;
}

}  // namespace

std::variant<storage::OAuthClientRow, Refusal> read_registration(
    const Json& metadata, const std::vector<std::string>& private_schemes) {
    if (!metadata.is_object()) return wrong_metadata("the metadata has to be a JSON object");
    storage::OAuthClientRow client{.kind = storage::OAuthClientRow::Kind::registered};
    if (const auto why = read_addresses(metadata, private_schemes, client.redirect_uris)) return *why;
    if (metadata.value("token_endpoint_auth_method", Json("none")) != "none")
        return wrong_metadata(
            "clients that register themselves have no secret: token_endpoint_auth_method has to be none");
    if (!holds_if_there(metadata, "grant_types", "authorization_code") ||
        !holds_if_there(metadata, "response_types", "code"))
        return wrong_metadata("only authorization codes are given out: grant_types, response_types");
    if (const auto name = metadata.find("client_name"); name != metadata.end()) {
        const auto* text = name->get_ptr<const std::string*>();
        if (text == nullptr || text->size() > longest_name)
            return wrong_metadata("client_name is no text of up to 100 bytes");
        client.name = *text;
    }
    return client;
}

RegistrationEndpoint::RegistrationEndpoint(storage::Store& store, const sealing::Sealer& redaction,
                                           const Clock& clock, std::vector<std::string> private_schemes)
    : store_(store), redaction_(redaction), clock_(clock), private_schemes_(std::move(private_schemes)) {}

Async<transport::HttpResponse> RegistrationEndpoint::answer(const transport::HttpRequest& request) {
    const auto type = request.header("content-type").value_or("");
    if (type.substr(0, type.find(';')) != "application/json")
        co_return refusal(redaction_, wrong_metadata("the metadata has to be application/json"));
    const auto metadata = protocol::parse(request.body, limits_of_metadata);
    if (!metadata) co_return refusal(redaction_, wrong_metadata("the metadata is not JSON"));
    const auto seals = redaction_.fresh();
    if (!seals) co_return unavailable(redaction_, seals.error());
    auto read = read_registration((*seals)->scrub(*metadata), private_schemes_);
    if (const auto* why = std::get_if<Refusal>(&read)) co_return refusal(redaction_, *why);
    auto& client = std::get<storage::OAuthClientRow>(read);
    client.id = make_value("tpm_c_");
    client.created = client.used = clock_.now();
    const Json told = {{"client", client.id},
                       {"name", client.name},
                       {"redirect_uris", client.redirect_uris},
                       {"by", "itself"}};
    const journal::JournalEntry entry{"client_registered", "", (*seals)->seal(told), client.created};
    auto work = [client, entry, seal = *seals](storage::Ledger& ledger) {
        return storage::OAuthGrants(ledger).add_client(client, entry, *seal);
    };
    const auto added = co_await store_.run(std::move(work));
    if (!added && added.error().code == Errc::rate_limited)
        co_return too_many(redaction_, std::chrono::hours{1});
    if (!added) co_return unavailable(redaction_, added.error());
    co_return json_answer(redaction_, 201, registered(client));
}

}  // namespace tfy::oauth
